"""The index made anew from the rows that it is derived from, for all revisions; and compared with them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from pyroaring import BitMap
from sqlalchemy import delete, func, insert, select

from setwright.lake import schema
from setwright.lake.columns import TEXT, read_columns
from setwright.lake.index.changes import summed
from setwright.lake.index.keys import Key, Kind
from setwright.lake.index.write import CHUNK, as_bitmap, digits, worth_another
from setwright.lake.schema import FOREVER, bitmaps, frames, tags
from setwright.model.counting import counted
from setwright.model.events import Advanced, Finished, Started, silence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from setwright.model.events import Listener

Flips: TypeAlias = dict[Key, dict[int, BitMap]]
"""By bitmap and revision, the numbers that entered or left it then."""

TASK = "Making the index"
CHECK = "Comparing the index"


def rebuild_index(connection: Connection, listener: Listener = silence) -> int:
    """Throw the index away and make it from the rows; how many rows it has then."""
    connection.execute(delete(bitmaps))
    made = 0
    for chunk in _chunks(connection, TASK, listener):
        rows = [
            {"id": made + place, **key._asdict(), "chunk": chunk, "frames": content, **life}
            for place, (key, content, life) in enumerate(_laid_out(_true(connection, chunk)), start=1)
        ]
        if rows:
            connection.execute(insert(bitmaps), rows)
        made += len(rows)
    return made


def index_damages(connection: Connection, listener: Listener = silence) -> tuple[str, ...]:
    """Where the index says at any revision what the rows do not, or keeps silent of what they say."""
    wrong: dict[str, set[int]] = defaultdict(set)
    for chunk in _chunks(connection, CHECK, listener):
        true, stored = _true(connection, chunk), _stored(connection, chunk)
        for key in true.keys() | stored.keys():
            should, does = true.get(key, {}), stored.get(key, {})
            for revision in should.keys() | does.keys():
                if should.get(revision, BitMap()) != does.get(revision, BitMap()):
                    wrong[key.kind.name.lower()].add(revision)
    return tuple(
        f"Its bitmaps of the kind {kind} are not what the rows say, from revision {min(revisions)} on"
        for kind, revisions in sorted(wrong.items())
    )


def _chunks(connection: Connection, task: str, listener: Listener) -> Iterator[int]:
    newest = max(
        connection.execute(select(func.coalesce(func.max(frames.c.number), 0))).scalar_one() >> CHUNK,
        connection.execute(select(func.coalesce(func.max(bitmaps.c.chunk), 0))).scalar_one(),
    )
    listener(Started(task, newest + 1, "chunks"))
    for chunk in range(newest + 1):
        yield chunk
        listener(Advanced(task))
    listener(Finished(task, counted(newest + 1, "chunk")))


def _true(connection: Connection, chunk: int) -> Flips:
    """What the index should hold of a chunk."""
    first, last = chunk << CHUNK, ((chunk + 1) << CHUNK) - 1

    def read(table: Any, number: Any, *more: Any, types: tuple[Any, ...]) -> list[NDArray[Any]]:
        statement = select(number, table.c.added, table.c.removed, *more).where(number.between(first, last))
        return read_columns(connection, statement, (np.int64, np.int64, np.int64, *types))

    flips: Flips = {}
    number, added, removed, collection, at = read(
        frames, frames.c.number, frames.c.collection, frames.c.uploaded_at, types=(np.int64, object)
    )
    one = np.ones(len(number), np.int64)
    for which in np.unique(collection).tolist():
        rows = collection == which
        _count(flips, Key(Kind.COLLECTION, first=which), number[rows], added[rows], removed[rows], one[rows])
    days = np.array([_ordinal(each) for each in at], np.int64)
    _count(flips, Key(Kind.DAY), number, added, removed, days)
    number, added, removed, tag = read(tags, tags.c.frame, tags.c.tag, types=(TEXT,))
    for name in np.unique(tag).tolist():
        rows = tag == name
        _count(flips, Key(Kind.TAG, name), number[rows], added[rows], removed[rows], _ones(rows))
    number, added, removed, operation, label = read(
        schema.annotations,
        schema.annotations.c.frame,
        schema.annotations.c.operation,
        schema.annotations.c.label,
        types=(np.int64, np.int64),
    )
    for which in np.unique(operation).tolist():
        rows = operation == which
        _count(flips, Key(Kind.OPERATION, first=which), number[rows], added[rows], removed[rows], _ones(rows))
        for other in np.unique(label[rows]).tolist():
            both = rows & (label == other)
            key = Key(Kind.LABEL, first=other, second=which)
            _count(flips, key, number[both], added[both], removed[both], _ones(both))
    return flips


def _ones(rows: NDArray[np.bool_]) -> NDArray[np.int64]:
    return np.ones(int(rows.sum()), np.int64)


def _ordinal(at: datetime) -> int:
    return at.toordinal()


def _count(
    flips: Flips,
    key: Key,
    number: NDArray[np.int64],
    added: NDArray[np.int64],
    removed: NDArray[np.int64],
    worth: NDArray[np.int64],
) -> None:
    """Add how the sums of what is worth something, for each frame, changed by and by."""
    if not len(number):
        return
    offset = int(number.min())
    state = np.zeros(int(number.max()) - offset + 1, np.int64)
    over = removed != FOREVER
    revision = np.concatenate([added, removed[over]])
    where = np.concatenate([number, number[over]]) - offset
    change = np.concatenate([worth, -worth[over]])
    order = np.argsort(revision, kind="stable")
    revision, where, change = revision[order], where[order], change[order]
    starts = np.flatnonzero(np.diff(revision, prepend=-1))
    for start, end in zip(starts.tolist(), [*starts[1:].tolist(), len(revision)], strict=True):
        touched, sums = summed(where[start:end], change[start:end])
        before = state[touched]
        state[touched] = after = before + sums
        for slice, flipped in digits(touched, before ^ after):
            if len(flipped):
                flips.setdefault(key._replace(slice=slice), {})[int(revision[start])] = as_bitmap(
                    flipped + offset
                )


def _stored(connection: Connection, chunk: int) -> Flips:
    """What the index does hold of a chunk."""
    columns = bitmaps.c
    flips: Flips = defaultdict(lambda: defaultdict(BitMap))
    rows = connection.execute(
        select(
            columns.kind,
            columns.name,
            columns.first,
            columns.second,
            columns.slice,
            columns.added,
            columns.removed,
            columns.frames,
        ).where(columns.chunk == chunk)
    )
    for kind, name, first, second, slice, added, removed, content in rows:
        key = Key(Kind(kind), name, first, second, slice)
        numbers = BitMap.deserialize(content)
        flips[key][added] ^= numbers
        if removed != FOREVER:
            flips[key][removed] ^= numbers
    return flips


def _laid_out(flips: Flips) -> Iterator[tuple[Key, bytes, dict[str, int]]]:
    """The rows that keep them."""
    for key, several in sorted(flips.items()):
        whole = BitMap()
        held: list[tuple[int, bytes]] = []
        for revision, numbers in sorted(several.items()):
            whole ^= numbers
            content = numbers.serialize()
            if held and not worth_another([len(each) for _, each in held], len(content)):
                for since, each in held:
                    yield key, each, {"added": since, "removed": revision}
                held.clear()
                content = BitMap(whole).serialize()
            held.append((revision, content))
        for since, each in held:
            yield key, each, {"added": since, "removed": FOREVER}
