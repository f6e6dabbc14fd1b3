"""Which frames of two contents are the same by their unique names, and which rows beside each other hold the same."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames, Texts

    _Rows: TypeAlias = NDArray[Any]

_SHORTEST_RUN = 256
_SHORTEST_OF_TEXT = 8
"""Rows in a run, on average, from which runs are compared as they lie: picking texts copies them, which is slow."""
_AT_ONCE = 1 << 16
"""Rows that are compared together, so that what they take in between stays small."""
_MOST_PLACES = 50_000_000
"""The largest number of a frame that is looked up in a table, of 4 bytes for each number."""


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """Rows of the frames of two contents.

    `before` and `after` `(K,) int64` are those with the same unique name, beside each other; `only_before` and
    `only_after` the other ones, ascending.
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]
    only_before: NDArray[np.int64]
    only_after: NDArray[np.int64]


def paired(before: Frames, after: Frames) -> Pairing:
    """The frames of the same names, ascending, where both contents are sorted by name, each name once.

    Sorting a million texts takes a second, and comparing a million that lie beside each other a hundredth of that: so
    frames are first looked for by their numbers, which are the same for nearly all where both are of one lake. The
    names decide.
    """
    found = paired_by_number(before, after)
    one, other, left_before, left_after = found.before, found.after, found.only_before, found.only_after
    if len(left_before) and len(left_after) and not _apart(before.name, left_before, after.name, left_after):
        names_before, names_after = before.name[left_before], after.name[left_after]
        # Nearly always there is none in both, and to see that takes less than to sort them.
        if not set(names_before.tolist()).isdisjoint(names_after.tolist()):
            in_before, in_after = _by_name(names_before, names_after)
            one = np.sort(np.concatenate([one, left_before[in_before]]))
            other = np.sort(np.concatenate([other, left_after[in_after]]))
            left_before, left_after = _others(one, len(before)), _others(other, len(after))
    return Pairing(one, other, left_before, left_after)


def paired_by_number(before: Frames, after: Frames) -> Pairing:
    """The frames that have both the same number and the same name, in the order of `after`, whatever that is.

    Both contents have each name once. Among the others there may be frames of one name with two numbers.
    """
    one, other = np.empty(len(after), np.int64), np.empty(len(after), np.int64)
    left: list[_Rows] = [np.empty(0, np.int64)]
    unmatched = np.ones(len(before), np.bool_)
    count = 0

    def take(here: _Rows, there: _Rows) -> None:
        nonlocal count
        one[count : count + len(here)], other[count : count + len(here)] = here, there
        count += len(here)
        unmatched[here] = False

    ahead = _first_place(before.number, after.number)
    place: _Rows | None = None
    # A part at a time, for what lies in the processor's cache takes half as long.
    for start in range(0, len(after), _AT_ONCE):
        stop = min(start + _AT_ONCE, len(after))
        # Nearly always they follow each other on both sides, and there is nothing to look up or to pick.
        run = _run(before, after, start + ahead, start, stop)
        take(np.arange(start + ahead, start + ahead + run), np.arange(start, start + run))
        start += run
        if start == stop:
            continue
        if place is None:
            place = _table(before.number, unmatched)
        here = place.take(after.number[start:stop], mode="clip")
        there = np.arange(start, stop)
        found = here >= 0
        found[found] = Beside(here[found], there[found]).same(before.name, after.name)
        take(here[found], there[found])
        left.append(there[~found])
        if count:
            ahead = int(one[count - 1] - other[count - 1])
    return Pairing(one[:count], other[:count], np.flatnonzero(unmatched), np.concatenate(left))


def _first_place(before: NDArray[np.int64], after: NDArray[np.int64]) -> int:
    """How many rows further before the frame stands that is the first after; 0 where it is not there."""
    if not len(after):
        return 0
    found = np.flatnonzero(before == after[0])
    return int(found[0]) if len(found) else 0


def _run(before: Frames, after: Frames, first: int, start: int, stop: int) -> int:
    """How many rows from `first` before are those from `start` after, up to `stop`, by number and name."""
    run = min(stop - start, len(before) - first) if first >= 0 else 0
    for one, other in ((before.number, after.number), (before.name, after.name)):
        if run > 0:
            same = one[first : first + run] == other[start : start + run]
            run = run if same.all() else int(same.argmin())
    return max(run, 0)


def _table(number: NDArray[np.int64], of: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The row of each number among the rows `of`, -1 for all others. The last place stands for what is larger."""
    rows = np.flatnonzero(of)
    numbers = number[rows]
    if not len(rows) or int(numbers.min()) < 0 or (most := int(numbers.max())) > _MOST_PLACES:
        return np.full(1, -1, np.int32)
    place = np.full(most + 2, -1, np.int32)
    place[numbers] = rows
    return place


class Beside:
    """Rows of one table, each beside a row of another, whose columns are compared."""

    def __init__(self, one: _Rows, other: _Rows) -> None:
        """`one` and `other` are `(K,)` rows each; those that follow each other on both sides make a run."""
        self._one, self._other = one, other
        breaks = np.flatnonzero((one[1:] - one[:-1] != 1) | (other[1:] - other[:-1] != 1)) + 1
        self._run = len(one) // (len(breaks) + 1)
        self._edges = [0, *(breaks.tolist() if self._run >= _SHORTEST_OF_TEXT else ()), len(one)]

    def same(self, before: Any, after: Any) -> NDArray[np.bool_]:
        """Which pairs hold the same value of a column `before` and of one `after`: `(K,)`. NaN is equal to NaN.

        A column `(N, W)` holds W numbers a row.
        """
        same = np.empty(len(self._one), np.bool_)
        if not len(same):
            return same
        if self._run < (_SHORTEST_OF_TEXT if before.dtype.kind == "T" else _SHORTEST_RUN):
            for start in range(0, len(same), _AT_ONCE):
                some = slice(start, start + _AT_ONCE)
                same[some] = _alike(
                    before.take(self._one[some], axis=0), after.take(self._other[some], axis=0)
                )
            return same
        for start, end in pairwise(self._edges):
            here, there = int(self._one[start]), int(self._other[start])
            for at in range(start, end, _AT_ONCE):
                to = min(at + _AT_ONCE, end)
                same[at:to] = _alike(
                    before[here + at - start : here + to - start],
                    after[there + at - start : there + to - start],
                )
        return same


def _alike(here: Any, there: Any) -> NDArray[np.bool_]:
    """Which of the values are equal. What is wider than a number is compared as numbers, and all at once first."""
    if here.dtype == there.dtype and here.dtype.kind in "Sf" and here.dtype.itemsize % 8 == 0:
        one, other = (np.ascontiguousarray(each).view(np.uint64) for each in (here, there))
        if np.array_equal(one, other):
            return np.ones(len(here), np.bool_)
    equal: NDArray[np.bool_] = here == there
    if here.dtype.kind == "f":
        equal |= (here != here) & (there != there)
    return equal if equal.ndim == 1 else np.all(equal, axis=1, keepdims=False)


def _by_name(before: Texts, after: Texts) -> tuple[_Rows, _Rows]:
    # Both are sorted and without doubles, so a stable sort of the two puts equal names next to each other.
    names = np.concatenate([before, after])
    order = np.argsort(names, kind="stable")
    sorted_names = names[order]
    first_of_pair = np.flatnonzero(sorted_names[:-1] == sorted_names[1:])
    return order[first_of_pair], order[first_of_pair + 1] - len(before)


def _apart(before: Texts, some_before: _Rows, after: Texts, some_after: _Rows) -> bool:
    """Whether all names at rows of one come before all those at rows of the other; each is sorted."""
    return bool(
        before[some_before[-1]] < after[some_after[0]] or after[some_after[-1]] < before[some_before[0]]
    )


def _others(rows: _Rows, count: int) -> NDArray[np.int64]:
    """Those of `count` rows that are not among `rows`."""
    left = np.ones(count, np.bool_)
    left[rows] = False
    return np.flatnonzero(left)
