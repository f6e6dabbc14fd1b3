"""Which frames a selection gives at a revision, with their annotations, as columns."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import BigInteger, func, select, type_coerce

from setwright.lake import schema
from setwright.lake.among import MOST, among
from setwright.lake.as_of import held_at
from setwright.lake.catalogue import require_revision
from setwright.lake.columns import TEXT, read_columns
from setwright.lake.compile_query import metadata_path
from setwright.lake.select import Selector
from setwright.lake.selected import HUMAN, annotated_by, made_by, selected
from setwright.model.canonical import canonical_json
from setwright.model.dataset import (
    HumanOverMachine,
    taken,
)
from setwright.model.frames import Annotations, Frames, Membership, texts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from pyroaring import BitMap
    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.index.cache import IndexCache
    from setwright.model.dataset import Selection
    from setwright.model.frames import Texts

_frames, _annotations = schema.frames, schema.annotations

_EDGES = 5
"""Where the first of the four edges stands among the columns of annotations that are read."""


def read_membership(
    connection: Connection,
    selection: Selection,
    revision: int,
    blobs: Blobs,
    cache: IndexCache | None = None,
) -> Membership:
    """The frames that `selection` gives at `revision`, sorted by unique name.

    A label or an operation that the lake does not know, perhaps not yet at that revision, has no annotations; a dataset
    that it does not know then holds no frames. `blobs` has the manifests of versions.

    Raises:
        RemoteError: the lake does not know the revision or the collection, or does not offer the source.
        NotYetError: the collection came later.
        QueryError: the query does not parse.
        LakeError: a manifest that the query needs is gone or damaged.
    """
    require_revision(connection, revision)
    selector = Selector(connection, revision, blobs, cache)
    chosen = _Chosen(connection, selected(connection, selection, selector, revision), revision)
    frames = _read_frames(chosen)
    if selection.group_by is not None:
        frames = replace(frames, group=_described(chosen, frames, selection.group_by))
    official = None if selection.split_field is None else _described(chosen, frames, selection.split_field)
    annotations = _read_annotations(chosen, frames, selection, selector)
    return Membership(revision=revision, frames=frames, annotations=annotations, official=official)


class _Chosen:
    """Reads what belongs to the frames that were chosen: one by one, or if they are many, with all others."""

    def __init__(self, connection: Connection, numbers: BitMap, revision: int) -> None:
        self.connection = connection
        self.revision = revision
        self._few = among(connection, numbers) if len(numbers) <= MOST else None
        self._chosen = np.zeros((numbers.max() if numbers else 0) + 1, np.bool_)
        self._chosen[np.asarray(numbers.to_array())] = True

    def read(self, number: Any, columns: Sequence[tuple[Any, Any]], *conditions: Any) -> list[NDArray[Any]]:
        """A column of each of `columns`, given with their NumPy types, after that of `number`, a frame's number."""
        held = held_at(number.table, self.revision)
        statement = select(number, *(column for column, _ in columns)).where(held, *conditions)
        if self._few is not None:
            statement = statement.where(self._few(number))
        types = (np.int64, *(kind for _, kind in columns))
        return read_columns(self.connection, statement, types, self._mask)

    def _mask(self, part: list[NDArray[Any]]) -> NDArray[np.bool_]:
        known = part[0] < len(self._chosen)
        known[known] = self._chosen[part[0][known]]
        return known


def _read_frames(chosen: _Chosen) -> Frames:
    columns = _frames.c
    rows = chosen.read(
        columns.number,
        [
            (columns.unique_name, TEXT),
            (columns.name, TEXT),
            (columns.collection, np.int64),
            (columns.digest, "S64"),
            (columns.width, np.int32),
            (columns.height, np.int32),
            (columns.size, np.int64),
            (columns.media_type, TEXT),
            (type_coerce(func.coalesce(columns.phash, 0), BigInteger), np.int64),
        ],
    )
    if not len(rows[0]):
        return Frames.empty()
    _put_in_order(rows, np.argsort(rows[1], kind="stable"))
    number, name, file_name, collection, digest, width, height, size, media_type, phash = rows
    return Frames(
        number=number,
        name=name,
        file_name=file_name,
        collection=_names(chosen.connection, schema.collections, collection),
        digest=digest,
        width=width,
        height=height,
        size=size,
        media_type=media_type,
        group=np.zeros(len(number), TEXT),
        phash=phash.view(np.uint64),
    )


def _put_in_order(columns: list[NDArray[Any]], order: NDArray[np.int64]) -> None:
    """Each column in that order; the one before goes before the next is touched, for they may be large."""
    for place in range(len(columns)):
        columns[place] = columns[place][order]


def _names(connection: Connection, table: Any, keys: NDArray[np.int64]) -> Texts:
    """The name of each of `keys`."""
    used, place = np.unique(keys, return_inverse=True)
    rows = connection.execute(select(table.c.id, table.c.name).where(table.c.id.in_(used.tolist())))
    names = {row.id: row.name for row in rows}
    return texts(names[key] for key in used.tolist())[place]


def _read_annotations(
    chosen: _Chosen, frames: Frames, selection: Selection, selector: Selector
) -> Annotations:
    columns = _annotations.c
    labels = _keys(chosen.connection, schema.labels, selection.labels)
    names = taken(selection.operations)
    operations = None if names is None else _keys(chosen.connection, schema.operations, names).values()
    rows = chosen.read(
        columns.frame,
        [
            (columns.operation, np.int64),
            (columns.ordinal, np.int32),
            (columns.label, np.int64),
            (columns.shape, np.int8),
            (columns.left, np.float64),
            (columns.top, np.float64),
            (columns.right, np.float64),
            (columns.bottom, np.float64),
            (columns.outline, TEXT),
            (columns.confidence, np.float64),
            (columns.extra, TEXT),
        ],
        columns.label.in_(labels.values()),
        *([] if operations is None else [columns.operation.in_(operations)]),
    )
    if isinstance(selection.operations, HumanOverMachine):
        people = made_by(chosen.connection, HUMAN)
        kept = _people_first(
            selector, people if operations is None else people.intersection(operations), rows
        )
        rows = [column[kept] for column in rows]
    if not len(rows[0]):
        return Annotations.empty(labels=selection.labels)
    rows[0] = _places(frames.number, rows[0]).astype(np.int32)
    rows[1], operation_names = _operation_places(chosen.connection, rows[1])
    # The lake's order: by operation's name, and within an operation as its file had it.
    order = np.lexsort((rows[2], rows[1], rows[0]))
    label_place = np.zeros(max(labels.values()) + 1, np.int32)
    for place, name in enumerate(selection.labels):
        if name in labels:
            label_place[labels[name]] = place
    rows[3] = label_place[rows[3]]
    box = np.empty((len(order), 4))
    for edge in range(4):
        box[:, edge] = rows.pop(_EDGES)[order]
    del rows[2]  # the ordinal has done its work
    _put_in_order(rows, order)
    frame, operation, label, shape, outline, confidence, extra = rows
    return Annotations(
        labels=selection.labels,
        operations=operation_names,
        frame=frame,
        label=label,
        shape=shape,
        box=box,
        outline=outline,
        confidence=confidence,
        operation=operation,
        extra=extra,
    )


def _people_first(
    selector: Selector, people: frozenset[int], rows: Sequence[NDArray[Any]]
) -> NDArray[np.bool_]:
    """Which annotations are by `people`, or of frames that these have not annotated.

    The first two columns of `rows` are frames and operations.
    """
    annotated = np.asarray(annotated_by(selector, people).to_array())
    return np.isin(rows[1], list(people)) | ~np.isin(rows[0], annotated)


def _keys(connection: Connection, table: Any, names: Sequence[str]) -> dict[str, int]:
    """The keys of those of `names` that the lake knows."""
    rows = connection.execute(select(table.c.name, table.c.id).where(table.c.name.in_(names)))
    return {row.name: row.id for row in rows}


def _operation_places(
    connection: Connection, keys: NDArray[np.int64]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """For each of `keys` a place in the sorted names of those operations, and these names."""
    used = np.unique(keys)
    rows = connection.execute(
        select(schema.operations.c.name, schema.operations.c.id)
        .where(schema.operations.c.id.in_(used.tolist()))
        .order_by(schema.operations.c.name)
    ).all()
    place = {row.id: place for place, row in enumerate(rows)}
    places = np.array([place[key] for key in used.tolist()], np.int32)
    return places[np.searchsorted(used, keys)], tuple(row.name for row in rows)


def _places(values: NDArray[np.int64], wanted: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where in `values`, unsorted and unique, each of `wanted` stands."""
    order = np.argsort(values)
    return order[np.searchsorted(values[order], wanted)]


def _described(chosen: _Chosen, frames: Frames, field: str) -> Texts:
    """The value of the metadata field of each frame as text: a text as it is, everything else as JSON, "" for none."""
    documents, values = schema.frame_metadata, schema.metadata_values
    name = field.removeprefix("metadata.")
    paths = [metadata_path((name,)), metadata_path(tuple(name.split(".")))]
    frame, ordinal, *several = chosen.read(
        documents.c.frame,
        [
            (values.c.ordinal, np.int64),
            (values.c.text, object),
            (values.c.number, object),
            (values.c.flag, object),
        ],
        values.c.document == documents.c.id,
        values.c.path.in_(paths),
    )
    order = np.lexsort((ordinal, frame))
    found: dict[int, list[Any]] = defaultdict(list)
    for number, text, value, flag in zip(
        frame[order].tolist(), *(each[order] for each in several), strict=True
    ):
        found[number].append(text if text is not None else flag if flag is not None else _plain(value))
    return texts(_as_text(found[number]) if number in found else "" for number in frames.number.tolist())


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number


def _as_text(values: list[Any]) -> str:
    value = values[0] if len(values) == 1 else values
    return value if isinstance(value, str) else canonical_json(value)
