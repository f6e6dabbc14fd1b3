"""`setwright lake labels rename-group`: another name for a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@click.argument("name", metavar="GROUP")
@click.argument("new", metavar="NEW")
@pass_session
@lake_options
def command(session: Session, name: str, new: str, folder: Path) -> int:
    """Call GROUP NEW. It stays the same group for those who know it by its id."""
    from datetime import UTC, datetime

    from setwright.cli.author import author
    from setwright.lake.lake import Lake
    from setwright.views.escape import terminal

    with Lake.open(folder) as lake:
        made = lake.label_groups.rename(name, new, author=author(), at=datetime.now(UTC))
    if made is None:
        click.echo(f"{terminal(name)} is called so already; nothing was recorded.")
    else:
        click.echo(f"{terminal(name)} is called {terminal(new)}, as of revision {made}")
    return 0
