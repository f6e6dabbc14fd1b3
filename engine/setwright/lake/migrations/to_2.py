"""The perceptual hash of pictures, which picture was made of which recipe, the index, and long texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade(change: Operations) -> None:
    """Change the tables; the index is filled afterwards, from the rows."""
    change.add_column("frames", sa.Column("phash", sa.BigInteger()))
    change.create_table(
        "varied_pictures",
        sa.Column("recipe", sa.String(64), primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
    )
    change.create_table(
        "bitmaps",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("second", sa.BigInteger, nullable=False),
        sa.Column("slice", sa.SmallInteger, nullable=False),
        sa.Column("chunk", sa.Integer, nullable=False),
        sa.Column("frames", sa.LargeBinary, nullable=False),
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.BigInteger, nullable=False),
    )
    change.create_index("bitmaps_by_key", "bitmaps", ["kind", "name", "first", "second", "removed", "added"])
    # PostgreSQL could not hold a long text, because an index had to.
    for table, name in (("metadata_values", "path"), ("attribute_values", "name")):
        for column, texts in (("text", (name, "text")), ("number", (name,))):
            short = sa.text(" AND ".join(f"length({each}) <= 300" for each in texts))
            index = f"{table}_by_{column}"
            change.drop_index(index, table)
            change.create_index(index, table, [name, column], sqlite_where=short, postgresql_where=short)
