"""Groups of labels: which labels a piece of work is about, as an annotation project takes them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import asked_revision, insert_one, new_revision, newest_revision
from setwright.lake.identity import checked_name, outward_id, unknown_name
from setwright.lake.schema import FOREVER
from setwright.model.counting import counted
from setwright.model.errors import RemoteError
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Table

    from setwright.lake.catalogue import Catalogue

_names, _members = schema.label_group_names.c, schema.label_group_members.c


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelGroup:
    """One group: its id for the world outside, which it keeps when it is renamed, and its labels in their order."""

    uid: str
    name: str
    labels: tuple[str, ...]


class LabelGroups:
    """The groups of one lake. What changes them gives the revision that it made, None where nothing changes."""

    def __init__(self, catalogue: Catalogue, lake_id: str) -> None:
        self._catalogue = catalogue
        self._lake_id = lake_id

    def at(self, revision: int | None = None) -> tuple[LabelGroup, ...]:
        """All groups at `revision`, the newest where none is given, sorted by name.

        Raises:
            RemoteError: the lake does not have the revision.
        """
        with self._catalogue.reading() as connection:
            revision = asked_revision(connection, revision)
            return groups_at(connection, revision)

    def put(self, name: str, labels: Sequence[str], *, author: str, at: datetime) -> int | None:
        """Make the group of that name if there is none, and append to it those of `labels` that it does not have.

        Raises:
            UsageError: a group cannot be called that.
            RemoteError: the lake does not know a label.
        """
        checked_name("label group", name)
        with self._changing(author, at) as change:
            known = change.key_of(name)
            group = change.make(name, self._lake_id) if known is None else known
            there = change.members(group)
            new = [key for key in change.label_keys(labels).values() if key not in there]
            change.message = (
                f"Make the label group {name}"
                if known is None
                else f"Add {counted(len(new), 'label')} to the label group {name}"
            )
            for key in new:
                change.add(schema.label_group_members, group=group, label=key)
            return change.revision if change.anything else None

    def take(self, name: str, labels: Sequence[str], *, author: str, at: datetime) -> int | None:
        """Take `labels` out of the group; those that it does not have are no matter.

        Raises:
            RemoteError: there is no such group, or the lake does not know a label.
        """
        with self._changing(author, at) as change:
            there = change.members(change.require(name))
            change.message = f"Take labels out of the label group {name}"
            change.end(
                schema.label_group_members,
                [there[key] for key in change.label_keys(labels).values() if key in there],
            )
            return change.revision if change.anything else None

    def rename(self, name: str, new: str, *, author: str, at: datetime) -> int | None:
        """Call the group otherwise.

        Raises:
            UsageError: a group cannot be called that.
            RemoteError: there is no such group, or one of the new name.
        """
        checked_name("label group", new)
        with self._changing(author, at) as change:
            group = change.require(name)
            if new == name:
                return None
            if change.key_of(new) is not None:
                raise RemoteError(
                    f'The lake has a label group "{new}" already',
                    "It was left as it is, and so was the other.",
                )
            change.message = f"Call the label group {name} {new}"
            change.end(schema.label_group_names, [change.name_row(name)])
            change.add(schema.label_group_names, group=group, name=new)
            return change.revision

    def delete(self, name: str, *, author: str, at: datetime) -> int:
        """Let the group go; its labels stay.

        Raises:
            RemoteError: there is no such group.
        """
        with self._changing(author, at) as change:
            group = change.require(name)
            change.message = f"Delete the label group {name}"
            change.end(schema.label_group_names, [change.name_row(name)])
            change.end(schema.label_group_members, list(change.members(group).values()))
            return change.revision

    @contextmanager
    def _changing(self, author: str, at: datetime) -> Iterator[_Change]:
        with self._catalogue.writing() as connection:
            change = _Change(connection)
            yield change
            if not change.anything:
                connection.rollback()
                return
            new_revision(
                connection,
                at=at,
                author=author,
                message=change.message,
                touches_frames=False,
                rows=change.rows,
            )


def groups_at(connection: Connection, revision: int) -> tuple[LabelGroup, ...]:
    """All groups that there were at `revision`, sorted by name."""
    labels: dict[int, list[str]] = {}
    for group, label in connection.execute(
        select(_members.group, schema.labels.c.name)
        .join(schema.labels, _members.label == schema.labels.c.id)
        .where(held_at(schema.label_group_members, revision))
        .order_by(_members.id)
    ):
        labels.setdefault(group, []).append(label)
    groups = schema.label_groups.c
    rows = connection.execute(
        select(groups.id, groups.uid, _names.name)
        .join(schema.label_group_names, _names.group == groups.id)
        .where(held_at(schema.label_group_names, revision))
        .order_by(_names.name)
    )
    return tuple(LabelGroup(uid=row.uid, name=row.name, labels=tuple(labels.get(row.id, ()))) for row in rows)


class _Change:
    """What one revision does to groups."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.revision = newest_revision(connection) + 1
        self.rows: dict[str, int] = {}
        self.anything = False
        self.message = ""

    def key_of(self, name: str) -> int | None:
        """The key of the group of that name."""
        found = self._connection.execute(
            select(_names.group).where(_names.name == name, _names.removed == FOREVER)
        ).scalar_one_or_none()
        return None if found is None else int(found)

    def require(self, name: str) -> int:
        """The key of the group of that name, which must be there."""
        if (found := self.key_of(name)) is None:
            known = self._connection.execute(select(_names.name).where(_names.removed == FOREVER))
            raise unknown_name("label group", name, known.scalars())
        return found

    def name_row(self, name: str) -> int:
        """The key of the row that says that a group is called so."""
        return int(
            self._connection.execute(
                select(_names.id).where(_names.name == name, _names.removed == FOREVER)
            ).scalar_one()
        )

    def members(self, group: int) -> dict[int, int]:
        """The group's labels, each with the key of its row."""
        rows = self._connection.execute(
            select(_members.label, _members.id).where(_members.group == group, _members.removed == FOREVER)
        )
        return {row.label: row.id for row in rows}

    def label_keys(self, names: Sequence[str]) -> dict[str, int]:
        """The keys of these labels, each once, in the order that they are named."""
        labels = schema.labels.c
        known: dict[str, int] = {
            row.name: row.id for row in self._connection.execute(select(labels.name, labels.id))
        }
        if missing := [name for name in dict.fromkeys(names) if name not in known]:
            raise unknown_name("label", '", "'.join(missing), known)
        return {name: known[name] for name in names}

    def make(self, name: str, lake_id: str) -> int:
        """A new group of that name."""
        group = insert_one(
            self._connection,
            schema.label_groups,
            # By the revision, for a name can be another group's later.
            uid=outward_id(lake_id, "label group", str(self.revision)),
            added=self.revision,
        )
        self._count(schema.label_groups)
        self.add(schema.label_group_names, group=group, name=name)
        return group

    def add(self, table: Table, **values: int | str) -> None:
        """Add a row that holds from now on."""
        insert_one(self._connection, table, **values, added=self.revision)
        self._count(table)

    def end(self, table: Table, keys: Sequence[int]) -> None:
        """Let these rows hold no more."""
        if keys:
            self.anything = True
            self._connection.execute(update(table).where(table.c.id.in_(keys)).values(removed=self.revision))

    def _count(self, table: Table) -> None:
        self.anything = True
        self.rows[table.name] = self.rows.get(table.name, 0) + 1
