"""Which frames, annotations and splits differ between two contents of a dataset, as columns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.diff.annotations import frames_differ
from setwright.model.pairing import Beside, paired

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
    found = paired(before.frames, after.frames)
    pairs = np.stack([found.before, found.after], axis=1)
    moved = before.split[found.before] != after.split[found.after]
    repainted = ~Beside(found.before, found.after).same(before.frames.digest, after.frames.digest)
    relabelled = frames_differ(before, after, pairs)
    copies_before, copies_after = _copies(before), _copies(after)
    return DataDiff(
        entering=found.only_after,
        leaving=found.only_before,
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
