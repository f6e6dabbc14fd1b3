"""Where the pixels of masks go in a varied copy.

What a patch covers reaches to all four of its edges here, so that what is done to a mask costs what it covers, and not
what its picture measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.augment.point_map import FRACTION, PointMap
from setwright.model.runs import Patch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def patch_of(counts: Sequence[int], height: int) -> Patch | None:
    """What COCO's run lengths of a picture of that height cover; None where that is nothing."""
    ends = np.cumsum(counts)
    runs = np.stack([ends[: len(ends) // 2 * 2 : 2], ends[1::2]], axis=1)
    runs = runs[runs[:, 0] < runs[:, 1]]
    if not len(runs):
        return None
    left, right = int(runs[0, 0]) // height, (int(runs[-1, 1]) - 1) // height + 1
    lengths = np.diff(runs.ravel() - left * height, prepend=0, append=(right - left) * height)
    columns = np.repeat(np.arange(len(lengths)) % 2 == 1, lengths).reshape(-1, height)
    return _cropped(columns.T, left, 0)


def moved(
    patch: Patch, matrix: NDArray[np.float64], corners: NDArray[np.float64], width: int, height: int
) -> Patch | None:
    """`patch` as it is in the copy of `width` × `height`: each pixel takes that of the source's nearest point.

    `corners` `(4, 2)` are those of its box in the copy.
    """
    size = (width, height)
    # Points are rounded to parts of a pixel, so one beside the box may still show what is in it.
    left, top = np.clip(np.floor(corners.min(axis=0)) - 1, 0, size).astype(int).tolist()
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 1, 0, size).astype(int).tolist()
    x, y = PointMap(matrix, width, height).rows(top, bottom, left, right)
    # To the nearest centre, as the picture itself is mapped.
    x, y = (x + FRACTION // 2) // FRACTION - patch.left, (y + FRACTION // 2) // FRACTION - patch.top
    tall, wide = patch.covered.shape
    inside = (x >= 0) & (y >= 0) & (x < wide) & (y < tall)
    return _cropped(inside & patch.covered[np.where(inside, y, 0), np.where(inside, x, 0)], left, top)


def _cropped(pixels: NDArray[np.bool_], left: int, top: int) -> Patch | None:
    columns, rows = np.flatnonzero(pixels.any(axis=0)), np.flatnonzero(pixels.any(axis=1))
    if not len(columns):
        return None
    covered = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Patch(left + int(columns[0]), top + int(rows[0]), covered)
