"""`setwright download`: a version's export by the version's id, as LayerNext's SDK downloads it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli import completing
from setwright.cli.context import Session, pass_session
from setwright.cli.output_file import OutputFolder
from setwright.cli.servers import server_options

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.cli.servers import Server


@click.command()
@click.argument("version_id")
@click.argument("export", shell_complete=completing.exports)
@click.option(
    "--to",
    "--path",
    "folder",
    metavar="DIR",
    type=OutputFolder(),
    default=".",
    show_default=True,
    help="Where to make the dataset's folder.",
)
@click.option("--no-media", is_flag=True, help="Leave the pictures out.")
@server_options
@pass_session
def command(
    session: Session, version_id: str, export: str, folder: str, no_media: bool, server: Server | None
) -> None:
    """Download the EXPORT, as in RAW, of the version with the id VERSION_ID, which `setwright show` tells.

    It takes what `download_dataset` of LayerNext's SDK takes. From LayerNext the files lie as its SDK lays them, with
    paths that stay right when the folder moves; from a lake they are those of `setwright pull`. Run again, it
    fetches only what is missing or was changed.
    """
    from pathlib import Path

    from setwright.cli.servers import bring
    from setwright.spec.exports import KNOWN_EXPORTS

    if server is None or server.kind == "lake":
        _from_lake(session, version_id, export, Path(folder), media=not no_media)
        return
    exact = {known.short: known.name for known in KNOWN_EXPORTS}.get(export.lower(), export)
    bring(session, server, version_id, exact, Path(folder), media=not no_media)


def _from_lake(session: Session, version_id: str, export: str, folder: Path, *, media: bool) -> None:
    import re

    from setwright.cli.commands.pull import Wish, carry_out, chosen_export, short_name
    from setwright.cli.workspace import require_settings
    from setwright.remotes.open import open_remote

    root, settings = require_settings(
        session.cwd, environment=click.get_current_context().params["environment"]
    )[:2]
    with open_remote(settings.remote, root, settings.state) as remote:
        version = remote.version(version_id)
        name = chosen_export(version, version.dataset, export)
        # A dataset's name may hold anything; a folder's must not.
        called = re.sub(r"[^\w.-]+", "_", version.dataset).strip("._") or "dataset"
        to = folder / f"{called}-{version.number}-{short_name(name)}"
        wish = Wish(export=name, to=to, media=media, link=False, force=False)
        carry_out(session, remote, version, wish, as_json=False)
