"""Which frames a selection gives at a revision, with their annotations, as columns."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Any, assert_never

import numpy as np
from sqlalchemy import and_, or_, select, true

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import newest_revision
from setwright.lake.compile_query import compile_query, metadata_path
from setwright.model.canonical import canonical_json
from setwright.model.dataset import AnnotationState, CollectionSource, DatasetsSource, LakeSource
from setwright.model.errors import RemoteError
from setwright.model.frames import Annotations, Frames, Membership, digests, texts
from setwright.model.suggestions import did_you_mean
from setwright.query.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

    from setwright.model.dataset import Filter, Selection, Source

HUMAN, MACHINE = 1, 2
"""LayerNext's codes for who made annotations: the column `operations.mode`."""

_frames, _annotations = schema.frames, schema.annotations


def read_membership(connection: Connection, selection: Selection, revision: int) -> Membership:
    """The frames that `selection` gives at `revision`, sorted by unique name.

    A label or an operation that the lake does not know, perhaps not yet at that revision, has no annotations.

    Raises:
        RemoteError: the lake does not know the revision or the collection, or does not offer the source.
        QueryError: the query does not parse.
    """
    require_revision(connection, revision)
    query = parse(selection.query)
    selected = and_(
        held_at(_frames, revision),
        _from_source(connection, selection.source, revision),
        _filtered(selection.filter, revision),
        compile_query(query, revision),
    )
    frames = _read_frames(connection, selected)
    if selection.group_by is not None:
        frames = _grouped(connection, frames, selection.group_by, selected, revision)
    annotations = _read_annotations(connection, frames, selected, selection, revision)
    return Membership(revision=revision, frames=frames, annotations=annotations)


def require_revision(connection: Connection, revision: int) -> None:
    """Refuse a revision that the lake does not have.

    Raises:
        RemoteError: it does not.
    """
    newest = newest_revision(connection)
    if not 0 <= revision <= newest:
        raise RemoteError(f"The lake has no revision {revision}", f"Its newest one is {newest}.")


def _unknown(kind: str, name: str, names: Iterable[str]) -> RemoteError:
    known = sorted(names)
    listed = ", ".join(known[:10]) + (", …" if len(known) > 10 else "")
    return RemoteError(
        f'The lake has no {kind} "{name}"',
        f"It has: {listed}." if known else f"It has no {kind} at all yet.",
        did_you_mean(name, known),
    )


def _from_source(connection: Connection, source: Source, revision: int) -> ColumnElement[bool]:
    match source:
        case CollectionSource():
            column = schema.collections.c.name if source.name is not None else schema.collections.c.uid
            name = source.name or source.id or ""
            rows = connection.execute(
                select(column.label("name"), schema.collections.c.id).where(
                    schema.collections.c.added <= revision
                )
            )
            known: dict[str, int] = {row.name: row.id for row in rows}
            if name not in known:
                raise _unknown(
                    "collection" if source.name is not None else "collection with the id", name, known
                )
            inside: ColumnElement[bool] = _frames.c.collection == known[name]
            return inside
        case LakeSource():
            if source.items != "image":
                raise RemoteError(
                    f"The lake does not offer {source.items} as a source yet",
                    "A query over the whole lake selects images.",
                    "write `datalake: image`, or name a collection",
                )
            return true()
        case DatasetsSource():
            raise RemoteError(
                "The lake does not offer datasets as a source yet",
                "A dataset takes its frames from a collection, or from the whole lake.",
            )
        case _:
            assert_never(source)


def _filtered(wish: Filter, revision: int) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = []
    if wish.annotation_types:
        conditions.append(or_(*(_in_state(state, revision) for state in wish.annotation_types)))
    if wish.from_date is not None:
        conditions.append(_frames.c.uploaded_at >= datetime.combine(wish.from_date, time.min, UTC))
    if wish.to_date is not None:
        conditions.append(_frames.c.uploaded_at <= datetime.combine(wish.to_date, time.max, UTC))
    return and_(true(), *conditions)


def _in_state(state: AnnotationState, revision: int) -> ColumnElement[bool]:
    """Frames with an annotation that people, or a model, made; raw ones have none at all."""
    annotated = select(_annotations.c.frame).where(held_at(_annotations, revision))
    if state == "raw":
        return _frames.c.number.not_in(annotated)
    mode = HUMAN if state == "human" else MACHINE
    made_so = select(schema.operations.c.id).where(schema.operations.c.mode == mode)
    return _frames.c.number.in_(annotated.where(_annotations.c.operation.in_(made_so)))


def _read_frames(connection: Connection, selected: ColumnElement[bool]) -> Frames:
    columns = _frames.c
    rows = connection.execute(
        select(
            columns.number,
            columns.unique_name,
            columns.name,
            schema.collections.c.name,
            columns.digest,
            columns.width,
            columns.height,
            columns.size,
            columns.media_type,
            columns.phash,
        )
        .join(schema.collections, columns.collection == schema.collections.c.id)
        .where(selected)
        .order_by(columns.unique_name)
    ).all()
    if not rows:
        return Frames.empty()
    number, name, file_name, collection, digest, width, height, size, media_type, phash = zip(
        *rows, strict=True
    )
    return Frames(
        number=np.array(number, np.int64),
        name=texts(name),
        file_name=texts(file_name),
        collection=texts(collection),
        digest=digests(digest),
        width=np.array(width, np.int32),
        height=np.array(height, np.int32),
        size=np.array(size, np.int64),
        media_type=texts(media_type),
        group=texts([""] * len(rows)),
        phash=np.array([bits or 0 for bits in phash], np.uint64),
    )


def _read_annotations(
    connection: Connection,
    frames: Frames,
    selected: ColumnElement[bool],
    selection: Selection,
    revision: int,
) -> Annotations:
    columns = _annotations.c
    labels = _keys(connection, schema.labels, selection.labels)
    operations = (
        None
        if selection.operations is None
        else _keys(connection, schema.operations, selection.operations).values()
    )
    rows: Sequence[Any] = connection.execute(
        select(
            columns.frame,
            columns.operation,
            columns.ordinal,
            columns.label,
            columns.shape,
            columns.left,
            columns.top,
            columns.right,
            columns.bottom,
            columns.outline,
            columns.confidence,
            columns.extra,
        ).where(
            held_at(_annotations, revision),
            columns.frame.in_(select(_frames.c.number).where(selected)),
            columns.label.in_(labels.values()),
            *([] if operations is None else [columns.operation.in_(operations)]),
        )
    ).all()
    if not rows:
        return Annotations.empty(labels=selection.labels)
    frame, operation, ordinal, label, shape, *edges, outline, confidence, extra = zip(*rows, strict=True)
    operation_place, operation_names = _operation_places(connection, np.array(operation, np.int64))
    frame_row = _places(frames.number, np.array(frame, np.int64))
    # The lake's order: by operation's name, and within an operation as its file had it.
    order = np.lexsort((np.array(ordinal, np.int32), operation_place, frame_row))
    label_place = {labels[name]: place for place, name in enumerate(selection.labels) if name in labels}
    return Annotations(
        labels=selection.labels,
        operations=operation_names,
        frame=frame_row[order].astype(np.int32),
        label=np.array([label_place[key] for key in label], np.int32)[order],
        shape=np.array(shape, np.int8)[order],
        box=np.array(edges, np.float64).T[order],
        outline=texts(outline)[order],
        confidence=np.array(confidence, np.float64)[order],  # None becomes NaN
        operation=operation_place[order].astype(np.int32),
        extra=texts(extra)[order],
    )


def _keys(connection: Connection, table: Any, names: Sequence[str]) -> dict[str, int]:
    """The keys of those of `names` that the lake knows."""
    rows = connection.execute(select(table.c.name, table.c.id).where(table.c.name.in_(names)))
    return {row.name: row.id for row in rows}


def _operation_places(
    connection: Connection, keys: NDArray[np.int64]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """For each of `keys` a place in the sorted names of those operations, and these names."""
    used = np.unique(keys)
    rows = connection.execute(
        select(schema.operations.c.name, schema.operations.c.id)
        .where(schema.operations.c.id.in_(used.tolist()))
        .order_by(schema.operations.c.name)
    ).all()
    place = {row.id: place for place, row in enumerate(rows)}
    return np.array([place[key] for key in used.tolist()], np.int64)[np.searchsorted(used, keys)], tuple(
        row.name for row in rows
    )


def _places(values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in `values`, unsorted and unique, each of `wanted` stands."""
    order = np.argsort(values)
    return order[np.searchsorted(values[order], wanted)]


def _grouped(
    connection: Connection, frames: Frames, field: str, selected: ColumnElement[bool], revision: int
) -> Frames:
    """`frames` with the value of the metadata field as text: a text as it is, everything else as JSON."""
    documents, values = schema.frame_metadata, schema.metadata_values
    name = field.removeprefix("metadata.")
    paths = [metadata_path((name,)), metadata_path(tuple(name.split(".")))]
    rows = connection.execute(
        select(documents.c.frame, values.c.text, values.c.number, values.c.flag)
        .join(values, values.c.document == documents.c.id)
        .where(
            held_at(documents, revision),
            values.c.path.in_(paths),
            documents.c.frame.in_(select(_frames.c.number).where(selected)),
        )
        .order_by(documents.c.frame, values.c.ordinal)
    )
    found: dict[int, list[Any]] = defaultdict(list)
    for frame, text, number, flag in rows:
        found[frame].append(text if text is not None else flag if flag is not None else _plain(number))
    groups = texts(_as_text(found[number]) if number in found else "" for number in frames.number.tolist())
    columns = {name: getattr(frames, name) for name in Frames.__dataclass_fields__}
    return Frames(**(columns | {"group": groups}))


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def _as_text(values: list[Any]) -> str:
    value = values[0] if len(values) == 1 else values
    return value if isinstance(value, str) else canonical_json(value)
