"""Many rows at once, as fast as the driver takes them; SQLAlchemy's way is mostly spent on each row's parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy import Connection, Table

T = TypeVar("T")

_CHUNK: Final = 500
"""Keys in one question to the database, well below what any takes as parameters."""


def in_chunks(keys: Sequence[T]) -> Iterable[Sequence[T]]:
    """`keys`, as many at a time as one question may name."""
    return (keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK))


def insert_rows(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Add `rows`, which all have the same columns in the same order; what is left out is NULL."""
    if not rows:
        return
    dialect = connection.dialect
    names = list(rows[0])
    quote = dialect.identifier_preparer.quote
    into = f"{quote(table.name)} ({', '.join(map(quote, names))})"
    values = _values(connection, table, names, rows)
    if dialect.driver != "psycopg":
        mark = "?" if dialect.paramstyle == "qmark" else "%s"
        marks = ", ".join([mark] * len(names))
        connection.exec_driver_sql(f"INSERT INTO {into} VALUES ({marks})", list(values))  # noqa: S608
        return
    driver: Any = connection.connection.driver_connection
    statement = f"COPY {into} FROM STDIN"
    assert dialect.dbapi is not None
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in values:
                copy.write_row(row)
    except dialect.dbapi.Error as error:
        raise DBAPIError.instance(statement, None, error, dialect.dbapi.Error, dialect=dialect) from error


def _values(
    connection: Connection, table: Table, names: list[str], rows: Sequence[dict[str, Any]]
) -> Iterator[tuple[Any, ...]]:
    dialect = connection.dialect
    processors = [
        (place, processor)
        for place, name in enumerate(names)
        if (processor := table.c[name].type.dialect_impl(dialect).bind_processor(dialect)) is not None
    ]
    for row in rows:
        if not processors:
            yield tuple(row.values())
            continue
        found = list(row.values())
        for place, processor in processors:
            found[place] = processor(found[place])
        yield tuple(found)
