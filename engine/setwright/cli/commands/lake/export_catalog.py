"""`setwright lake export-catalog`: the catalogue as a file, to move a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.cli.output_file import OutputFile
from setwright.model.counting import counted

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("file", type=OutputFile())
@click.option("--force", is_flag=True, help="Replace FILE, if it is there.")
@pass_session
@lake_options
def command(session: Session, file: str, force: bool, folder: Path) -> None:
    """Write the catalogue to FILE, as JSON Lines, compressed if its name ends with .gz.

    To move a lake, copy the folder blobs/ as well, and run `setwright lake import-catalog` there. The catalogue there
    may be in another kind of database. Old revisions, versions and states of projects come along.
    """
    import gzip
    from pathlib import Path

    from setwright.cli.progress import listening
    from setwright.edge.files import is_stream, write_named
    from setwright.lake.lake import Lake
    from setwright.model.errors import UsageError
    from setwright.views.escape import terminal

    path = Path(file)
    streamed = is_stream(path)
    if path.exists() and not streamed and not force:
        raise UsageError(f"{path} is there already", "It was left as it is.", "--force replaces it")
    with (
        Lake.open(folder) as lake,
        listening(session) as listener,
        lake.exported_catalog(listener) as pieces,
    ):
        blobs = lake.blobs_location
        if path.suffix == ".gz":
            # Without a time, so that the same catalogue gives the same bytes.
            size = write_named(path, (gzip.compress(piece, mtime=0) for piece in pieces))
        else:
            size = write_named(path, pieces)
    click.echo(
        f"Wrote {terminal(str(path))}, {counted(size, 'byte')}. The pictures are in {terminal(blobs)}.",
        err=streamed,  # which may be stdout, and then the catalogue goes there alone
    )
