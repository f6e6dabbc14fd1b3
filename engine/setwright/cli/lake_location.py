"""Which folder holds the embedded lake: the one that is named, else the project's."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli import completing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from setwright.cli.context import Session

F = TypeVar("F", bound="Callable[..., Any]")


def lake_options(command: F) -> F:
    """Give a command `--lake` and `--env`, and what they lead to in one argument `folder`.

    It stands below `pass_session`.
    """

    @click.option(
        "--lake", "given", metavar="DIR", type=click.Path(), help="The lake.  [default: the project's]"
    )
    @click.option(
        "--env",
        "environment",
        metavar="NAME",
        envvar="SETWRIGHT_ENV",
        shell_complete=completing.environments,
        help="The environment of the project whose lake is meant.",
    )
    @functools.wraps(command)
    def with_folder(
        session: Session, *args: Any, given: str | None, environment: str | None, **kwargs: Any
    ) -> Any:
        from setwright.cli.findings import show_findings
        from setwright.model.errors import FindingsError

        try:
            folder = lake_folder(session, given, environment)
        except FindingsError as error:
            show_findings(session, error.diagnostics, err=True)
            return error.exit_code
        return command(session, *args, folder=folder, **kwargs)

    return with_folder  # type: ignore[return-value]


def lake_folder(session: Session, given: str | None, environment: str | None = None) -> Path:
    """The lake's folder; `given` is what --lake says, `environment` what --env does. Specs are not read.

    Raises:
        UsageError: nothing is given and there is no project here, or its remote is no embedded lake.
        FindingsError: the project's file has mistakes.
    """
    folder = folder_for(session.cwd, given, environment)
    try:
        return folder.relative_to(session.cwd)  # shorter to read
    except ValueError:
        return folder


def folder_for(cwd: Path, given: str | None, environment: str | None) -> Path:
    """The lake's folder for someone who works in `cwd`; `lake_folder` tells the rest."""
    from setwright.cli.workspace import find_root, require_settings
    from setwright.model.errors import UsageError
    from setwright.spec.project import DEFAULT_LAKE

    if given is not None:
        return cwd / given
    if find_root(cwd) is None:
        raise UsageError(
            "There is no project here",
            f"Neither {cwd} nor a folder above it holds a setwright.yaml, which says where the lake is.",
            "start a project with `setwright init`, or name the lake's folder with --lake",
        )
    root, settings = require_settings(cwd, environment=environment)
    if settings.remote.kind != "lake" or settings.remote.url is not None:
        raise UsageError(
            "This project has no embedded lake",
            "Its remote is elsewhere, so there is no folder to look into.",
            "name a lake's folder with --lake",
        )
    return root / (settings.remote.path or DEFAULT_LAKE)
