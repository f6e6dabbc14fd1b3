"""`setwright lake labels ungroup`: labels leave a group, or the group goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli import completing
from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("name", metavar="GROUP")
@click.argument("labels", metavar="[LABEL]...", nargs=-1, shell_complete=completing.labels)
@click.option("--all", "whole", is_flag=True, help="Let the whole group go.")
@pass_session
@lake_options
def command(session: Session, name: str, labels: tuple[str, ...], whole: bool, folder: Path) -> int:
    """Take LABELs out of GROUP. Labels and annotations stay, and so does what earlier revisions say."""
    from datetime import UTC, datetime

    from setwright.cli.author import author
    from setwright.lake.lake import Lake
    from setwright.model.errors import UsageError
    from setwright.views.escape import terminal

    if whole == bool(labels):
        raise UsageError(
            "Say what shall leave the group",
            "Either labels are named, or all of the group goes.",
            "name labels, or give --all",
        )
    who, now = author(), datetime.now(UTC)
    with Lake.open(folder) as lake:
        if whole:
            made: int | None = lake.label_groups.delete(name, author=who, at=now)
        else:
            made = lake.label_groups.take(name, labels, author=who, at=now)
    if made is None:
        click.echo(f"{terminal(name)} holds none of them; nothing was recorded.")
    elif whole:
        click.echo(f"The group {terminal(name)} is gone, as of revision {made}")
    else:
        click.echo(f"They are no longer in {terminal(name)}, as of revision {made}")
    return 0
