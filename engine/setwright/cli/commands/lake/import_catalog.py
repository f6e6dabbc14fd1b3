"""`setwright lake import-catalog`: a lake from an exported catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import blobs_option, catalog_option, lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False))
@catalog_option
@blobs_option
@pass_session
@lake_options
def command(session: Session, file: str, catalog: str | None, blobs: str | None, folder: Path) -> None:
    """Make a lake of FILE, which `setwright lake export-catalog` wrote, where there is none yet.

    FILE is compared with its digest. Without --catalog, SETWRIGHT_CATALOG may name a PostgreSQL database for the
    catalogue; else it is a file in the lake's folder. Copy the folder blobs/ too, before or afterwards, or say
    with --blobs where in an object store they are; `setwright lake verify` says what is missing.
    """
    import gzip
    import zlib
    from pathlib import Path

    from setwright.cli.progress import listening
    from setwright.lake.lake import Lake
    from setwright.model.errors import FormatError
    from setwright.views.escape import terminal

    path = Path(file)
    session.on_interrupt = "Nothing was imported. Run the same command again."
    try:
        with (
            gzip.open(path, "rb") if path.suffix == ".gz" else path.open("rb") as lines,
            listening(session) as listener,
        ):
            count = Lake.import_catalog(folder, lines, catalog, blobs, listener)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        why = "ends early, so it was cut" if isinstance(error, EOFError) else "is not as gzip wrote it"
        raise FormatError(
            "The exported catalogue cannot be read", f"The compressed file {why}. Nothing was recorded."
        ) from error
    session.on_interrupt = None
    click.echo(f"Made a lake in {terminal(str(folder))} of {counted(count, 'row')}.")
    if blobs is None:
        click.echo("Copy the folder blobs/ of the other one into it, then run `setwright lake verify`.")
    else:
        click.echo("Look with `setwright lake verify` whether its blobs are all there.")
