"""Which frames, annotations and splits differ between two contents of a dataset, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.diff.annotations import frames_differ

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest


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
    rows_before, rows_after, entering, leaving = _matched(before.frames.name, after.frames.name)
    pairs = np.stack([rows_before, rows_after], axis=1)
    moved = before.split[rows_before] != after.split[rows_after]
    repainted = before.frames.digest[rows_before] != after.frames.digest[rows_after]
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


def _matched(before: Any, after: Any) -> tuple[Any, Any, Any, Any]:
    # Both are sorted and without doubles, so a stable sort of the two puts equal names next to each other.
    names = np.concatenate([before, after])
    order = np.argsort(names, kind="stable")
    sorted_names = names[order]
    first_of_pair = np.flatnonzero(sorted_names[:-1] == sorted_names[1:])
    rows_before = order[first_of_pair]
    rows_after = order[first_of_pair + 1] - len(before)
    entering = np.setdiff1d(np.arange(len(after)), rows_after, assume_unique=True)
    leaving = np.setdiff1d(np.arange(len(before)), rows_before, assume_unique=True)
    return rows_before, rows_after, entering, leaving
