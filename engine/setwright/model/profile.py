"""What the frames and annotations of a version are like: their sizes, how many a frame, and which class is astray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest
    from setwright.model.splits import SplitWish


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Numbers from the smallest to the largest."""

    smallest: float
    median: float
    mean: float
    largest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Astray:
    """The class whose share in a split is furthest from the one asked for, in percent of its annotations."""

    label: str
    split: str
    asked: float
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """`width` and `height` are of frames and `box_width`, `box_height` of annotations, all in pixels.

    `objects` are annotations a frame. `sizes` are the most common sizes, width, height and frames of each, the most
    common first; `size_count` is how many there are. A spread is None where there is nothing to measure.
    """

    width: Spread | None
    height: Spread | None
    box_width: Spread | None
    box_height: Spread | None
    objects: Spread | None
    sizes: tuple[tuple[int, int, int], ...]
    size_count: int
    astray: Astray | None


_COMMON = 5
_ENOUGH = 10
"""A class with fewer annotations than this cannot be near to any share."""


def profile(manifest: Manifest, wish: SplitWish) -> Profile:
    """The profile of `manifest`, whose splits were to be as `wish` says."""
    frames, box = manifest.frames, manifest.annotations.box
    size = frames.width.astype(np.int64) << 32 | frames.height.astype(np.int64)
    sizes, counts = np.unique(size, return_counts=True)
    common = np.lexsort((sizes, -counts))[:_COMMON]
    return Profile(
        width=_spread(frames.width),
        height=_spread(frames.height),
        box_width=_spread(box[:, 2] - box[:, 0]),
        box_height=_spread(box[:, 3] - box[:, 1]),
        objects=_spread(np.bincount(manifest.annotations.frame, minlength=len(frames))),
        sizes=tuple(
            (int(sizes[place]) >> 32, int(sizes[place]) & 0xFFFFFFFF, int(counts[place])) for place in common
        ),
        size_count=len(sizes),
        astray=_astray(manifest, wish),
    )


def _spread(values: NDArray[np.float64] | NDArray[np.int32] | NDArray[np.int64]) -> Spread | None:
    if not len(values):
        return None
    return Spread(
        smallest=float(values.min()),
        median=float(np.median(values)),
        mean=float(values.mean()),
        largest=float(values.max()),
    )


def _astray(manifest: Manifest, wish: SplitWish) -> Astray | None:
    if wish.official is not None:
        return None  # no share was asked for
    annotations, classes = manifest.annotations, len(manifest.classes)
    code = manifest.split[annotations.frame].astype(np.int64) * classes + annotations.label
    table = np.bincount(code, minlength=len(SPLITS) * classes).reshape(len(SPLITS), classes)
    total = table.sum(axis=0)
    asked = np.array([wish.percent[split] for split in SPLITS])
    share = 100 * table / np.maximum(total, 1)
    off = np.where(total >= _ENOUGH, np.abs(share - asked[:, None]), -1)
    if not off.size or off.max() < 0:
        return None
    row, label = np.unravel_index(int(off.argmax()), off.shape)
    return Astray(
        label=manifest.classes[label],
        split=SPLITS[row].value,
        asked=float(asked[row]),
        share=float(share[row, label]),
    )
