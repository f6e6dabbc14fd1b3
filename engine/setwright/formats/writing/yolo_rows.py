"""The rows of YOLO's label files: a class and a relative box, or a class and a relative outline."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.writing.boxes import Boxes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.formats.protocol import Loss
    from setwright.model.frames import Annotations, Frames

DECIMALS = 6
"""Of a share of the picture's width or height: at 10,000 pixels, a hundredth of one."""

_UNITS = 10**DECIMALS
_AT_ONCE = 1024  # frames, for most of the time for one would go into calls
_SHARE = len(" 0.") + DECIMALS
_THREE_DIGITS = np.array([list(b"%03d" % number) for number in range(1000)], np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class BoxRows:
    """The rows of all label files: `label` `(R,) int32`, and `shares` `(R, 4) int32`, x and y of the centre, width and
    height in 10⁻⁶ of the picture's; those of frame `f` are `bounds[f]:bounds[f + 1]`.
    """

    label: NDArray[np.int32]
    shares: NDArray[np.int32]
    bounds: NDArray[np.intp]
    changed: tuple[Loss, ...]

    @classmethod
    def of(cls, annotations: Annotations, frames: Frames) -> BoxRows:
        """The boxes of objects, from 0 to 1."""
        boxes = Boxes.of(annotations, frames)
        low, high = _on_grid(boxes)
        # What is written as 0.000000 is no box to any reader.
        kept = (low[:, 0] < high[:, 0]) & (low[:, 1] < high[:, 1])
        low, high, rows = low[kept], high[kept], boxes.rows[kept]
        shares = np.concatenate([(low + high) / 2, high - low], axis=1).astype(np.int32)
        bounds = np.searchsorted(annotations.frame[rows], np.arange(len(frames) + 1))
        return cls(annotations.label[rows].astype(np.int32), shares, bounds, boxes.changes(kept))

    def contents(self) -> Iterator[bytes]:
        """The label file of each frame; empty for one without objects, which readers want rather than no file."""
        for first in range(0, len(self.bounds) - 1, _AT_ONCE):
            bounds = self.bounds[first : first + _AT_ONCE + 1]
            rows = slice(bounds[0], bounds[-1])
            text, ends = _written(self.label[rows], self.shares[rows])
            for start, end in pairwise(ends[bounds - bounds[0]].tolist()):
                yield text[start:end]


def _written(label: NDArray[np.int32], shares: NDArray[np.int32]) -> tuple[bytes, NDArray[np.int64]]:
    """The rows one after the other, and where each begins, with the end of the last `(R + 1,)`."""
    width = len(str(label.max(initial=0)))
    digits = label[:, None] // 10 ** np.arange(width)[::-1] % 10
    leads = np.maximum(np.arange(width) == width - 1, label[:, None] >= 10 ** np.arange(width)[::-1])
    table = np.empty((len(label), width + 4 * _SHARE + 1), np.uint8)
    table[:, :width] = digits + ord("0")
    told = table[:, width:-1].reshape(-1, 4, _SHARE)
    table[:, -1] = ord("\n")
    told[..., 0], told[..., 2] = ord(" "), ord(".")
    upper, told[..., 6:] = shares // 1000, _THREE_DIGITS[shares % 1000]
    told[..., 1], told[..., 3:6] = upper // 1000 + ord("0"), _THREE_DIGITS[upper % 1000]
    ends = np.zeros(len(label) + 1, np.int64)
    if leads.all():
        ends[1:] = np.arange(1, len(label) + 1) * table.shape[1]
        return table.tobytes(), ends
    ends[1:] = np.cumsum(leads.sum(axis=1) + table.shape[1] - width)
    seen = np.ones(table.shape, bool)
    seen[:, :width] = leads
    return table[seen].tobytes(), ends


def _on_grid(boxes: Boxes) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Left and top, right and bottom, in steps of the last decimal, as near as rows can tell them.

    A row tells centre and extent. Rounding these apart would move edges out of the picture, where some readers refuse
    them and others cut them, and what is read would be written otherwise. So edges are rounded, and where centre and
    extent would need half a step, the edge that is further off goes one step towards where it should be.
    """
    low, high = boxes.edges[:, :2] / boxes.size * _UNITS, boxes.edges[:, 2:] / boxes.size * _UNITS
    near_low, near_high = np.round(low), np.round(high)
    off_low, off_high = low - near_low, high - near_high
    odd = (near_high - near_low) % 2 == 1
    first = np.abs(off_low) >= np.abs(off_high)
    near_low += np.where(odd & first, np.where(off_low >= 0, 1, -1), 0)
    near_high += np.where(odd & ~first, np.where(off_high > 0, 1, -1), 0)
    return near_low, near_high
