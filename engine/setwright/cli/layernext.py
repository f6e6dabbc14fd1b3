"""Which LayerNext a command speaks to, and with which credentials."""

from __future__ import annotations

import functools
import os
from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli import completing

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.cli.context import Session
    from setwright.remotes.http.credentials import Credentials

F = TypeVar("F", bound="Callable[..., Any]")


def layernext_options(command: F) -> F:
    """Give a command `--url` and `--env`, and what they lead to in one argument `url`, None for a lake of files.

    It stands above `pass_session`.
    """

    @click.option("--url", "given", metavar="URL", help="The installation.  [default: the project's remote]")
    @click.option(
        "--env",
        "environment",
        metavar="NAME",
        envvar="SETWRIGHT_ENV",
        shell_complete=completing.environments,
        help="The environment of the project whose remote is meant.",
    )
    @functools.wraps(command)
    def with_url(given: str | None, environment: str | None, **said: Any) -> Any:
        context = click.get_current_context()
        return context.invoke(command, url=_url(context.obj, given, environment), **said)

    return with_url  # type: ignore[return-value]


def _url(session: Session, given: str | None, environment: str | None) -> str | None:
    from setwright.cli.workspace import find_root, require_settings
    from setwright.model.errors import UsageError
    from setwright.remotes.http.connection import base_url

    if given is not None:
        return base_url(given)
    if find_root(session.cwd) is None:
        raise UsageError(
            "There is no project here",
            f"Neither {session.cwd} nor a folder above it holds a setwright.yaml, which says where the remote is.",
            "name the installation with --url",
        )
    remote = require_settings(session.cwd, environment=environment)[1].remote
    return None if remote.url is None else base_url(remote.url)


def credentials_for(url: str) -> Credentials:
    """The credentials for the installation at `url`.

    Raises:
        RemoteError: there are none that can be used.
    """
    from pathlib import Path

    from setwright.remotes.layernext.credentials import find_credentials

    return find_credentials(url, os.environ, Path(click.get_app_dir("setwright")))
