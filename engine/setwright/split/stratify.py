"""Units divided so that every split gets a like share of each class, and still exactly its size.

Iterative stratification (K. Sechidis, G. Tsoumakas and I. Vlahavas, "On the Stratification of Multi-Label Data", 2011)
with one difference: a split that is full takes nothing more, so sizes are exact where units are single frames, instead
of drifting as they do in the original. The class of which least is left goes first, and of its units those with most
annotations of it, because what is small and plenty mends best what is uneven. Frames without an annotation count as a
class of their own. Then units of one size change places (`split.exchange`), which mends what that leaves uneven: the
classes that nearly every frame has, above all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.model.ranges import unrolled
from setwright.model.splits import SPLITS
from setwright.split.exchange import enough, exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from setwright.model.frames import Annotations
    from setwright.model.splits import SplitWish


class Stratifier:
    """How much of each class each split still lacks."""

    def __init__(
        self,
        unit: NDArray[np.int64],
        annotations: Annotations,
        wish: SplitWish,
        split_of_unit: NDArray[np.int8],
    ) -> None:
        """`unit` is that of each frame; a unit with a split, at or above 0, has taken its share already.

        A split that is not in `wish.grow` has all that it will have.
        """
        self._units = len(split_of_unit)
        self._unit, self._label, self._count = _holdings(unit, annotations, self._units)
        self._first = np.searchsorted(self._unit, np.arange(self._units + 1))
        classes = len(annotations.labels) + 1
        placed = split_of_unit[self._unit]
        full = [split.code for split in SPLITS if split not in wish.grow]
        shared = ~np.isin(placed, full)
        total = np.bincount(self._label[shared], self._count[shared], classes)
        share = np.array([wish.percent[split] / 100 for split in SPLITS])
        if full:
            share[full] = 0
            share /= share.sum()
        # What each annotation that a split gets means to it: much to a small one. A split of nothing wants nothing.
        self._worth = np.divide(1, share, out=np.zeros(len(SPLITS)), where=share > 0).tolist()
        lacking = total[:, None] * share
        for split in SPLITS:
            here = placed == split.code
            lacking[:, split.code] -= np.bincount(self._label[here], self._count[here], classes)
        self._lacking: list[list[float]] = lacking.tolist()
        # A difference counts against what a split should have: one tram of two as much as ten cars of two hundred.
        self._weight = np.divide(
            self._worth, total[:, None], out=np.zeros_like(lacking), where=total[:, None] > 0
        )

    def divide(
        self,
        chosen: NDArray[np.int64],
        sizes: NDArray[np.int64],
        room: list[int],
        split_of_unit: NDArray[np.int8],
    ) -> None:
        """Give each unit of `chosen`, in the order in which ties are settled, a split.

        `sizes` are the units' frames, `room` the frames that each split lacks; both this and `split_of_unit` are
        brought up to date.
        """
        rank = np.full(self._units, -1, np.int64)
        rank[chosen] = np.arange(len(chosen))
        waiting = rank >= 0
        mine = waiting[self._unit]
        unit, label, count = self._unit[mine], self._label[mine], self._count[mine]
        order = np.lexsort((rank[unit], -count, -sizes[unit], label))
        unit, label = unit[order], label[order]
        starts = np.searchsorted(label, np.arange(len(self._lacking) + 1)).tolist()
        left = np.bincount(label, count[order], len(self._lacking))
        while bool(np.any(left > 0)):
            rarest = int(np.argmin(np.where(left > 0, left, np.inf)))
            asked = unit[starts[rarest] : starts[rarest + 1]]
            asked = asked[waiting[asked]]
            waiting[asked] = False
            taken = self._take(asked, sizes, rarest, room, split_of_unit)
            left -= np.bincount(self._label[taken], self._count[taken], len(self._lacking))
            left[rarest] = 0
        for size in np.unique(sizes[chosen]).tolist():
            self._exchange(chosen[sizes[chosen] == size], split_of_unit)

    def _exchange(self, units: NDArray[np.int64], split_of_unit: NDArray[np.int8]) -> None:
        """Let `units`, of one size, change places where that makes the shares of the classes more alike."""
        wanting = [split.code for split in SPLITS if self._worth[split.code] > 0]
        most = enough(len(self._lacking))
        there = [units[split_of_unit[units] == split][:most] for split in wanting]
        if sum(bool(len(some)) for some in there) < 2:
            return
        lacking = np.array(self._lacking)
        some = lacking[:, wanting]
        places = exchange([self._table(units) for units in there], some, self._weight[:, wanting])
        units = np.concatenate(there)
        for split, mine in zip(wanting, places, strict=True):
            split_of_unit[units[mine]] = split
        lacking[:, wanting] = some
        self._lacking = lacking.tolist()

    def _table(self, units: NDArray[np.int64]) -> NDArray[np.float64]:
        """How many annotations of each class each of `units` holds, `(units, classes)`."""
        first = self._first[units]
        row, column = unrolled(first, self._first[units + 1] - first)
        table = np.zeros((len(units), len(self._lacking)))
        table[row, self._label[column]] = self._count[column]
        return table

    def _take(
        self,
        asked: NDArray[np.int64],
        sizes: NDArray[np.int64],
        rarest: int,
        room: list[int],
        split_of_unit: NDArray[np.int8],
    ) -> NDArray[np.int64]:
        """Place the units; gives the rows of what they hold."""
        first, last = self._first[asked], self._first[asked + 1]
        _, rows = unrolled(first, last - first)
        held = list(zip(self._label[rows].tolist(), self._count[rows].tolist(), strict=True))
        ends = np.cumsum(last - first).tolist()
        lacking, begin, chosen = self._lacking, 0, []
        for size, end in zip(sizes[asked].tolist(), ends, strict=True):
            split = self._neediest(size, room, lacking[rarest])
            chosen.append(split)
            room[split] -= size
            for label, count in held[begin:end]:
                lacking[label][split] -= count
            begin = end
        split_of_unit[asked] = chosen
        return rows

    def _neediest(self, size: int, room: Sequence[int], lacking: Sequence[float]) -> int:
        """The split that lacks most of the class for its size, among those that the unit fits into.

        For its size, because then frames with many annotations of a class and frames with few are both divided as
        asked, and what a split lacks of the class always goes with the room that it has left.
        """
        fitting = [split for split, left in enumerate(room) if left >= size]
        if not fitting:
            return max(range(len(room)), key=room.__getitem__)
        worth = self._worth
        return max(fitting, key=lambda split: (lacking[split] * worth[split], room[split] * worth[split]))


def _holdings(
    unit: NDArray[np.int64], annotations: Annotations, units: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """How many annotations of which class a unit holds, sorted by unit: three columns.

    A frame without any holds one of the class past the last one.
    """
    classes = len(annotations.labels) + 1
    bare = np.ones(len(unit), bool)
    bare[annotations.frame] = False
    key = np.concatenate(
        [unit[annotations.frame] * classes + annotations.label, unit[bare] * classes + classes - 1]
    )
    held, count = np.unique(key, return_counts=True)
    return held // classes, held % classes, count.astype(np.float64)
