"""`setwright lake verify`: whether all that the lake should hold is there, and is what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.option("--index", is_flag=True, help="Only compare the index with the catalogue, and mend it.")
@pass_session
@lake_options
def command(session: Session, index: bool, folder: Path) -> int:
    """Read all blobs, compare them with their digests, and look for what is missing.

    The exit code is 1 if anything is damaged. The index only repeats what the catalogue's rows say, so --index can
    make it anew from them, and perceptual hashes that an older setwright did not compute.
    """
    from setwright.cli.progress import listening
    from setwright.lake.lake import Lake
    from setwright.lake.verify import INDEX

    if index:
        with Lake.open(folder) as lake, listening(session) as listener:
            wrong = lake.verify_index(listener)
            filled = lake.fill_hashes(listener)
        for damage in wrong:
            click.echo(f"{damage.what}: {damage.detail}")
        click.echo("The index was made anew." if wrong else "The index says what the catalogue says.")
        if filled:
            click.echo(f"{filled:,} pictures have a perceptual hash now.")
        return 0
    with Lake.open(folder) as lake, listening(session) as listener:
        found = lake.verify(listener)
    for damage in found.damages:
        click.echo(click.style("Damage: ", fg="red", bold=True) + damage.what)
        click.echo(f"  {damage.detail}")
    elsewhere = f", {found.elsewhere:,} of them outside of the lake," if found.elsewhere else ""
    counted = f"{found.blobs:,} blobs ({found.bytes:,} bytes){elsewhere} and {found.versions:,} versions"
    if found.damages:
        click.echo(
            f"{len(found.damages):,} damaged or missing among {counted}. Restore what the lake holds from a backup."
            if any(damage.what != INDEX for damage in found.damages)
            else f"{counted} are whole. `setwright lake verify --index` makes the index anew."
        )
        return 1
    click.echo(f"{counted} are whole.")
    if found.unreferenced:
        click.echo(f"{found.unreferenced:,} blobs belong to nothing; they do no harm.")
    return 0
