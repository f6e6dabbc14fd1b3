"""Which frames, annotations and splits differ between two contents of a dataset, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from setwright.diff.annotations import frames_differ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest

    _Rows: TypeAlias = NDArray[np.int64]

_SHORTEST_RUN = 8
"""Rows in a run, on average, from which runs are compared as they lie."""
_MOST_PLACES = 50_000_000
"""The largest number of a frame that is looked up in a table, of 4 bytes for each number."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class DataDiff:
    """The rows in which two manifests differ; each array is sorted by the frames' names.

    `entering` are rows of the manifest after; `leaving` of the one before. `moving` `(K, 2)`, `repainted` `(K, 2)`
    and `relabelled` `(K, 2)` are pairs of rows, before and after: frames in both, with another split, with another
    picture, with other annotations. A frame may be in several of the three.

    `copies_entering` and `copies_leaving` count varied copies: those that only one of the two has, by their source's
    name, their recipe, and what of their objects is kept.
    """

    entering: NDArray[np.int64]
    leaving: NDArray[np.int64]
    moving: NDArray[np.int64]
    repainted: NDArray[np.int64]
    relabelled: NDArray[np.int64]
    copies_entering: int = 0
    copies_leaving: int = 0

    @property
    def empty(self) -> bool:
        """Whether the two contents have the same frames, splits, pictures, annotations and varied copies."""
        parts = (self.entering, self.leaving, self.moving, self.repainted, self.relabelled)
        return not (any(len(part) for part in parts) or self.copies_entering or self.copies_leaving)


def data_diff(before: Manifest, after: Manifest) -> DataDiff:
    """What turns `before` into `after`. Frames are the same where their unique names are."""
    rows_before, rows_after, entering, leaving = _matched(before.frames, after.frames)
    pairs = np.stack([rows_before, rows_after], axis=1)
    moved = before.split[rows_before] != after.split[rows_after]
    repainted = ~_equal(before.frames.digest, after.frames.digest, rows_before, rows_after)
    relabelled = frames_differ(before, after, pairs)
    copies_before, copies_after = _copies(before), _copies(after)
    return DataDiff(
        entering=entering,
        leaving=leaving,
        moving=pairs[moved],
        repainted=pairs[repainted],
        relabelled=pairs[relabelled],
        copies_entering=len(copies_after - copies_before),
        copies_leaving=len(copies_before - copies_after),
    )


def _copies(manifest: Manifest) -> frozenset[tuple[object, ...]]:
    """What tells each varied copy of `manifest` from every other."""
    copies = manifest.copies
    rules = (copies.algorithm, copies.min_visibility, copies.min_size)
    columns = zip(
        manifest.frames.name[copies.source].tolist(),
        copies.property.tolist(),
        copies.number.tolist(),
        copies.values.tolist(),
        strict=True,
    )
    return frozenset(
        (name, copies.properties[property], number, *values, *rules)
        for name, property, number, values in columns
    )


def _matched(before: Frames, after: Frames) -> tuple[_Rows, _Rows, _Rows, _Rows]:
    """Pairs of rows with the same name, and the rows that only `after` has, and only `before`; all in order."""
    rows_before, rows_after = _paired_by_number(before, after)
    left_before = _others(rows_before, len(before))
    left_after = _others(rows_after, len(after))
    if len(left_before) and len(left_after):
        names_before, names_after = before.name[left_before], after.name[left_after]
        # Nearly always none is in both: to see that takes less than to sort them.
        if not set(names_before.tolist()).isdisjoint(names_after.tolist()):
            in_before, in_after = _paired_by_name(names_before, names_after)
            rows_before = np.sort(np.concatenate([rows_before, left_before[in_before]]))
            rows_after = np.sort(np.concatenate([rows_after, left_after[in_after]]))
            left_before, left_after = _others(rows_before, len(before)), _others(rows_after, len(after))
    return rows_before, rows_after, left_after, left_before


def _paired_by_number(before: Frames, after: Frames) -> tuple[_Rows, _Rows]:
    """The rows that have both the same number and the same name: nearly all, where both are of one lake.

    Sorting a million texts takes a second, and looking up a million numbers a hundredth of that. Numbers of two lakes
    mean nothing to each other, so the names decide.
    """
    nothing = np.empty(0, np.int64)
    if not len(before) or not len(after):
        return nothing, nothing
    least, most = int(before.number.min()), int(before.number.max())
    if least < 0 or most > _MOST_PLACES:
        return nothing, nothing
    place = np.full(most + 1, -1, np.int32)
    place[before.number] = np.arange(len(before), dtype=np.int32)
    known = np.flatnonzero((after.number >= 0) & (after.number <= most))
    places = place[after.number[known]]
    found = places >= 0
    rows_before, rows_after = places[found].astype(np.int64), known[found]
    same = _equal(before.name, after.name, rows_before, rows_after)
    return (rows_before, rows_after) if same.all() else (rows_before[same], rows_after[same])


def _equal(before: Any, after: Any, rows_before: _Rows, rows_after: _Rows) -> NDArray[np.bool_]:
    """Which pairs of rows hold the same value. Picking texts copies them, twenty times as slow as comparing a run."""
    breaks = np.flatnonzero((np.diff(rows_before) != 1) | (np.diff(rows_after) != 1)) + 1
    if len(breaks) * _SHORTEST_RUN > len(rows_before):
        picked: NDArray[np.bool_] = before[rows_before] == after[rows_after]
        return picked
    same = np.empty(len(rows_before), np.bool_)
    for start, end in pairwise([0, *breaks.tolist(), len(rows_before)]):
        one, other, length = rows_before[start : start + 1], rows_after[start : start + 1], end - start
        if length:
            same[start:end] = before[one[0] : one[0] + length] == after[other[0] : other[0] + length]
    return same


def _paired_by_name(before: Any, after: Any) -> tuple[_Rows, _Rows]:
    # Both are sorted and without doubles, so a stable sort of the two puts equal names next to each other.
    names = np.concatenate([before, after])
    order = np.argsort(names, kind="stable")
    sorted_names = names[order]
    first_of_pair = np.flatnonzero(sorted_names[:-1] == sorted_names[1:])
    return order[first_of_pair], order[first_of_pair + 1] - len(before)


def _others(rows: _Rows, count: int) -> _Rows:
    """Those of `count` rows that are not among `rows`."""
    left = np.ones(count, np.bool_)
    left[rows] = False
    return np.flatnonzero(left)
