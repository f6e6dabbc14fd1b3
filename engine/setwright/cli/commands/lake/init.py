"""`setwright lake init`: a lake without pictures yet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import blobs_option, catalog_option, lake_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@catalog_option
@blobs_option
@pass_session
@lake_options
def command(session: Session, catalog: str | None, blobs: str | None, folder: Path) -> int:
    """Make a lake: its folder, and the tables of its catalogue.

    A team keeps the catalogue in PostgreSQL, and the folder where all can reach it. The password is taken from
    PGPASSWORD or ~/.pgpass and never stored. Without --catalog, SETWRIGHT_CATALOG may name the database; else the
    catalogue is a file in the folder. With --blobs, the prefix must be this lake's alone; credentials and an endpoint
    come from the environment, as for the store's own tools.
    """
    from setwright.cli.own_folder import own_folder_around
    from setwright.lake.lake import Lake
    from setwright.views.escape import terminal

    with Lake.create(folder, catalog, blobs) as lake:
        own_folder_around(folder)
        click.echo(f"Made a lake in {terminal(str(folder))}")
        click.echo(f"Its catalogue is {terminal(lake.catalog_location)}")
        if blobs is not None:
            click.echo(f"Its blobs are in {terminal(lake.blobs_location)}")
    return 0
