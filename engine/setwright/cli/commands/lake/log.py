"""`setwright lake log`: the revisions, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path

JSON_FORMAT_VERSION = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(session: Session, as_json: bool, folder: Path) -> None:
    """List the revisions, newest first: what was written to the lake, when, and by whom."""
    import json
    from dataclasses import asdict

    from setwright.lake.lake import Lake
    from setwright.views.escape import terminal

    with Lake.open(folder) as lake:
        revisions = lake.log()
    if as_json:
        listed = [asdict(revision) | {"at": revision.at.isoformat()} for revision in revisions]
        document = {"format_version": JSON_FORMAT_VERSION, "revisions": listed}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
        return
    if not revisions:
        click.echo("Nothing was written to the lake yet.")
    width = len(str(revisions[0].number)) if revisions else 0
    for revision in revisions:
        who, what = terminal(revision.author), terminal(revision.message)
        click.echo(f"{revision.number:>{width}}  {revision.at:%Y-%m-%d %H:%M:%S} UTC  {what}  ({who})")
