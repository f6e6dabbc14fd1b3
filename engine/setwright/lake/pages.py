"""What a selection gives, counted and shown a page at a time, without reading all of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.as_of import held_at
from setwright.lake.select import Selector
from setwright.lake.selected import selected

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from numpy.typing import NDArray
    from pyroaring import BitMap
    from sqlalchemy import Connection

    from setwright.lake.blobs import Blobs
    from setwright.lake.index.cache import IndexCache
    from setwright.model.dataset import Selection

    Order: TypeAlias = Literal["number", "name", "size"]

_frames, _collections = schema.frames, schema.collections
_BY: Final = {"name": _frames.c.name, "size": _frames.c.size}
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedFrame:
    """One frame; `name` is the unique one, `size` is in bytes."""

    number: int
    name: str
    file_name: str
    digest: str
    width: int
    height: int
    size: int


class Pages:
    """The frames that `selection` gives at `revision`, one that the lake has.

    Counting takes bitmaps alone where the index knows all that the query asks, and a page reads its own rows.

    Raises:
        RemoteError: the lake does not know the collection, or does not offer the source.
        QueryError: the query does not parse.
    """

    def __init__(
        self,
        connection: Connection,
        selection: Selection,
        revision: int,
        blobs: Blobs,
        cache: IndexCache,
    ) -> None:
        self._connection = connection
        self._revision = revision
        self._cache = cache
        self._selector = Selector(connection, revision, blobs, cache)
        self._numbers = selected(connection, selection, self._selector, revision)

    def __len__(self) -> int:
        return len(self._numbers)

    @property
    def numbers(self) -> BitMap:
        """Their numbers in this lake. Not to be changed."""
        return self._numbers

    def page(
        self, start: int, size: int, order: Order = "number", *, descending: bool = False
    ) -> tuple[ListedFrame, ...]:
        """At most `size` frames from the one at place `start` in that order.

        What has the same name or size is in the order of the unique names.
        """
        count = len(self._numbers)
        stop = min(start + size, count)
        if start >= stop:
            return ()
        places = (count - stop, count - start) if descending else (start, stop)
        if order == "number":
            chosen = list(self._numbers[slice(*places)])
        else:
            ordered = self._ordered(order)
            chosen = ordered[self._contained(ordered)][slice(*places)].tolist()
        return read_frames(self._connection, chosen[::-1] if descending else chosen, self._revision)

    def collections(self) -> frozenset[str]:
        """The names of the collections that any of them is in."""
        rows = self._connection.execute(select(_collections.c.id, _collections.c.name))
        index = self._selector.index
        return frozenset(row.name for row in rows if index.collections([row.id]).intersect(self._numbers))

    def _contained(self, numbers: NDArray[np.int64]) -> NDArray[np.bool_]:
        mask = np.zeros(int(numbers.max(initial=0)) + 1, np.bool_)
        mask[np.asarray(self._numbers.to_array())] = True
        return mask[numbers]

    def _ordered(self, order: Literal["name", "size"]) -> NDArray[np.int64]:
        """All frames of the lake in that order, which is made once at each revision."""
        key = self._revision, "order", order
        known = self._cache.get(key)
        if known is None:
            rows = self._connection.execute(
                select(_frames.c.number)
                .where(held_at(_frames, self._revision))
                .order_by(_BY[order], _frames.c.unique_name)
            )
            known = np.fromiter(rows.scalars(), np.int64)
            self._cache.put(key, known, known.nbytes)
        return known  # type: ignore[return-value]


def read_frames(connection: Connection, numbers: Sequence[int], revision: int) -> tuple[ListedFrame, ...]:
    """The frames with these numbers at `revision`, in their order."""
    found: dict[int, ListedFrame] = {}
    for start in range(0, len(numbers), _CHUNK):
        chunk = numbers[start : start + _CHUNK]
        for row in connection.execute(
            select(_frames).where(held_at(_frames, revision), _frames.c.number.in_(chunk))
        ):
            found[row.number] = _listed(row)
    return tuple(found[number] for number in numbers)


def frame_named(connection: Connection, name: str) -> ListedFrame | None:
    """The frame that has that unique name now."""
    if "\x00" in name:
        return None  # PostgreSQL would refuse the question
    row = connection.execute(
        select(_frames).where(_frames.c.unique_name == name, _frames.c.removed == schema.FOREVER)
    ).first()
    return None if row is None else _listed(row)


def _listed(row: Any) -> ListedFrame:
    return ListedFrame(
        number=row.number,
        name=row.unique_name,
        file_name=row.name,
        digest=row.digest,
        width=row.width,
        height=row.height,
        size=row.size,
    )
