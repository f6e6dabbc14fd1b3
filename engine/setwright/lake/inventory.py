"""What is in the lake: names, counts and history."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, desc, distinct, exists, func, select

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import newest_revision
from setwright.lake.identity import DELETED
from setwright.lake.label_groups import groups_at
from setwright.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

_frames, _annotations = schema.frames, schema.annotations


_PRESENT = ~schema.datasets.c.name.contains(DELETED)
"""Datasets that were not deleted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """One write to the lake. `touches_frames` is false where only a version was published or amended."""

    number: int
    at: datetime
    author: str
    message: str
    touches_frames: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LakeStatistics:
    """The lake, counted at its newest revision.

    `collections`, `labels`, `label_groups`, `operations` and `datasets` are names with their numbers of frames,
    annotations, labels, annotations and versions. `pictures` are different ones, `bytes` theirs.
    """

    revision: int
    frames: int
    pictures: int
    bytes: int
    annotations: int
    annotated_frames: int
    collections: tuple[tuple[str, int], ...]
    labels: tuple[tuple[str, int], ...]
    label_groups: tuple[tuple[str, int], ...]
    operations: tuple[tuple[str, int], ...]
    datasets: tuple[tuple[str, int], ...]


def vocabulary(connection: Connection) -> Vocabulary:
    """The names in use now."""
    now = newest_revision(connection)
    numbers: dict[str, list[str]] = defaultdict(list)
    for name, number in connection.execute(
        select(schema.datasets.c.name, schema.editions.c.number)
        .join(schema.versions, schema.versions.c.dataset == schema.datasets.c.id)
        .join(schema.editions, schema.editions.c.version == schema.versions.c.id)
        .where(_PRESENT)
        .order_by(schema.datasets.c.name, schema.editions.c.id)
    ):
        numbers[name].append(number)
    return Vocabulary(
        collections=_used(connection, schema.collections, _frames.c.collection, now),
        labels=_used(connection, schema.labels, _annotations.c.label, now),
        operations=_used(connection, schema.operations, _annotations.c.operation, now),
        datasets=tuple(
            connection.execute(
                select(schema.datasets.c.name).where(_PRESENT).order_by(schema.datasets.c.name)
            ).scalars()
        ),
        versions={name: tuple(dict.fromkeys(each)) for name, each in numbers.items()},
    )


def history(connection: Connection) -> tuple[Revision, ...]:
    """All revisions, the newest first."""
    columns = [schema.revisions.c[name] for name in Revision.__dataclass_fields__]
    rows = connection.execute(select(*columns).order_by(desc(schema.revisions.c.number)))
    return tuple(Revision(**row._mapping) for row in rows)


def frames_revision(connection: Connection, revision: int) -> int:
    """The newest revision up to `revision` that touched frames, 0 for none.

    Every query gives the same at both, unless it speaks of datasets.
    """
    number: int = connection.execute(
        select(func.coalesce(func.max(schema.revisions.c.number), 0)).where(
            schema.revisions.c.number <= revision, schema.revisions.c.touches_frames.is_(True)
        )
    ).scalar_one()
    return number


def statistics(connection: Connection) -> LakeStatistics:
    """The lake as it is now."""
    now = newest_revision(connection)
    held = held_at(_annotations, now)
    pictures = select(_frames.c.digest, _frames.c.size).where(held_at(_frames, now)).distinct().subquery()
    different, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(pictures.c.size), 0)).select_from(pictures)
    ).one()

    def number(expression: Any, condition: Any) -> int:
        return int(connection.execute(select(expression).where(condition)).scalar_one())

    return LakeStatistics(
        revision=now,
        frames=number(func.count(_frames.c.id), held_at(_frames, now)),
        pictures=different,
        bytes=int(size),
        annotations=number(func.count(_annotations.c.id), held),
        annotated_frames=number(func.count(distinct(_annotations.c.frame)), held),
        collections=_counted(connection, schema.collections, _frames, _frames.c.collection, now),
        labels=_counted(connection, schema.labels, _annotations, _annotations.c.label, now),
        label_groups=tuple((group.name, len(group.labels)) for group in groups_at(connection, now)),
        operations=_counted(connection, schema.operations, _annotations, _annotations.c.operation, now),
        datasets=tuple(
            (row[0], row[1])
            for row in connection.execute(
                select(schema.datasets.c.name, func.count(schema.versions.c.id))
                .join(schema.versions, schema.versions.c.dataset == schema.datasets.c.id)
                .where(_PRESENT)
                .group_by(schema.datasets.c.name)
                .order_by(schema.datasets.c.name)
            )
        ),
    )


def _used(connection: Connection, names: Any, user: Any, revision: int) -> tuple[str, ...]:
    """The names of the table `names` to whose keys the column `user` refers at `revision`."""
    used = exists().where(and_(user == names.c.id, held_at(user.table, revision)))
    return tuple(connection.execute(select(names.c.name).where(used).order_by(names.c.name)).scalars())


def _counted(
    connection: Connection, names: Any, rows: Any, key: Any, revision: int
) -> tuple[tuple[str, int], ...]:
    found = connection.execute(
        select(names.c.name, func.count())
        .join(rows, key == names.c.id)
        .where(held_at(rows, revision))
        .group_by(names.c.name)
        .order_by(names.c.name)
    )
    return tuple((row[0], row[1]) for row in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectionDetails:
    """One collection: its id for the world outside, the prefix of its frames' unique names, and its frames counted."""

    uid: str
    name: str
    storage_path: str
    frames: int
    bytes: int


def collections(connection: Connection) -> tuple[tuple[str, str], ...]:
    """The id and the name of each collection, sorted by name."""
    columns = schema.collections.c
    rows = connection.execute(select(columns.uid, columns.name).order_by(columns.name))
    return tuple((row.uid, row.name) for row in rows)


def collection_details(connection: Connection, uid: str) -> CollectionDetails | None:
    """The collection with that id, None where there is none."""
    columns = schema.collections.c
    held = held_at(_frames, newest_revision(connection))
    found = connection.execute(
        select(
            columns.uid,
            columns.name,
            columns.storage_path,
            func.count(_frames.c.id).label("frames"),
            func.coalesce(func.sum(_frames.c.size), 0).label("bytes"),
        )
        .outerjoin(_frames, and_(_frames.c.collection == columns.id, held))
        .where(columns.uid == uid)
        .group_by(columns.uid, columns.name, columns.storage_path)
    ).one_or_none()
    return None if found is None else CollectionDetails(**found._mapping)


def operations(connection: Connection) -> tuple[tuple[str, str], ...]:
    """The name of each operation in use, sorted, and who works in it: `human` or `machine`."""
    columns = schema.operations.c
    used = set(_used(connection, schema.operations, _annotations.c.operation, newest_revision(connection)))
    rows = connection.execute(select(columns.name, columns.mode).order_by(columns.name))
    return tuple((row.name, "human" if row.mode == 1 else "machine") for row in rows if row.name in used)
