"""`setwright auth status`: tell where the credentials come from, and nothing of what they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.servers import server_options

if TYPE_CHECKING:
    from setwright.cli.servers import Server


@click.command()
@server_options
@pass_session
def command(session: Session, server: Server | None) -> None:
    """Tell where the credentials for the project's remote come from. Nothing is sent anywhere."""
    if server is None:
        click.echo("The project's remote is a lake on this machine, which wants no credentials.")
        return
    click.echo(f"{server.url}: from {server.credentials().source}")
