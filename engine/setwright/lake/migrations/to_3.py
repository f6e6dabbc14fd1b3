"""What people write down of labels, and groups of labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

if TYPE_CHECKING:
    from alembic.operations import Operations

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
HOLDS = sa.text("removed = 9223372036854775807")


def upgrade(change: Operations) -> None:
    """Add the tables, which are empty: so far labels were known by their names alone."""
    change.create_table(
        "label_definitions",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("label", KEY, sa.ForeignKey("labels.id"), nullable=False),
        sa.Column("description", TEXT, nullable=False),
        sa.Column("attributes", sa.JSON, nullable=False),
        *_life(),
    )
    change.create_table(
        "label_groups",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("uid", sa.String(24), nullable=False, unique=True),
        sa.Column("added", sa.BigInteger, nullable=False),
    )
    change.create_table(
        "label_group_names",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("group", KEY, sa.ForeignKey("label_groups.id"), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        *_life(),
    )
    change.create_table(
        "label_group_members",
        sa.Column("id", KEY, primary_key=True),
        sa.Column("group", KEY, sa.ForeignKey("label_groups.id"), nullable=False),
        sa.Column("label", KEY, sa.ForeignKey("labels.id"), nullable=False),
        *_life(),
    )
    for name, table, columns in (
        ("label_definitions_once", "label_definitions", ["label"]),
        ("label_group_names_one_of_a_group", "label_group_names", ["group"]),
        ("label_group_names_once", "label_group_names", ["name"]),
        ("label_group_members_once", "label_group_members", ["group", "label"]),
    ):
        change.create_index(name, table, columns, unique=True, sqlite_where=HOLDS, postgresql_where=HOLDS)


def _life() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("added", sa.BigInteger, nullable=False),
        sa.Column("removed", sa.BigInteger, nullable=False),
    )
