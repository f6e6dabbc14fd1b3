"""The catalogue in a SQLite file: the embedded default."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL

from setwright.lake.database import WRITES, took_too_long
from setwright.model.errors import FULL_DISK, LakeBusyError, LakeError

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection
    from sqlalchemy.exc import DBAPIError

_STEPS = 20_000
"""Of SQLite's machine between two looks at the clock: a millisecond or so."""


class SqliteDatabase:
    """What `lake.database.Database` asks, by a file. `patience` is how many seconds to wait for who else writes."""

    def __init__(self, file: Path, patience: float) -> None:
        self.file = file
        self._patience = patience
        self._limit = threading.local()
        url = URL.create("sqlite", database=str(file))
        self.engine = create_engine(url, connect_args={"timeout": patience})
        event.listen(self.engine, "connect", _prepare)
        event.listen(self.engine, "begin", _begin)

    @property
    def location(self) -> str:
        return str(self.file)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def limit(self, connection: Connection, seconds: float | None) -> None:
        ends = self._limit.ends = None if seconds is None else time.monotonic() + seconds

        # A signal's handler runs in here as well, and what it raises ends the statement: without, Ctrl-C would wait
        # for its end.
        def late() -> bool:
            return ends is not None and time.monotonic() > ends

        driver: Any = connection.connection.driver_connection
        driver.set_progress_handler(late, _STEPS)

    def prepare(self, connection: Connection) -> None:
        pass

    def back_up(self, name: str) -> None:
        """Copy the file: `catalog.sqlite` to `catalog.before-2.sqlite`, say. A copy that was begun is made again."""
        kept = self.file.with_suffix(f".{name}{self.file.suffix}")
        begun = kept.with_name(kept.name + ".part")
        begun.unlink(missing_ok=True)
        try:
            with closing(sqlite3.connect(self.file)) as source, closing(sqlite3.connect(begun)) as copy:
                source.backup(copy)
                # One file, without the two that go with a log of writes.
                copy.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.DatabaseError as error:
            begun.unlink(missing_ok=True)
            raise LakeError(
                "The lake's catalogue cannot be copied",
                f"{begun}: {error}. Nothing was changed; the copy is made before the catalogue is.",
                "make room on the disk, or let the folder be written to",
            ) from error
        begun.replace(kept)

    def damages(self) -> tuple[str, ...]:
        with self.engine.connect() as connection:
            integrity = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
        return tuple(line for line in integrity if line != "ok")

    def in_words(self, error: DBAPIError) -> BaseException | None:
        cause = error.orig
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        if code == sqlite3.SQLITE_INTERRUPT:
            ends = getattr(self._limit, "ends", None)
            return took_too_long() if ends is not None and time.monotonic() > ends else KeyboardInterrupt()
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return LakeBusyError(
                "Another process is writing to the lake",
                f"It was still writing after {self._patience:g} seconds.",
                "try again when it is done",
            )
        if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return LakeError(
                "The lake's catalogue is damaged",
                f"{self.file}: {cause}.",
                "restore the lake from a backup; the pictures under blobs/ may still be whole",
            )
        if code in (
            sqlite3.SQLITE_FULL,
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_READONLY,
            sqlite3.SQLITE_CANTOPEN,
        ):
            return LakeError(
                "The lake's catalogue cannot be written",
                f"{self.file}: {cause}. Nothing was changed.",
                FULL_DISK if code == sqlite3.SQLITE_FULL else None,
            )
        return None


def _prepare(connection: Any, _record: Any) -> None:
    # Python's driver would begin transactions by itself, and only at the first write; see `_begin`.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    # A writer takes its lock before it reads. Two that read first and write later would each wait for the
    # other, and SQLite would turn one of them away at once.
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
