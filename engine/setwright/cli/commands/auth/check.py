"""`setwright auth check`: ask the remote whether it takes the credentials."""

from __future__ import annotations

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.layernext import layernext_options


@click.command()
@layernext_options
@pass_session
def command(session: Session, url: str | None) -> None:
    """Ask the project's remote whether it is a LayerNext that we can speak to, and takes the credentials."""
    from setwright.cli.layernext import credentials_for
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.connection import Connection

    if url is None:
        click.echo("The project's remote is a lake on this machine, which wants no credentials.")
        return
    credentials = credentials_for(url)
    with Connection(url, credentials) as connection:
        Client(connection).check()
    click.echo(f"{url} takes the credentials from {credentials.source}.")
