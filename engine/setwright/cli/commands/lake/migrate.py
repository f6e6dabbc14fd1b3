"""`setwright lake migrate`: a catalogue that an older setwright made becomes one of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@pass_session
@lake_options
def command(session: Session, folder: Path) -> int:
    """Bring the lake's catalogue to the format of this setwright.

    A catalogue in PostgreSQL is only migrated by this command, because older setwrights refuse it afterwards: run it
    when all who share the lake have upgraded. One in the lake's own folder is migrated whenever it is opened.
    """
    from setwright.cli.progress import listening
    from setwright.lake.lake import Lake
    from setwright.lake.schema import SCHEMA_VERSION

    session.on_interrupt = "Nothing was changed. Run the same command again."
    with listening(session) as listener:
        found = Lake.migrate(folder, listener)
    session.on_interrupt = None
    if found == SCHEMA_VERSION:
        click.echo(f"The catalogue is of format {found} already.")
    else:
        click.echo(f"The catalogue was of format {found}, and is of format {SCHEMA_VERSION} now.")
    return 0
