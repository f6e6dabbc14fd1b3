"""`setwright auth status`: tell where the credentials come from, and nothing of what they are."""

from __future__ import annotations

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.layernext import layernext_options


@click.command()
@layernext_options
@pass_session
def command(session: Session, url: str | None) -> None:
    """Tell where the credentials for the project's remote come from. Nothing is sent anywhere."""
    from setwright.cli.layernext import credentials_for

    if url is None:
        click.echo("The project's remote is a lake on this machine, which wants no credentials.")
        return
    click.echo(f"{url}: from {credentials_for(url).source}")
