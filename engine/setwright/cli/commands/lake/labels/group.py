"""`setwright lake labels group`: labels that belong together."""

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
@pass_session
@lake_options
def command(session: Session, name: str, labels: tuple[str, ...], folder: Path) -> int:
    """Make GROUP if there is none, and add LABELs to it; their order stays.

    A label that no annotation has yet is defined first: `setwright lake labels define`.
    """
    from datetime import UTC, datetime

    from setwright.cli.author import author
    from setwright.lake.lake import Lake
    from setwright.views.escape import terminal

    with Lake.open(folder) as lake:
        made = lake.label_groups.put(name, labels, author=author(), at=datetime.now(UTC))
        (group,) = (each for each in lake.label_groups.at() if each.name == name)
    held = ", ".join(map(terminal, group.labels)) or "no labels"
    if made is None:
        click.echo(f"{terminal(name)} holds {held} already; nothing was recorded.")
    else:
        click.echo(f"{terminal(name)} holds {held}, as of revision {made}")
    return 0
