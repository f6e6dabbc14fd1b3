"""Bring a catalogue's tables to the present schema: all steps in one transaction, so that it happens or does not.

Both databases take changes of tables back with the transaction. Whoever waits for the lock meanwhile finds it done.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from setwright.lake import schema
from setwright.lake.index.rebuild import rebuild_index
from setwright.model.events import silence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from alembic.operations import Operations
    from sqlalchemy import Connection

    from setwright.lake.catalogue import Catalogue
    from setwright.model.events import Listener


_INDEX_SINCE = 2
"""The first version with an index, and one whose form has not changed since."""


def steps_from(version: int) -> Mapping[int, Callable[[Operations], None]]:
    """What leads from `version` to the present one, in order."""
    return {
        number: import_module(f"setwright.lake.migrations.to_{number}").upgrade
        for number in range(version + 1, schema.SCHEMA_VERSION + 1)
    }


def migrate(catalogue: Catalogue, listener: Listener = silence) -> int:
    """Bring the catalogue to the present schema, if it is of an earlier one; the version that it was of.

    Where the database is a file, that is copied first, beside it.

    Raises:
        LakeBusyError: somebody else was writing for too long.
    """
    # Loading it takes a quarter of a second, which only those pay who have an old catalogue.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    with catalogue.writing(any_schema=True) as connection:
        version = schema_version(connection)
        steps = steps_from(version)
        if steps:
            catalogue.database.back_up(f"before-{schema.SCHEMA_VERSION}")
        operations = Operations(MigrationContext.configure(connection))
        for step in steps.values():
            step(operations)
        if version < _INDEX_SINCE:
            rebuild_index(connection, listener)
        if steps:
            table = schema.properties
            connection.execute(
                update(table).where(table.c.name == "schema_version").values(value=str(schema.SCHEMA_VERSION))
            )
    return version


def schema_version(connection: Connection) -> int:
    """The version of the tables' schema."""
    table = schema.properties
    return int(connection.execute(select(table.c.value).where(table.c.name == "schema_version")).scalar_one())
