"""`setwright download`: a version's export from LayerNext, by the version's id, as its own SDK downloads it."""

from __future__ import annotations

import click

from setwright.cli import completing
from setwright.cli.context import Session, pass_session
from setwright.cli.layernext import layernext_options


@click.command()
@click.argument("version_id")
@click.argument("export", shell_complete=completing.exports)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(),
    default=".",
    show_default=True,
    help="Where to make the dataset's folder.",
)
@click.option("--no-media", is_flag=True, help="Leave the pictures out.")
@layernext_options
@pass_session
def command(
    session: Session, version_id: str, export: str, folder: str, no_media: bool, url: str | None
) -> None:
    """Download the EXPORT, as in RAW, of the version with the id VERSION_ID from LayerNext.

    The files lie as LayerNext's SDK lays them, with paths that stay right when the folder moves. Run again, it
    fetches only what is missing or was changed.
    """
    import time
    from pathlib import Path

    from setwright.cli.layernext import credentials_for
    from setwright.cli.progress import listening
    from setwright.model.errors import UsageError
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.connection import Connection
    from setwright.remotes.layernext.download import download
    from setwright.remotes.layernext.fetching import Fetcher
    from setwright.spec.exports import KNOWN_EXPORTS

    if url is None:
        raise UsageError(
            "The project's remote is no LayerNext",
            "A version of a lake is written by its address and number.",
            "`setwright pull ADDRESS@VERSION --export NAME --to DIR`, or name an installation with --url",
        )
    exact = {known.short: known.name for known in KNOWN_EXPORTS}.get(export.lower(), export)
    session.on_interrupt = "The files that came are whole; the same command goes on."
    with Connection(url, credentials_for(url)) as connection, listening(session) as listener:
        done = download(
            Client(connection),
            version_id,
            exact,
            Path(folder),
            session=f"{time.time():.6f}",
            fetcher=lambda: Fetcher(url),
            media=not no_media,
            listener=listener,
        )
    click.echo(f"{exact} of version {version_id} is in {done.folder}")
    click.echo(f"  {done.fetched:,} files came, {done.kept:,} were there already")
