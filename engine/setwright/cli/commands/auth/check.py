"""`setwright auth check`: ask the remote whether it takes the credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.servers import server_options

if TYPE_CHECKING:
    from setwright.cli.servers import Server
    from setwright.remotes.http.credentials import Credentials


@click.command()
@server_options
@pass_session
def command(session: Session, server: Server | None) -> None:
    """Ask the project's remote whether it is one that we can speak to, and takes the credentials."""
    if server is None:
        click.echo("The project's remote is a lake on this machine, which wants no credentials.")
        return
    credentials = server.credentials()
    if server.kind == "lake":
        _check_lake(server.url, credentials)
    else:
        _check_layernext(server.url, credentials)
    click.echo(f"{server.url} takes the credentials from {credentials.source}.")


def _check_lake(url: str, credentials: Credentials) -> None:
    from setwright.remotes.lake_server.opening import served_lake

    with served_lake(url, credentials) as remote:
        remote.check()


def _check_layernext(url: str, credentials: Credentials) -> None:
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.connection import Connection

    with Connection(url, credentials) as connection:
        Client(connection).check()
