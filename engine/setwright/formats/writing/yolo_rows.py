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
_AT_ONCE = 256  # frames, for most of the time for one would go into calls
_ROW = "%d" + f" %.{DECIMALS}f" * 4 + "\n"


@dataclass(frozen=True, slots=True, eq=False)
class BoxRows:
    """The rows of all label files: `values` `(R, 5) float64`; those of frame `f` are `bounds[f]:bounds[f + 1]`."""

    values: NDArray[np.float64]
    bounds: list[int]
    changed: tuple[Loss, ...]

    @classmethod
    def of(cls, annotations: Annotations, frames: Frames) -> BoxRows:
        """Class, x and y of the centre, width, height, the last four from 0 to 1."""
        boxes = Boxes.of(annotations, frames)
        low, high = _on_grid(boxes)
        # What is written as 0.000000 is no box to any reader.
        kept = np.all(low < high, axis=1)
        label = annotations.label[boxes.rows].astype(np.float64)
        values = np.concatenate([label[:, None], (low + high) / 2 / _UNITS, (high - low) / _UNITS], axis=1)
        bounds = np.searchsorted(annotations.frame[boxes.rows[kept]], np.arange(len(frames) + 1)).tolist()
        return cls(values[kept], bounds, boxes.changes(kept))

    def texts(self) -> Iterator[str]:
        """The label file of each frame; empty for one without objects, which readers want rather than no file."""
        for first in range(0, len(self.bounds) - 1, _AT_ONCE):
            bounds = self.bounds[first : first + _AT_ONCE + 1]
            values = self.values[bounds[0] : bounds[-1]]
            rows = (_ROW * len(values) % tuple(values.ravel().tolist())).splitlines(keepends=True)
            for start, end in pairwise(bounds):
                yield "".join(rows[start - bounds[0] : end - bounds[0]])


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
