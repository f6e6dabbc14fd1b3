"""Which annotations differ between two contents: added, removed, relabelled, moved or retouched.

An annotation has no name that it keeps, so those of one frame before and after are matched, the surest way first:

1. what is equal in everything has not changed;
2. equal shape and label: retouched, since only confidence, operation or attributes are others;
3. equal shape, another label: relabelled;
4. overlapping shapes with the same label: moved, the closest pairs first;
5. overlapping shapes with another label: relabelled, and moved as well.

What is left was removed, or added. Shapes overlap when the intersection of their hulls is at least half of the union,
which is the measure that detections are judged by. Only the frames that are asked about are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.model.pairing import Beside
from setwright.model.ranges import unrolled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

OVERLAP = 0.5
"""Intersection over union from which on two shapes may be the same object."""

_CANDIDATES = 1 << 21
"""So many pairs of annotations are looked at in one go: some 100 MB."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class AnnotationDiff:
    """The annotations that differ in the frames that two manifests share, as rows.

    `added` are rows of the annotations after, `removed` of those before, sorted. The others are `(K, 2)` pairs of
    rows, before and after, sorted by the first: `moved` to another place or shape, `relabelled` to another class
    whether moved or not, `retouched` in confidence, operation or attributes alone.
    """

    added: NDArray[np.int64]
    removed: NDArray[np.int64]
    moved: NDArray[np.int64]
    relabelled: NDArray[np.int64]
    retouched: NDArray[np.int64]


def annotation_diff(before: Manifest, after: Manifest, frames: NDArray[np.int64]) -> AnnotationDiff:
    """What happens to the annotations of `frames`, `(K, 2)` rows of the frames before and after.

    The work grows with the annotations of these frames, so give only those that `data_diff` calls relabelled.
    Classes are compared by name.
    """
    old, new = _rows(before.annotations, frames[:, 0]), _rows(after.annotations, frames[:, 1])
    matching = _Matching(old, new)
    label, geometry, rest = _coded(before.annotations, after.annotations, old, new)
    frame = np.concatenate([old.place, new.place])
    matching.equal(_joint(frame, label, geometry, rest))
    retouched = matching.equal(_joint(frame, label, geometry))
    relabelled = matching.equal(_joint(frame, geometry))
    left = matching.left
    overlap, one, other = _overlapping(before.annotations, after.annotations, *left)
    same = label[: len(old)][one] == label[len(old) :][other]
    moved = matching.closest(overlap[same], one[same], other[same])
    changed = matching.closest(overlap[~same], one[~same], other[~same])
    return AnnotationDiff(
        added=new.row[matching.new_left],
        removed=old.row[matching.old_left],
        moved=_sorted(moved),
        relabelled=_sorted(np.concatenate([relabelled, changed])),
        retouched=_sorted(retouched),
    )


def frames_differ(before: Manifest, after: Manifest, frames: NDArray[np.int64]) -> NDArray[np.bool_]:
    """For each of `frames`, `(K, 2)` rows before and after, whether its annotations differ: `(K,) bool`.

    The order of annotations within a frame does not count.
    """
    old, new = before.annotations, after.annotations
    (first, count), (new_first, new_count) = _ranges(old, frames[:, 0]), _ranges(new, frames[:, 1])
    differ: NDArray[np.bool_] = count != new_count
    alike = frames
    if differ.any():
        alike, first, new_first, count = (each[~differ] for each in (frames, first, new_first, count))
    # Frames of equal counts are compared line by line first: nearly always nothing has changed at all.
    one, other = _rows_from(first, count), _rows_from(new_first, count)
    unequal = np.zeros(len(alike), bool)
    unequal[one.place[_lines_differ(old, new, one.row, other.row)]] = True
    if not bool(unequal.any()):
        return differ
    suspects = alike[unequal]
    one, other = _rows(old, suspects[:, 0]), _rows(new, suspects[:, 1])
    matching = _Matching(one, other)
    matching.equal(_joint(np.concatenate([one.place, other.place]), *_coded(old, new, one, other)))
    really = np.zeros(len(suspects), bool)
    really[one.place[matching.old_left]] = True
    unequal[unequal] = really
    differ[~differ] = unequal
    return differ


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of annotations, `row`, and for each which of the frames asked about it is of, `place`."""

    row: NDArray[np.int64]
    place: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.row)

    def take(self, rows: NDArray[Any]) -> _Rows:
        return _Rows(self.row[rows], self.place[rows])


def _rows(annotations: Annotations, frames: NDArray[np.int64]) -> _Rows:
    return _rows_from(*_ranges(annotations, frames))


def _rows_from(first: NDArray[np.int64], counts: NDArray[np.int64]) -> _Rows:
    """The rows of frames whose annotations begin at `first`, and are so many."""
    place, row = unrolled(first, counts)
    return _Rows(row, place)


_FEW = 16
"""Frames with at least so many annotations of others for each of them are looked for one by one."""


def _ranges(
    annotations: Annotations, frames: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where the annotations of each frame begin, and how many they are."""
    if len(frames) * _FEW > len(annotations.frame):
        # To count them all is ten times as fast as to look for each of many.
        every = np.bincount(annotations.frame, minlength=int(frames.max(initial=-1)) + 1)
        begin = np.cumsum(every) - every
        if len(frames) and frames[-1] - frames[0] == len(frames) - 1 and (frames[1:] > frames[:-1]).all():
            run = slice(int(frames[0]), int(frames[-1]) + 1)  # nothing is to be picked
            return begin[run], every[run]
        return begin[frames], every[frames]
    wanted = frames.astype(
        annotations.frame.dtype
    )  # else the long column would be widened to the short one's type
    first = np.searchsorted(annotations.frame, wanted)
    return first, np.searchsorted(annotations.frame, wanted, side="right") - first


class _Matching:
    """Annotations before and after that have not found each other yet, as places in `old` and `new`."""

    def __init__(self, old: _Rows, new: _Rows) -> None:
        self._old, self._new = old, new
        self.old_left = np.arange(len(old))
        self.new_left = np.arange(len(new))

    @property
    def left(self) -> tuple[_Rows, _Rows, NDArray[np.int64], NDArray[np.int64]]:
        """The rows that are left, and their places."""
        return self._old.take(self.old_left), self._new.take(self.new_left), self.old_left, self.new_left

    def equal(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Match those of equal keys, the first with the first. `keys` are those of all before, then all after."""
        old_key, new_key = keys[: len(self._old)][self.old_left], keys[len(self._old) :][self.new_left]
        each = max(len(old_key), len(new_key), 1)
        _, one, other = np.intersect1d(
            old_key * each + _occurrence(old_key),
            new_key * each + _occurrence(new_key),
            assume_unique=True,
            return_indices=True,
        )
        return self._take(self.old_left[one], self.new_left[other])

    def closest(
        self, overlap: NDArray[np.float64], one: NDArray[np.int64], other: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Match the candidates `one` before and `other` after, those that overlap most first."""
        free = np.isin(one, self.old_left) & np.isin(other, self.new_left)
        overlap, one, other = overlap[free], one[free], other[free]
        order = np.lexsort((other, one, -overlap))
        one, other = one[order], other[order]
        matched = [np.empty((0, 2), np.int64)]
        while len(one):
            # Each other's best: no pair that comes later in the order could take either of the two away.
            best = _is_first(one) & _is_first(other)
            matched.append(self._take(one[best], other[best]))
            open_still = ~(np.isin(one, one[best]) | np.isin(other, other[best]))
            one, other = one[open_still], other[open_still]
        return np.concatenate(matched)

    def _take(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
        self.old_left = np.setdiff1d(self.old_left, one, assume_unique=True)
        self.new_left = np.setdiff1d(self.new_left, other, assume_unique=True)
        return np.stack([self._old.row[one], self._new.row[other]], axis=1)


def _overlapping(
    before: Annotations,
    after: Annotations,
    old: _Rows,
    new: _Rows,
    old_place: NDArray[np.int64],
    new_place: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of one frame that overlap: how much, and their places before and after."""
    # The places of frames ascend, so those after that share one's frame stand together.
    first = np.searchsorted(new.place, old.place)
    counts = np.searchsorted(new.place, old.place, side="right") - first
    found: list[tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]] = []
    old_box, new_box = _solid(before.box[old.row]), _solid(after.box[new.row])
    for start, stop in _chunks(counts):
        place, other = unrolled(first[start:stop], counts[start:stop])
        one = start + place
        overlap = _overlap(old_box[one], new_box[other])
        close = overlap >= OVERLAP
        found.append((overlap[close], old_place[one[close]], new_place[other[close]]))
    if not found:
        return np.empty(0), np.empty(0, np.int64), np.empty(0, np.int64)
    overlaps, ones, others = zip(*found, strict=True)
    return np.concatenate(overlaps), np.concatenate(ones), np.concatenate(others)


def _chunks(counts: NDArray[np.int64]) -> Iterator[tuple[int, int]]:
    """Ranges of rows whose counts make at most `_CANDIDATES`, or one row."""
    ends = np.cumsum(counts)
    start = 0
    while start < len(counts):
        done = int(ends[start - 1]) if start else 0
        stop = max(int(np.searchsorted(ends, done + _CANDIDATES, side="right")), start + 1)
        yield start, stop
        start = stop


def _solid(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """Boxes with sides of at least a pixel: the hull of a point or of a level line has no area to overlap."""
    missing = np.maximum(1 - (box[:, 2:] - box[:, :2]), 0) / 2
    return np.concatenate([box[:, :2] - missing, box[:, 2:] + missing], axis=1)


def _overlap(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union, line by line."""
    shared = np.minimum(one[:, 2:], other[:, 2:]) - np.maximum(one[:, :2], other[:, :2])
    intersection = np.prod(np.maximum(shared, 0), axis=1)
    areas = np.prod(one[:, 2:] - one[:, :2], axis=1) + np.prod(other[:, 2:] - other[:, :2], axis=1)
    overlap: NDArray[np.float64] = intersection / (areas - intersection)
    return overlap


def _lines_differ(
    old: Annotations, new: Annotations, one: NDArray[np.int64], other: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Whether the annotations at `one` before and `other` after differ, line by line."""
    lines = Beside(one, other)
    same = lines.same(*_shared(old.labels, old.label, new.labels, new.label))
    same &= lines.same(*_shared(old.operations, old.operation, new.operations, new.operation))
    for column in ("shape", "box", "confidence", "outline", "extra"):
        same &= lines.same(getattr(old, column), getattr(new, column))
    return ~same


def _shared(
    old: tuple[str, ...], before: NDArray[np.int32], new: tuple[str, ...], after: NDArray[np.int32]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Two columns of places in names, so that equal names have equal places."""
    if old == new:
        return before, after
    codes = _shared_codes(old, new)
    return codes[0][before], codes[1][after]


def _coded(
    old: Annotations, new: Annotations, one: _Rows, other: _Rows
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Label, geometry, and all the rest as numbers, equal for equal values: those before, then those after."""

    def both(before: Any, after: Any) -> Any:
        return np.concatenate([before[one.row], after[other.row]])

    label = _shared_codes(old.labels, new.labels)
    operation = _shared_codes(old.operations, new.operations)
    box = _bits(both(old.box, new.box))
    return (
        np.concatenate([label[0][old.label[one.row]], label[1][new.label[other.row]]]),
        _joint(both(old.shape, new.shape), *box.T, both(old.outline, new.outline)),
        _joint(
            np.concatenate([operation[0][old.operation[one.row]], operation[1][new.operation[other.row]]]),
            _bits(both(old.confidence, new.confidence)),
            both(old.extra, new.extra),
        ),
    )


def _shared_codes(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For each name of both its place in the names of both."""
    code = {name: place for place, name in enumerate(dict.fromkeys((*old, *new)))}
    return np.array([code[name] for name in old], np.int64), np.array([code[name] for name in new], np.int64)


def _joint(*columns: Any) -> NDArray[np.int64]:
    """A number for each line of the columns, counted from 0, equal for equal lines."""
    joint = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        _, code = np.unique(column, return_inverse=True)
        _, joint = np.unique(joint * (len(code) + 1) + code, return_inverse=True)
    return joint


def _bits(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Floating-point numbers so that what is not a number equals itself; 0 is added because -0 has other bits."""
    return np.ascontiguousarray(numbers + 0.0).view(np.int64)


def _occurrence(keys: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many equal keys stand before each."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    counts = np.diff(np.append(starts, len(keys)))
    occurrence = np.empty(len(keys), np.int64)
    occurrence[order] = np.arange(len(keys)) - np.repeat(starts, counts)
    return occurrence


def _is_first(values: NDArray[np.int64]) -> NDArray[np.bool_]:
    first = np.zeros(len(values), bool)
    first[np.unique(values, return_index=True)[1]] = True
    return first


def _sorted(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    return pairs[np.argsort(pairs[:, 0])]
