"""The catalogue in PostgreSQL, for a team: every lake has a schema of its own, so one database holds any number.

Where the database is goes into `lake.json`; the password never does. It comes from where PostgreSQL's own programs
take it: `PGPASSWORD`, or a password file.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, InvalidatePoolError

from setwright.lake.database import BYTES, WRITES, took_too_long
from setwright.model.errors import LakeAwayError, LakeBusyError, LakeError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection
    from sqlalchemy.exc import DBAPIError

DRIVERS = ("psycopg", "pg8000")

_FORM = "postgresql+psycopg://USER@HOST/DATABASE"
_WRITE_HINTS = {
    "25006": "the server takes no writing now, as a copy of another does; name the one that does in SETWRIGHT_CATALOG",
    "42501": "let the owner of the database grant the user what is missing",
    "53100": "make room on the disk of the database's server, then run the same command again",
}
_RESTED = 1.0
"""Seconds without use after which a connection is asked whether it still answers: each time would take a third of the
processor's time of a question whose bitmaps are known."""

_RESTING = "setwright_resting_since"

_SECRET = ("password", "sslpassword", "passfile")


def checked_url(given: str, *, secret: bool = False) -> URL:
    """Where a catalogue is, from its URL. With `secret` it may hold a password.

    Raises:
        UsageError: it is no such URL, or holds a password.
    """
    try:
        url = make_url(given)
    except ArgumentError as error:
        raise UsageError(
            "Not the URL of a catalogue", "It cannot be read as a URL.", f"write it as {_FORM}"
        ) from error
    backend, _, driver = url.drivername.partition("+")
    if backend not in ("postgresql", "postgres") or (driver or "psycopg") not in DRIVERS or not url.database:
        raise UsageError(
            "Not the URL of a catalogue",
            f"A catalogue is in SQLite, in the lake's folder, or in PostgreSQL; this names {url.drivername!r}"
            + ("." if url.database else " and no database."),
            f"write it as {_FORM}, or with +pg8000 for the driver pg8000",
        )
    if not secret and (url.password is not None or any(name in url.query for name in _SECRET)):
        raise UsageError(
            "The URL holds a password",
            "The URL is written into the lake's folder, where a password would stay for everyone to read.",
            "leave it out; put it into PGPASSWORD, or into the password file ~/.pgpass",
        )
    return url.set(drivername=f"postgresql+{driver or 'psycopg'}")


def shown(url: URL) -> str:
    """`url` without its password, as it is kept and told."""
    return url._replace(password=None).difference_update_query(_SECRET).render_as_string(hide_password=True)


class PostgresqlDatabase:
    """What `lake.database.Database` asks, by a schema of a database at `url`."""

    def __init__(self, url: URL, schema: str, patience: float) -> None:
        if re.fullmatch(r"[a-z0-9_]{1,63}", schema) is None:
            raise ValueError(f"not a schema's name: {schema!r}")
        self._url = url
        self._schema = schema
        self._patience = patience
        # Eight bytes that only this lake's writers use, for the lock that lets one of them in.
        self._lock = int.from_bytes(hashlib.sha256(schema.encode()).digest()[:8], "big", signed=True)
        self.engine = create_engine(
            _with_password(url),
            isolation_level="REPEATABLE READ",
            connect_args=_connect_args(url, patience),
        )
        event.listen(self.engine, "connect", self._prepare)
        event.listen(self.engine, "checkin", _rest)
        event.listen(self.engine, "checkout", self._wake)
        event.listen(self.engine, "begin", self._begin)
        if url.get_driver_name() == "psycopg":
            event.listen(self.engine, "before_cursor_execute", _in_binary)

    @property
    def location(self) -> str:
        return f"{shown(self._url)}, schema {self._schema}"

    def now(self) -> datetime:
        with self.engine.connect() as connection:
            found: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
        return found.astimezone(UTC)

    def limit(self, connection: Connection, seconds: float | None) -> None:
        if seconds is not None:
            milliseconds = max(1, int(seconds * 1000))
            connection.execute(select(func.set_config("statement_timeout", str(milliseconds), True)))

    def prepare(self, connection: Connection) -> None:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{self._schema}"')

    def back_up(self, name: str) -> None:
        pass  # whoever runs a server has backups of it; a copy of ours would be one that nobody knows of

    def damages(self) -> tuple[str, ...]:
        return ()  # the server keeps its own; what it lost is found by counting rows and reading blobs

    def in_words(self, error: DBAPIError) -> BaseException | None:
        code = _sqlstate(error.orig)
        if code == "55P03":
            return LakeBusyError(
                "Another process is writing to the lake",
                f"It was still writing after {self._patience:g} seconds.",
                "try again when it is done",
            )
        if code == "57014":
            return took_too_long()
        if code.startswith("28"):
            return LakeError(
                "The lake's catalogue refused us",
                f"{self.location}: {_first_line(error)}",
                "set PGUSER and PGPASSWORD, or put the password into ~/.pgpass",
            )
        if code in ("25006", "42501", "53100", "53400") or code.startswith("58"):
            return LakeError(
                "The lake's catalogue cannot be written",
                f"{self.location}: {_first_line(error)} Nothing was changed.",
                _WRITE_HINTS.get(code),
            )
        if code == "53200":
            return LakeError(
                "The server of the lake's catalogue ran out of memory",
                f"{self.location}: {_first_line(error)} Nothing was changed.",
                "give the server more: what its own log names, often max_locks_per_transaction or work_mem",
            )
        if code.startswith(("08", "3D", "53", "57")) or (not code and error.connection_invalidated):
            return self._unreachable(error)
        if not code and type(error).__name__ in ("OperationalError", "InterfaceError"):
            return self._unreachable(error)
        return None

    def _unreachable(self, error: DBAPIError) -> LakeError:
        return LakeAwayError(
            "The lake's catalogue cannot be reached",
            f"{self.location}: {_first_line(error)}",
            "look whether the server runs, and whether the URL is right; SETWRIGHT_CATALOG can name another one",
        )

    def _prepare(self, connection: Any, _record: Any) -> None:
        connection.autocommit = True  # else the settings would be undone with the first transaction
        cursor = connection.cursor()
        for setting in (
            f'search_path = "{self._schema}"',
            "timezone = 'UTC'",
            f"lock_timeout = {max(1, int(self._patience * 1000))}",
            "default_transaction_read_only = on",  # spares each reader a round trip; who writes says so
        ):
            cursor.execute(f"SET {setting}")
        cursor.close()
        connection.autocommit = False

    def _wake(self, connection: Any, record: Any, _proxy: Any) -> None:
        """Look whether a connection that nobody used for a while still answers, else have it made anew."""
        if monotonic() - record.info.get(_RESTING, math.inf) < _RESTED:
            return
        dialect = self.engine.dialect
        assert dialect.dbapi is not None
        try:
            dialect.do_ping(connection)
        except dialect.dbapi.Error as error:
            raise InvalidatePoolError from error

    def _begin(self, connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES, False):
            # A repeatable read would go on to see what there was before it waited for the lock. Only one writes at a
            # time, so reading what is committed is as steady.
            connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE")
            connection.execute(select(func.pg_advisory_xact_lock(self._lock)))


def drop_schema(database: PostgresqlDatabase) -> None:
    """Remove the lake's tables and all that they hold."""
    with database.engine.connect() as connection:
        with connection.execution_options(**{WRITES: True}).begin():
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{database._schema}" CASCADE'))


def _rest(_connection: Any, record: Any) -> None:
    record.info[_RESTING] = monotonic()


def _in_binary(
    _connection: Connection, cursor: Any, _statement: str, _values: Any, context: Any, _many: bool
) -> None:
    # As text bytes are hexadecimal digits, which takes the server and us three times as long. SQLAlchemy itself must be
    # answered in text where it looks at the tables.
    if context is not None and context.execution_options.get(BYTES, False):
        from psycopg.pq import Format

        cursor.format = Format.BINARY


def _connect_args(url: URL, patience: float) -> dict[str, Any]:
    if url.get_driver_name() == "pg8000":
        return {"application_name": "setwright", "timeout": max(1, int(patience))}
    return {"application_name": "setwright", "connect_timeout": max(1, int(patience))}


def _with_password(url: URL) -> URL:
    """psycopg looks for a password as PostgreSQL's programs do; pg8000 does not, so we do it for it."""
    if url.get_driver_name() != "pg8000":
        return url
    user = url.username or os.environ.get("PGUSER") or os.environ.get("USER") or "postgres"
    if url.password is not None:
        return url.set(username=user)
    password = os.environ.get("PGPASSWORD")
    if password is None:
        host, port = url.host or "localhost", str(url.port or 5432)
        password = _in_password_file((host, port, url.database or "", user))
    return url.set(username=user) if password is None else url.set(username=user, password=password)


def _in_password_file(wanted: tuple[str, ...]) -> str | None:
    file = Path(os.environ.get("PGPASSFILE") or Path.home() / ".pgpass")
    try:
        if os.name == "posix" and file.stat().st_mode & 0o077:
            return None  # as PostgreSQL's programs have it: what others can read is no secret
        lines = file.read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    for fields in _password_lines(lines):
        if len(fields) == 5 and all(
            have in ("*", want) for have, want in zip(fields[:4], wanted, strict=True)
        ):
            return fields[4]
    return None


def _password_lines(lines: list[str]) -> Iterator[list[str]]:
    """host, port, database, user, password, with a backslash before a colon or a backslash within."""
    for line in lines:
        if line and not line.startswith("#"):
            parts = re.findall(r"((?:\\.|[^:\\])*)(?::|$)", line)
            yield [re.sub(r"\\(.)", r"\1", part) for part in parts[:5]]


def _sqlstate(cause: Any) -> str:
    if isinstance(state := getattr(cause, "sqlstate", None), str):
        return state
    told = cause.args[0] if getattr(cause, "args", ()) else None
    return str(told.get("C", "")) if isinstance(told, dict) else ""


def _first_line(error: DBAPIError) -> str:
    told = error.orig.args[0] if error.orig is not None and error.orig.args else error.orig
    line = str(told.get("M", "") if isinstance(told, dict) else told).strip().split("\n")[0]
    return f"{line.rstrip('.')}."
