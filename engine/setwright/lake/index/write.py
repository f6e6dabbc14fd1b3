"""Keep the index in step with the rows, in the transaction that changes them."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from pyroaring import BitMap
from sqlalchemy import func, insert, select, update

from setwright.lake.schema import FOREVER, bitmaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import Connection

    from setwright.lake.index.keys import Key

CHUNK = 16
"""A chunk are the numbers that are equal but for so many low bits: one container of a roaring bitmap."""

MOST_CHANGES = 32
"""So many rows of changes may follow one that holds all, before a new one that holds all takes their place."""

_BATCH = 500


class IndexWriter:
    """Collects which numbers enter or leave which bitmaps, and writes that down as `revision`."""

    def __init__(self, connection: Connection, revision: int) -> None:
        self._connection = connection
        self._revision = revision
        self._flips: dict[Key, BitMap] = defaultdict(BitMap)

    def flip(self, key: Key, numbers: Iterable[int] | NDArray[Any]) -> None:
        """`numbers`, each once, enter the bitmap, or leave it where they are in it."""
        self._flips[key] ^= as_bitmap(numbers)

    def flip_values(
        self, key: Key, numbers: NDArray[Any], before: NDArray[np.int64], after: NDArray[np.int64]
    ) -> None:
        """The frames `numbers` had the numbers `before`, and have `after`."""
        for slice, flipped in digits(numbers, before ^ after):
            self.flip(key._replace(slice=slice), flipped)

    def write(self) -> None:
        """Write the changes."""
        changed = {key: flips for key, flips in self._flips.items() if flips}
        self._flips.clear()
        first = self._connection.execute(select(func.coalesce(func.max(bitmaps.c.id), 0))).scalar_one() + 1
        rows: list[dict[str, Any]] = []
        ended: list[int] = []
        for key, flips in changed.items():
            held = self._held(key, flips)
            for chunk, part in chunks(flips):
                those = held.get(chunk, [])
                content = part.serialize()
                if those and not worth_another([row.size for row in those], len(content)):
                    ended += [row.id for row in those]
                    content = self._whole([row.id for row in those], part).serialize()
                rows.append(
                    {
                        "id": first + len(rows),
                        **key._asdict(),
                        "chunk": chunk,
                        "frames": content,
                        "added": self._revision,
                        "removed": FOREVER,
                    }
                )
        for start in range(0, len(ended), _BATCH):
            self._connection.execute(
                update(bitmaps)
                .where(bitmaps.c.id.in_(ended[start : start + _BATCH]))
                .values(removed=self._revision)
            )
        if rows:
            self._connection.execute(insert(bitmaps), rows)

    def _held(self, key: Key, flips: BitMap) -> dict[int, list[Any]]:
        """The rows of the bitmap that hold, in the chunks that change: keys and sizes."""
        touched = [chunk for chunk, _ in chunks(flips)]
        held: dict[int, list[Any]] = defaultdict(list)
        rows = self._connection.execute(
            select(bitmaps.c.id, bitmaps.c.chunk, func.length(bitmaps.c.frames).label("size"))
            .where(
                of_key(key),
                bitmaps.c.slice == key.slice,
                bitmaps.c.removed == FOREVER,
                bitmaps.c.chunk.between(touched[0], touched[-1]),
            )
            .order_by(bitmaps.c.id)
        )
        for row in rows:
            held[row.chunk].append(row)
        return held

    def _whole(self, ids: list[int], flips: BitMap) -> BitMap:
        found = self._connection.execute(select(bitmaps.c.frames).where(bitmaps.c.id.in_(ids))).scalars()
        whole = BitMap(flips)
        for content in found:
            whole ^= BitMap.deserialize(content)
        whole.run_optimize()
        return whole


def worth_another(sizes: list[int], size: int) -> bool:
    """Whether changes of `size` bytes are best written as such, after rows of `sizes`.

    They are few, and smaller than what they change; so what is written in all is a small multiple of what changed.
    """
    return len(sizes) <= MOST_CHANGES and sum(sizes[1:]) + size <= sizes[0]


def of_key(key: Key) -> Any:
    """The rows of all slices of the bitmap."""
    columns = bitmaps.c
    return (
        (columns.kind == int(key.kind))
        & (columns.name == key.name)
        & (columns.first == key.first)
        & (columns.second == key.second)
    )


def digits(numbers: NDArray[Any], values: NDArray[np.int64]) -> Iterator[tuple[int, NDArray[Any]]]:
    """Of each binary digit that any of `values` has: which of `numbers` have it."""
    slice = 0
    while values.any():
        yield slice, numbers[(values & 1).astype(bool)]
        values = values >> 1
        slice += 1


def as_bitmap(numbers: Iterable[int] | NDArray[Any]) -> BitMap:
    """A set of frames' numbers."""
    import numpy as np

    if isinstance(numbers, np.ndarray):
        return BitMap(memoryview(np.ascontiguousarray(numbers, np.uint32)))  # type: ignore[arg-type]
    return BitMap(numbers)


def chunks(numbers: BitMap) -> Iterator[tuple[int, BitMap]]:
    """`numbers`, of which there are some, by chunk, in order."""
    for chunk in range(numbers.min() >> CHUNK, (numbers.max() >> CHUNK) + 1):
        part = BitMap()
        part.add_range(chunk << CHUNK, (chunk + 1) << CHUNK)
        part &= numbers
        if part:
            yield chunk, part
