"""The catalogue's database: how it is opened, read at one moment, and written by one at a time."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import exists, func, insert, inspect, select
from sqlalchemy.exc import DBAPIError

from setwright.lake import schema
from setwright.lake.database import WRITES
from setwright.model.counting import counted
from setwright.model.errors import LakeError, RemoteError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from setwright.lake.database import Database


class Catalogue:
    """A database with the tables of `lake.schema`."""

    def __init__(self, database: Database) -> None:
        self.database = database

    @contextmanager
    def reading(self, limit: float | None = None) -> Iterator[Connection]:
        """A connection that sees the catalogue as it was at its first query, whatever others write meanwhile.

        Raises:
            LakeError: a statement takes more than `limit` seconds, if that is given.
        """
        with self._explained(), self.database.engine.connect() as connection:
            self.database.limit(connection, limit)
            yield connection

    @contextmanager
    def writing(self, *, any_schema: bool = False) -> Iterator[Connection]:
        """A connection that writes, all or nothing, while no other does.

        The tables must be of the schema that we know, unless `any_schema` is fine: somebody may have changed them
        since we looked.

        Raises:
            LakeError: the tables are of another schema.
            LakeBusyError: another process is still writing after its patience is at an end.
        """
        with self._explained(), self.database.engine.connect() as connection:
            with connection.execution_options(**{WRITES: True}).begin():
                self.database.limit(connection, None)
                if not any_schema:
                    self._require_schema(connection)
                yield connection

    def _require_schema(self, connection: Connection) -> None:
        table = schema.properties
        found = connection.execute(select(table.c.value).where(table.c.name == "schema_version"))
        version = int(found.scalar_one())
        if version != schema.SCHEMA_VERSION:
            raise LakeError(
                "The lake was changed by another setwright",
                f"Its catalogue is of format {version} now, and of {schema.SCHEMA_VERSION} when we opened it."
                " Nothing was changed.",
                "run the command again; upgrade setwright if it is refused then",
            )

    def now(self) -> datetime:
        """The time on which all who use the catalogue agree."""
        with self._explained():
            return self.database.now()

    def create(self, lake_id: str) -> None:
        """Make the tables in an empty database."""
        with self.writing(any_schema=True) as connection:
            self.database.prepare(connection)
            schema.tables.create_all(connection, checkfirst=False)
            connection.execute(
                insert(schema.properties),
                [
                    {"name": "schema_version", "value": str(schema.SCHEMA_VERSION)},
                    {"name": "lake_id", "value": lake_id},
                ],
            )

    def properties(self) -> dict[str, str]:
        """What the catalogue says of itself, nothing where it was never made."""
        with self.reading() as connection:
            if not inspect(connection).has_table(schema.properties.name):
                return {}
            rows = connection.execute(select(schema.properties.c.name, schema.properties.c.value))
            return {row.name: row.value for row in rows}

    def damages(self) -> tuple[str, ...]:
        """What the database itself finds wrong with what it stores, and rows that refer to nothing."""
        with self._explained():
            found = self.database.damages()
        with self.reading() as connection:
            return (*found, *_orphans(connection))

    def lost_rows(self) -> tuple[str, ...]:
        """Tables that hold other numbers of rows than their revisions added, for nothing is ever removed."""
        with self.reading() as connection:
            promised: Counter[str] = Counter()
            numbers = []
            for number, rows in connection.execute(
                select(schema.revisions.c.number, schema.revisions.c.rows).order_by(schema.revisions.c.number)
            ):
                numbers.append(number)
                promised.update(rows)
            found = {
                table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in schema.KEPT
            }
        lost = [
            f"{name} holds {counted(count, 'row')}, and its revisions made {promised[name]:,}"
            for name, count in found.items()
            if count != promised[name]
        ]
        if numbers != list(range(1, len(numbers) + 1)):
            lost.append(f"revisions holds {counted(len(numbers), 'row')}, and the newest is {numbers[-1]}")
        return tuple(lost)

    def close(self) -> None:
        """Give the database's files or connections back."""
        self.database.engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            told = self.database.in_words(error)
            if told is None:
                raise
            raise told from error


def _orphans(connection: Connection) -> Iterator[str]:
    """Rows that refer to such as are not there; a database that keeps a reference itself has none."""
    for table in schema.tables.sorted_tables:
        for reference in sorted(table.foreign_keys, key=lambda each: each.parent.name):
            there = exists().where(reference.column == reference.parent)
            asked = select(func.count()).select_from(table).where(~there)
            if count := int(connection.execute(asked).scalar_one()):
                yield (
                    f"{counted(count, 'row')} of {table.name} refer{'s' * (count == 1)} to a"
                    f" {reference.parent.name} that {reference.column.table.name} does not hold"
                )


def newest_revision(connection: Connection) -> int:
    """The number of the newest revision, 0 in a new lake."""
    number: int = connection.execute(
        select(func.coalesce(func.max(schema.revisions.c.number), 0))
    ).scalar_one()
    return number


def asked_revision(connection: Connection, revision: int | None) -> int:
    """The revision that is asked for, the newest where none is.

    Raises:
        RemoteError: the lake does not have it.
    """
    if revision is None:
        return newest_revision(connection)
    require_revision(connection, revision)
    return revision


def require_revision(connection: Connection, revision: int) -> None:
    """Refuse a revision that the lake does not have.

    Raises:
        RemoteError: it does not.
    """
    newest = newest_revision(connection)
    if not 0 <= revision <= newest:
        raise RemoteError(f"The lake has no revision {revision}", f"Its newest one is {newest}.")


def next_key(connection: Connection, table: Table) -> int:
    """The key of the next row, for the one who writes.

    Not the database's own counter, which knows nothing of rows that were imported, or written with their keys.
    """
    newest = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    return int(newest) + 1


def insert_one(connection: Connection, table: Table, **values: Any) -> int:
    """Add one row; its key."""
    key = next_key(connection, table)
    connection.execute(insert(table).values(id=key, **values))
    return key


def new_revision(
    connection: Connection,
    *,
    at: datetime,
    author: str,
    message: str,
    touches_frames: bool,
    rows: Mapping[str, int],
) -> int:
    """Make the revision that the writing transaction is, after the newest, and return its number.

    `rows` says how many rows it adds to which table.
    """
    number = newest_revision(connection) + 1
    connection.execute(
        insert(schema.revisions).values(
            number=number,
            at=at,
            author=author,
            message=message,
            touches_frames=touches_frames,
            rows={table: int(count) for table, count in sorted(rows.items()) if count},
        )
    )
    return number
