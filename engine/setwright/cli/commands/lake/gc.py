"""`setwright lake gc`: free what nothing needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from pathlib import Path

JSON_FORMAT_VERSION = 1

_SHOWN = 10
"""How many blobs are shown; --json lists all."""


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
@click.option(
    "--older-than",
    "days",
    type=click.FloatRange(min=0),
    default=14,
    show_default=True,
    metavar="DAYS",
    help="Leave what is younger: a plan that was saved may still need it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(session: Session, dry_run: bool, days: float, as_json: bool, folder: Path) -> None:
    """Remove stored files that no frame at any revision shows and no version holds.

    An ingest or an apply that was cut short leaves such. Whatever can still be asked for stays, and so do files outside
    of the lake that were ingested in place.
    """
    import json
    from dataclasses import asdict
    from datetime import UTC, datetime, timedelta

    from setwright.cli.progress import listening
    from setwright.lake.lake import Lake

    with Lake.open(folder) as lake, listening(session, quiet=as_json) as listener:
        found = lake.collect_garbage(
            now=datetime.now(UTC), grace=timedelta(days=days), dry=dry_run, listener=listener
        )
    if as_json:
        document = {"format_version": JSON_FORMAT_VERSION, "dry_run": dry_run, **asdict(found)}
        click.echo(json.dumps(document, indent=2))
        return
    if dry_run:
        for digest in found.digests[:_SHOWN]:
            click.echo(f"  - {digest}")
        if len(found.digests) > _SHOWN:
            click.echo(f"  … and {len(found.digests) - _SHOWN:,} more")
    would = "Would remove" if dry_run else "Removed"
    click.echo(
        f"{would} {_blobs(len(found.digests))} ({counted(found.bytes, 'byte')}); {found.kept:,} are needed."
    )
    if found.references:
        click.echo(
            f"{would} {counted(found.references, 'reference')} to files outside of the lake, not the files."
        )
    if found.young:
        click.echo(f"{_blobs(found.young)} that nothing needs stay for now: younger than {days:g} days.")


def _blobs(number: int) -> str:
    return f"{counted(number, 'blob')}"
