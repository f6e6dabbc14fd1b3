"""What is in the lake: names, counts and history."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, desc, func, select

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import newest_revision
from setwright.lake.identity import DELETED
from setwright.lake.index.read import Index, union
from setwright.lake.label_groups import groups_at
from setwright.model.values import dataclass
from setwright.model.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from setwright.lake.index.cache import IndexCache

_frames = schema.frames


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


def vocabulary(connection: Connection, cache: IndexCache | None = None) -> Vocabulary:
    """The names in use now."""
    index = Index(connection, newest_revision(connection), cache)
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
        collections=_named(connection, schema.collections, index.frames_by_collection()),
        labels=_named(connection, schema.labels, index.annotations_by_label()),
        operations=_named(connection, schema.operations, index.annotations_by_operation()),
        datasets=datasets(connection),
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
    index = Index(connection, now)
    by_operation = index.annotations_by_operation()
    pictures = select(_frames.c.digest, _frames.c.size).where(held_at(_frames, now)).distinct().subquery()
    different, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(pictures.c.size), 0)).select_from(pictures)
    ).one()
    return LakeStatistics(
        revision=now,
        frames=len(index.frames()),
        pictures=different,
        bytes=int(size),
        annotations=by_operation.total(),
        annotated_frames=len(union(index.operations().values())),
        collections=_counted(connection, schema.collections, index.frames_by_collection()),
        labels=_counted(connection, schema.labels, index.annotations_by_label()),
        label_groups=tuple((group.name, len(group.labels)) for group in groups_at(connection, now)),
        operations=_counted(connection, schema.operations, by_operation),
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


def _named(connection: Connection, table: Any, keys: Iterable[int]) -> tuple[str, ...]:
    """The names of those keys of `table`, sorted."""
    wanted = set(keys)
    rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.name))
    return tuple(row.name for row in rows if row.id in wanted)


def _counted(connection: Connection, table: Any, counts: Counter[int]) -> tuple[tuple[str, int], ...]:
    """Names of `table` with their counts, sorted by name."""
    rows = connection.execute(select(table.c.id, table.c.name).order_by(table.c.name))
    return tuple((row.name, counts[row.id]) for row in rows if counts[row.id])


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


def datasets(connection: Connection) -> tuple[str, ...]:
    """The names of the datasets, sorted."""
    name = schema.datasets.c.name
    return tuple(connection.execute(select(name).where(_PRESENT).order_by(name)).scalars())


def operations(connection: Connection) -> tuple[tuple[str, str], ...]:
    """The name of each operation in use, sorted, and who works in it: `human` or `machine`."""
    columns = schema.operations.c
    used = Index(connection, newest_revision(connection)).annotations_by_operation()
    rows = connection.execute(select(columns.id, columns.name, columns.mode).order_by(columns.name))
    return tuple((row.name, "human" if row.mode == 1 else "machine") for row in rows if row.id in used)
