"""The options by which a command is told which lake is meant: `--lake` and `--env`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

from setwright.cli.environment_option import environment_option
from setwright.cli.lake_location import lake_folder
from setwright.cli.output_file import OutputFolder

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
        "--lake", "given", metavar="DIR", type=OutputFolder(), help="The lake.  [default: the project's]"
    )
    @environment_option("The environment of the project whose lake is meant.")
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
        code = command(session, *args, folder=folder, **kwargs)
        # Afterwards, when there is a lake.
        _warn_of_shared_folder(folder)
        return code

    return with_folder  # type: ignore[return-value]


catalog_option = click.option(
    "--catalog",
    metavar="URL",
    help="Keep the catalogue in PostgreSQL: postgresql+psycopg://USER@HOST/DATABASE, without a password.",
)


blobs_option = click.option(
    "--blobs",
    metavar="URL",
    help="Keep pictures and manifests in an object store: s3://BUCKET/PREFIX, without credentials.",
)


def _warn_of_shared_folder(folder: Path) -> None:
    from setwright.lake.mark import read_mark
    from setwright.lake.shared_folder import shared_filesystem
    from setwright.model.errors import SetwrightError

    kind = shared_filesystem(folder)
    if kind is None:
        return
    try:
        if read_mark(folder).catalog is not None:
            return
    except SetwrightError:  # no lake, which the command has told
        return
    click.echo(
        click.style("Warning: ", fg="yellow", bold=True)
        + f"The lake's catalogue is a SQLite file on a network filesystem ({kind})\n"
        "  Locks there are not dependable, so two who write at once can damage it.\n"
        "  hint: keep the lake on a disk of this machine, or its catalogue in PostgreSQL: docs/lake.md",
        err=True,
    )
