"""What held at a revision."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import and_

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, FromClause


def held_at(table: FromClause, revision: int) -> ColumnElement[bool]:
    """The rows of `table` that held at `revision`."""
    return and_(table.c.added <= revision, table.c.removed > revision)
