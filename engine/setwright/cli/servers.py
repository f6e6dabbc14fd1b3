"""Which server a command speaks to, a LayerNext or a lake's, and with which credentials."""

from __future__ import annotations

import functools
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

import click

from setwright.cli.environment_option import environment_option
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from setwright.cli.context import Session
    from setwright.remotes.http.credentials import Credentials

F = TypeVar("F", bound="Callable[..., Any]")


@dataclass(frozen=True, slots=True)
class Server:
    """A server by its base URL, and what it is: a LayerNext, or a lake's."""

    kind: Literal["layernext", "lake"]
    url: str

    def credentials(self) -> Credentials:
        """The credentials for it.

        Raises:
            RemoteError: there are none that can be used.
        """
        from setwright.edge.settings import settings_folder
        from setwright.remotes.http.credentials import find_credentials
        from setwright.remotes.lake_server.credentials import LAKE
        from setwright.remotes.layernext.credentials import LAYERNEXT

        service = LAKE if self.kind == "lake" else LAYERNEXT
        return find_credentials(service, self.url, os.environ, settings_folder())


def server_options(command: F) -> F:
    """Give a command `--url` and `--env`, and what they lead to in one argument `server`, None for a lake of files.

    It stands above `pass_session`.
    """

    @click.option("--url", "given", metavar="URL", help="A LayerNext.  [default: the project's remote]")
    @environment_option("The environment of the project whose remote is meant.")
    @functools.wraps(command)
    def with_url(given: str | None, environment: str | None, **said: Any) -> Any:
        context = click.get_current_context()
        return context.invoke(command, server=_server(context.obj, given, environment), **said)

    return with_url  # type: ignore[return-value]


def _server(session: Session, given: str | None, environment: str | None) -> Server | None:
    from setwright.cli.workspace import find_root, require_settings
    from setwright.model.errors import UsageError
    from setwright.remotes.http.connection import base_url

    if given is not None:
        return Server("layernext", base_url(given))
    if find_root(session.cwd) is None:
        raise UsageError(
            "There is no project here",
            f"Neither {session.cwd} nor a folder above it holds a setwright.yaml, which says where the remote is.",
            "name the installation with --url",
        )
    remote = require_settings(session.cwd, environment=environment)[1].remote
    return None if remote.url is None else Server(remote.kind, base_url(remote.url))


def bring(session: Session, server: Server, version: str, export: str, folder: Path, *, media: bool) -> None:
    """Download the files of a version's export below `folder`, showing how it goes on, and say what was done."""
    import time

    from setwright.cli.progress import listening
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.connection import Connection
    from setwright.remotes.layernext.download import download
    from setwright.remotes.layernext.fetching import Fetcher

    session.on_interrupt = "The files that came are whole; the same command goes on."
    with Connection(server.url, server.credentials()) as connection, listening(session) as listener:
        done = download(
            Client(connection),
            version,
            export,
            folder,
            session=f"{time.time():.6f}",
            fetcher=lambda: Fetcher(server.url),
            media=media,
            listener=listener,
        )
    click.echo(f"{export} of version {version} is in {done.folder}")
    click.echo(f"  {counted(done.fetched, 'file')} came, {done.kept:,} there already")
