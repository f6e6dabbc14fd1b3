"""Indexes of what a revision added and ended, and none of what the bitmaps tell.

In PostgreSQL no references either that are looked up row by row.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

ENDED = sa.text("removed < 9223372036854775807")


def upgrade(change: Operations) -> None:
    """Change the tables."""
    for table in ("frames", "annotations"):
        change.create_index(f"{table}_by_added", table, ["added"], postgresql_using="brin")
        change.create_index(
            f"{table}_by_removed", table, ["removed"], sqlite_where=ENDED, postgresql_where=ENDED
        )
    for index in ("annotations_by_label", "annotations_by_operation"):
        change.drop_index(index, "annotations", if_exists=True)
    if change.get_bind().dialect.name == "postgresql":
        for table in ("annotations", "attribute_values", "metadata_values"):
            for reference in sa.inspect(change.get_bind()).get_foreign_keys(table):
                assert reference["name"] is not None
                change.drop_constraint(reference["name"], table, type_="foreignkey")
