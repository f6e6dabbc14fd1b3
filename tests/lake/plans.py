"""How the database finds what it is asked: the plan of each statement, as the database itself tells it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event

from setwright.lake.lake import Lake

Plan = tuple[str, tuple[str, ...]]
"""A statement, and the lines of its plan."""


@contextmanager
def plans(lake: Lake) -> Iterator[list[Plan]]:
    """Fills the list that it gives while it lasts."""
    found: list[Plan] = []
    within = False

    def explain(connection: Connection, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        nonlocal within
        if within or not statement.lstrip().upper().startswith(("SELECT", "UPDATE")):
            return
        within = True
        try:
            asked = values[0] if isinstance(values, list) else values
            sqlite = connection.dialect.name == "sqlite"
            rows = connection.exec_driver_sql(
                ("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, asked
            )
            found.append((statement, tuple(str(row[3] if sqlite else row[0]) for row in rows)))
        finally:
            within = False

    engine = lake._catalogue.database.engine
    event.listen(engine, "before_cursor_execute", explain)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", explain)
