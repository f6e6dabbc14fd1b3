"""The catalogue as a file, to move a lake to another machine or another database: JSON Lines, a row a line.

    {"format": "setwright-catalog", "format_version": 1, "schema_version": 4, "lake": "…"}
    ["collections", [1, "…", …]]
    …
    {"rows": 12345, "sha256": "…"}

The rows stand in the order of the tables' keys, their values in the order of the columns, which the first line names.
So two databases with the same rows give the same bytes. The last line counts the rows and has the digest of all lines
before it: a file without it was cut. Leases and the index are left out; the one belongs to processes of here, the
other is made anew. Neither side ever holds more than a few rows.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import Float, insert, inspect, select
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from setwright.lake import schema
from setwright.lake.index.rebuild import rebuild_index
from setwright.lake.schema import Moment
from setwright.model.canonical import canonical_json
from setwright.model.counting import counted
from setwright.model.errors import FormatError
from setwright.model.events import Advanced, Finished, Started

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from sqlalchemy import Column, Connection, Table

    from setwright.model.events import Listener

FORMAT = "setwright-catalog"
FORMAT_VERSION = 1

_BATCH = 1000
_LEFT_OUT = (schema.properties, schema.leases, schema.bitmaps)
_TABLES = tuple(table for table in schema.tables.sorted_tables if table not in _LEFT_OUT)
EXPORT, IMPORT = "Writing the catalogue", "Reading the catalogue"


def exported(connection: Connection, lake_id: str, listener: Listener) -> Iterator[bytes]:
    """The catalogue as the lines of a file, in pieces of many lines."""
    hasher = hashlib.sha256()
    header = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "schema_version": schema.SCHEMA_VERSION,
        "lake": lake_id,
        "columns": {table.name: [column.name for column in table.columns] for table in _TABLES},
    }
    listener(Started(EXPORT, None, "rows"))
    count = 0
    piece = _line(header)
    there = inspect(connection).get_table_names()
    for table in _TABLES:
        if table.name not in there:  # one that is made when it is first needed
            continue
        keys = list(table.primary_key.columns)
        rows = connection.execute(select(table).order_by(*keys).execution_options(yield_per=_BATCH))
        write = [_writer(column) for column in table.columns]
        for part in rows.partitions():
            hasher.update(piece)
            yield piece
            lines = (
                _line([table.name, [put(value) for put, value in zip(write, row, strict=True)]])
                for row in part
            )
            piece = b"".join(lines)
            count += len(part)
            listener(Advanced(EXPORT, len(part)))
    hasher.update(piece)
    yield piece
    yield _line({"rows": count, "sha256": hasher.hexdigest()})
    listener(Finished(EXPORT, counted(count, "row")))


def header_of(line: bytes) -> dict[str, Any]:
    """The first line of such a file.

    Raises:
        FormatError: it is none, or one that a newer setwright wrote.
    """
    found = _parsed(line)
    if not isinstance(found, dict) or found.get("format") != FORMAT or not isinstance(found.get("lake"), str):
        raise FormatError("Not an exported catalogue", f"Its first line does not say {FORMAT}.")
    for what, known in (("format_version", FORMAT_VERSION), ("schema_version", schema.SCHEMA_VERSION)):
        if type(found.get(what)) is not int or found[what] > known:
            raise FormatError(
                "The catalogue was exported by a newer setwright",
                f"Its {what} is {found.get(what)}; {known} is the newest that this setwright knows.",
                "upgrade setwright",
            )
    return found


def load(connection: Connection, lines: Iterable[bytes], listener: Listener) -> int:
    """Put the rows of `lines`, a whole file, into empty tables; how many.

    Raises:
        FormatError: it was cut, changed, or holds what does not go into the tables.
    """
    hasher = hashlib.sha256()
    lines = iter(lines)
    first = next(lines, b"")
    columns = header_of(first).get("columns")
    hasher.update(first)
    if not isinstance(columns, dict):
        raise _broken("its first line names no columns")
    listener(Started(IMPORT, None, "rows"))
    count = 0
    tables = {table.name: table for table in _TABLES}
    end: Any = None

    def rows() -> Iterator[tuple[str, list[Any]]]:
        nonlocal end
        for line in lines:
            found = _parsed(line)
            if isinstance(found, dict):
                end = found
                return
            hasher.update(line)
            if not isinstance(found, list) or len(found) != 2 or found[0] not in tables:
                raise _broken("a line is no row of a table that is known")
            yield found[0], found[1]

    for name, several in groupby(rows(), key=lambda row: row[0]):
        table = tables[name]
        read = _readers(table, columns.get(name))
        batch: list[dict[str, Any]] = []
        for _, values in several:
            batch.append(_row(read, values, name))
            if len(batch) == _BATCH:
                count += _put(connection, table, batch, listener)
                batch = []
        count += _put(connection, table, batch, listener)
    if end is None:
        raise _broken("it ends without its last line, so it was cut")
    if end.get("rows") != count or end.get("sha256") != hasher.hexdigest() or next(lines, None) is not None:
        raise _broken("its digest is not that of its lines, so it was changed")
    rebuild_index(connection, listener)
    listener(Finished(IMPORT, counted(count, "row")))
    return count


def _put(connection: Connection, table: Table, rows: list[dict[str, Any]], listener: Listener) -> int:
    if rows:
        try:
            connection.execute(insert(table), rows)
        except (StatementError, OverflowError, TypeError, ValueError) as error:
            # Not the database's own troubles, such as a full disk; and not its words, which repeat the rows.
            if isinstance(error, DBAPIError) and not isinstance(error, IntegrityError | DataError):
                raise
            raise _broken(f"rows of {table.name} do not go together, or hold what they cannot") from error
        listener(Advanced(IMPORT, len(rows)))
    return len(rows)


def _row(read: list[tuple[str, Callable[[Any], Any]]], values: Any, table: str) -> dict[str, Any]:
    if not isinstance(values, list) or len(values) != len(read):
        raise _broken(f"a row of {table} has not as many values as it has columns")
    try:
        return {name: get(value) for (name, get), value in zip(read, values, strict=True)}
    except (ValueError, TypeError) as error:
        raise _broken(f"a value of {table} cannot be read: {error}") from error


def _readers(table: Table, names: Any) -> list[tuple[str, Callable[[Any], Any]]]:
    if not isinstance(names, list) or not all(
        isinstance(name, str) and name in table.columns for name in names
    ):
        raise _broken(f"the columns of {table.name} are not those of the table")
    return [(name, _reader(table.columns[name])) for name in names]


def _writer(column: Column[Any]) -> Callable[[Any], Any]:
    match column.type:
        case Moment():
            return lambda value: None if value is None else value.isoformat()
        case Float():
            # JSON has no word for infinity, which a number of thousands of digits is stored as.
            return lambda value: str(value) if value in (float("inf"), float("-inf")) else value
        case _:
            return lambda value: value


def _reader(column: Column[Any]) -> Callable[[Any], Any]:
    match column.type:
        case Moment():
            return lambda value: None if value is None else datetime.fromisoformat(value)
        case Float():
            return lambda value: None if value is None else float(value)
        case _:
            return lambda value: value


def _line(value: Any) -> bytes:
    return canonical_json(value).encode() + b"\n"


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _broken("a line is no JSON, so it was cut or changed") from error


def _broken(why: str) -> FormatError:
    return FormatError("The exported catalogue cannot be read", f"Of the file {why}. Nothing was recorded.")
