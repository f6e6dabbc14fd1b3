"""The catalogue in a SQLite file: the embedded default."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

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


_AS_IT_LIES = {"immutable": "1", "mode": "ro", "uri": "true"}
"""A file that nobody changes is read without locks and without the two files that go with a log of writes."""


class SqliteDatabase:
    """What `lake.database.Database` asks, by a file. `patience` is how many seconds to wait for who else writes."""

    def __init__(self, file: Path, patience: float) -> None:
        self.file = file
        self._patience = patience
        self._limit = threading.local()
        self._reads_only = _lies_read_only(file)
        database, query = (f"file:{quote(str(file))}", _AS_IT_LIES) if self._reads_only else (str(file), {})
        url = URL.create("sqlite", database=database, query=query)
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
                self._write_hint(code),
            )
        return None

    def _write_hint(self, code: int) -> str | None:
        if code == sqlite3.SQLITE_FULL:
            return FULL_DISK
        if self._reads_only:
            return (
                "its disk is mounted to be read only; mount it to be written, or write to a copy of the lake"
            )
        if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
            return (
                "SQLite writes beside the file also to read: let the folder be written to, or copy the lake"
            )
        return None


def _lies_read_only(file: Path) -> bool:
    """Whether the disk is mounted to be read only, so that SQLite can make no files beside the catalogue.

    Raises:
        LakeError: beside it lies a log of writes, without which it is not whole.
    """
    try:
        mounted = os.statvfs(file.parent).f_flag
    except (AttributeError, OSError):  # not on every system; and what is not there is told by who opens it
        return False
    if not mounted & os.ST_RDONLY:
        return False
    log = file.with_name(file.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise LakeError(
            f"The lake cannot be read where nothing can be written: {file.parent}",
            f"Its last writes are in {log.name} still: a process has it open to write, or was killed.",
            "let a command such as `setwright lake log` end where the lake can be written to, then try again",
        )
    return True


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
