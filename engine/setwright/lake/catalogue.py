"""The catalogue's database: how it is opened, read at one moment, and written by one at a time."""

from __future__ import annotations

import sqlite3
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, event, func, insert, inspect, select
from sqlalchemy.engine import URL
from sqlalchemy.exc import DatabaseError

from setwright.lake import schema
from setwright.model.errors import LakeBusyError, LakeError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Engine

_WRITES = "setwright_writes"


class Catalogue:
    """A database with the tables of `lake.schema`.

    `patience` is how many seconds to wait for another process that writes.
    """

    def __init__(self, file: Path, patience: float = 30.0) -> None:
        self._file = file
        self._patience = patience
        self._engine = _engine(file, patience)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the catalogue as it was at its first query, whatever others write meanwhile."""
        with self._explained(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that writes, all or nothing, while no other does.

        Raises:
            LakeBusyError: another process is still writing after `patience` seconds.
        """
        with self._explained(), self._engine.connect() as connection:
            with connection.execution_options(**{_WRITES: True}).begin():
                yield connection

    def create(self, lake_id: str) -> None:
        """Make the tables in an empty database."""
        with self.writing() as connection:
            schema.tables.create_all(connection)
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
        """What the database itself finds wrong with its file."""
        if self._engine.dialect.name != "sqlite":
            return ()
        with self.reading() as connection:
            integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        return (
            *(line for line in integrity if line != "ok"),
            *(f"row {row[1]} of {row[0]} refers to a row of {row[2]} that is not there" for row in orphans),
        )

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
            f"{name} holds {count:,} rows, and its revisions made {promised[name]:,}"
            for name, count in found.items()
            if count != promised[name]
        ]
        if numbers != list(range(1, len(numbers) + 1)):
            lost.append(f"revisions holds {len(numbers):,} rows, and the newest is {numbers[-1]}")
        return tuple(lost)

    def close(self) -> None:
        """Give the database's files back."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except DatabaseError as error:
            told = self._in_words(error)
            if told is None:
                raise
            raise told from error

    def _in_words(self, error: DatabaseError) -> LakeError | None:
        """What happened, where it is no bug of ours."""
        cause = error.orig
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LakeBusyError(
                "Another process is writing to the lake",
                f"It was still writing after {self._patience:g} seconds.",
                "try again when it is done",
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return LakeError(
                "The lake's catalogue is damaged",
                f"{self._file}: {cause}.",
                "restore the lake from a backup; the pictures under blobs/ may still be whole",
            )
        if code in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
        ):
            return LakeError(
                "The lake's catalogue cannot be written", f"{self._file}: {cause}. Nothing was changed."
            )
        return None


def newest_revision(connection: Connection) -> int:
    """The number of the newest revision, 0 in a new lake."""
    number: int = connection.execute(
        select(func.coalesce(func.max(schema.revisions.c.number), 0))
    ).scalar_one()
    return number


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


def _engine(file: Path, patience: float) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(file)), connect_args={"timeout": patience})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # Python's driver would begin transactions by itself, and only at the first write; see `begin`.
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer takes its lock before it reads. Two that read first and write later would each wait for the
        # other, and SQLite would turn one of them away at once.
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
