"""COCO's run lengths: how many pixels of a picture are not covered, then covered, in turn, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Patch:
    """Covered pixels within a picture: `covered` `(h, w) bool`, whose first pixel is at `left` and `top`."""

    left: int
    top: int
    covered: NDArray[np.bool_]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        height, width = self.covered.shape
        return float(self.left), float(self.top), float(self.left + width), float(self.top + height)


def run_lengths(patch: Patch, width: int, height: int) -> list[int]:
    """COCO's run lengths of `patch` in its picture: column by column, beginning with what is not covered."""
    h, w = patch.covered.shape
    columns = np.zeros((w, height), np.int8)
    columns[:, patch.top : patch.top + h] = patch.covered.T
    changes = np.flatnonzero(np.diff(columns.ravel(), prepend=0, append=0)) + patch.left * height
    counts: list[int] = np.diff(changes, prepend=0, append=width * height).tolist()
    # Nothing after the last pixel, but the beginning is told even where it is nothing.
    return counts if counts[-1] or len(counts) == 1 else counts[:-1]


def runs_hull(counts: Sequence[int], height: int) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom of what run lengths cover in a picture of `height`; None where it is nothing."""
    bounds = np.cumsum(np.array(counts, np.int64))
    starts, ends = bounds[0::2][: len(counts) // 2], bounds[1::2]
    starts, ends = starts[starts < ends], ends[starts < ends]
    if not len(starts):
        return None
    last = ends - 1
    # A run that goes on in the next column covers the edge of the picture, and the other one.
    spans = starts // height != last // height
    top = 0 if spans.any() else int((starts % height).min())
    bottom = height if spans.any() else int((last % height).max()) + 1
    return int((starts // height).min()), top, int((last // height).max()) + 1, bottom


def runs_cover(counts: Sequence[int], width: int, height: int) -> Patch:
    """What run lengths cover, as a patch of the whole picture.

    Raises:
        ValueError: they do not make the picture.
    """
    flat: NDArray[Any] = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    return Patch(0, 0, flat.reshape(width, height).T)
