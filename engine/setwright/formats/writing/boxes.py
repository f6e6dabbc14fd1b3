"""The boxes of objects, cut at the edges of their pictures, all at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.protocol import Loss
from setwright.model.frames import LINE, POINTS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Annotations, Frames


@dataclass(frozen=True, slots=True, eq=False)
class Boxes:
    """Boxes of those annotations that have an area, cut at the edges of their pictures.

    `rows` `(B,) intp` are rows of the annotations, in their order; `edges` `(B, 4) float64` left, top, right and
    bottom; `size` `(B, 2) float64` width and height of the picture. A box may be empty now.
    """

    rows: NDArray[np.intp]
    edges: NDArray[np.float64]
    size: NDArray[np.float64]
    cut: NDArray[np.bool_]

    @classmethod
    def of(cls, annotations: Annotations, frames: Frames) -> Boxes:
        """The boxes of all but lines and points."""
        rows = np.flatnonzero(~np.isin(annotations.shape, (LINE, POINTS)))
        frame = annotations.frame[rows]
        size = np.stack([frames.width[frame], frames.height[frame]], axis=1).astype(np.float64)
        box = annotations.box[rows]
        edges = np.concatenate([np.clip(box[:, :2], 0, size), np.clip(box[:, 2:], 0, size)], axis=1)
        return cls(rows, edges, size, np.any(edges != box, axis=1))

    def take(self, kept: NDArray[np.bool_]) -> Boxes:
        """The boxes at a mask."""
        return Boxes(self.rows[kept], self.edges[kept], self.size[kept], self.cut[kept])

    def changes(self, kept: NDArray[np.bool_]) -> tuple[Loss, ...]:
        """What became of the boxes, of which only those at `kept` are written."""
        return (
            Loss("a box without area inside its picture, left out", int((~kept).sum())),
            Loss("a box cut at the edge of its picture", int((kept & self.cut).sum())),
        )
