"""Read the index as of a revision."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, TypeAlias

from pyroaring import BitMap
from sqlalchemy import select

from setwright.lake.as_of import held_at
from setwright.lake.database import BYTES
from setwright.lake.index.keys import Key, Kind
from setwright.lake.index.write import as_bitmap, of_key
from setwright.lake.schema import bitmaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import numpy as np
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement, Connection

    from setwright.lake.index.cache import IndexCache

Slices: TypeAlias = tuple[BitMap, ...]
"""A number for each frame, by binary digits, the lowest first. Whoever is given one must not change it."""

_NONE: Slices = ()


class Index:
    """The index at `revision`, as `connection` sees it."""

    def __init__(self, connection: Connection, revision: int, cache: IndexCache | None = None) -> None:
        self._connection = connection
        self._revision = revision
        self._cache = cache

    def frames(self) -> BitMap:
        """All frames."""
        return BitMap.union(BitMap(), *(slices[0] for slices in self._of_kind(Kind.COLLECTION).values()))

    def collections(self, ids: Iterable[int]) -> BitMap:
        """The frames in any of these collections."""
        return union(self.slices(Key(Kind.COLLECTION, first=id)) for id in ids)

    def tags(self, wanted: Callable[[str], bool]) -> BitMap:
        """The frames with a tag that is `wanted`."""
        return union(self.tag(name) for name in self._tag_names() if wanted(name))

    def tag(self, name: str) -> Slices:
        """The frames with that tag, in one slice, if there are any."""
        return self.slices(Key(Kind.TAG, name))

    def days(self) -> Slices:
        """The ordinal of the day on which each frame came."""
        return self.slices(Key(Kind.DAY))

    def operations(self) -> dict[int, Slices]:
        """How many annotations each frame has, by operation."""
        return {key.first: slices for key, slices in self._of_kind(Kind.OPERATION).items()}

    def label(self, id: int) -> dict[int, Slices]:
        """How many annotations with that label each frame has, by operation."""
        return {key.second: slices for key, slices in self._of_kind(Kind.LABEL, id).items()}

    def labels(self) -> dict[tuple[int, int], Slices]:
        """How many annotations each frame has, by label and operation."""
        return {(key.first, key.second): slices for key, slices in self._of_kind(Kind.LABEL).items()}

    def annotations_by_label(self) -> Counter[int]:
        """How many annotations have each label that any has."""
        return _summed((label, slices) for (label, _), slices in self.labels().items())

    def annotations_by_operation(self) -> Counter[int]:
        """How many annotations are by each operation that any is by."""
        return _summed(self.operations().items())

    def frames_by_collection(self) -> Counter[int]:
        """How many frames are in each collection that holds any."""
        return _summed((key.first, slices) for key, slices in self._of_kind(Kind.COLLECTION).items())

    def _tag_names(self) -> tuple[str, ...]:
        held = (bitmaps.c.kind == int(Kind.TAG)) & held_at(bitmaps, self._revision)
        return tuple(self._connection.execute(select(bitmaps.c.name).where(held).distinct()).scalars())

    def slices(self, key: Key) -> Slices:
        """What the index holds under `key`, whose own slice is 0."""
        return self._read((key,), lambda: of_key(key)).get(key, _NONE)

    def _of_kind(self, kind: Kind, first: int | None = None) -> dict[Key, Slices]:
        def condition() -> ColumnElement[bool]:
            of_kind = bitmaps.c.kind == int(kind)
            return of_kind if first is None else of_kind & (bitmaps.c.name == "") & (bitmaps.c.first == first)

        return self._read((kind, first), condition)

    def _read(
        self, asked: tuple[object, ...], condition: Callable[[], ColumnElement[bool]]
    ) -> dict[Key, Slices]:
        known = None if self._cache is None else self._cache.get((self._revision, *asked))
        if known is not None:
            return known  # type: ignore[return-value]
        found, size = self._stored(condition())
        if self._cache is not None:
            self._cache.put((self._revision, *asked), found, size)
        return found

    def _stored(self, condition: ColumnElement[bool]) -> tuple[dict[Key, Slices], int]:
        columns = bitmaps.c
        asked = select(
            columns.kind, columns.name, columns.first, columns.second, columns.slice, columns.frames
        ).where(condition, held_at(bitmaps, self._revision))
        rows = self._connection.execute(asked.execution_options(**{BYTES: True})).all()
        found: dict[tuple[int, str, int, int], dict[int, BitMap]] = defaultdict(dict)
        for *key, slice, content in rows:
            slices, bitmap = found[tuple(key)], BitMap.deserialize(content)
            if slice in slices:
                slices[slice] ^= bitmap
            else:
                slices[slice] = bitmap
        return {
            Key(Kind(kind), name, first, second): tuple(
                slices.get(slice, BitMap()) for slice in range(max(slices) + 1)
            )
            for (kind, name, first, second), slices in found.items()
        }, sum(len(row.frames) for row in rows)


def _summed(several: Iterable[tuple[int, Slices]]) -> Counter[int]:
    """The sum of all numbers, by what they are numbers of."""
    found: Counter[int] = Counter()
    for key, slices in several:
        found[key] += sum(len(bitmap) << digit for digit, bitmap in enumerate(slices))
    return +found


def union(several: Iterable[Slices]) -> BitMap:
    """The frames with a number other than 0 in any."""
    return BitMap.union(BitMap(), *(bitmap for slices in several for bitmap in slices))


def any_of(slices: Slices) -> BitMap:
    """The frames with a number other than 0."""
    return union((slices,))


def numbers_of(slices: Slices, frames: NDArray[np.int64]) -> NDArray[np.int64]:
    """The number of each of `frames`, which are sorted."""
    import numpy as np

    numbers = np.zeros(len(frames), np.int64)
    asked = as_bitmap(frames)
    for digit, bitmap in enumerate(slices):
        numbers[np.searchsorted(frames, np.asarray((bitmap & asked).to_array()))] += 1 << digit
    return numbers


def total(slices: Slices, frames: BitMap) -> int:
    """The sum of the numbers of `frames`."""
    return sum(bitmap.intersection_cardinality(frames) << digit for digit, bitmap in enumerate(slices))


def at_most(slices: Slices, number: int, frames: BitMap) -> BitMap:
    """Those of `frames` whose number is at most `number`."""
    less, equal = BitMap(), frames
    for digit in reversed(range(max(len(slices), number.bit_length()))):
        have = slices[digit] if digit < len(slices) else BitMap()
        if number >> digit & 1:
            less |= equal - have
            equal = equal & have
        else:
            equal = equal - have
    return less | equal
