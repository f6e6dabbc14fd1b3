"""Masks of pixels: run lengths to an array and back, and where their pixels go in a varied copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.augment.point_map import FRACTION, PointMap

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def mask_of(counts: Sequence[int], width: int, height: int) -> NDArray[np.bool_]:
    """`(H, W)` of COCO's run lengths, column by column, the first of what is outside."""
    runs = np.arange(len(counts)) % 2 == 1
    return np.asarray(np.repeat(runs, counts).reshape(width, height).T)


def counts_of(mask: NDArray[np.bool_]) -> list[int]:
    """COCO's run lengths of `mask` `(H, W)`, column by column, the first of what is outside."""
    pixels = np.concatenate([[False], mask.T.reshape(-1)])
    changes = np.flatnonzero(pixels[1:] != pixels[:-1])
    counts: list[int] = np.diff([0, *changes.tolist(), mask.size]).tolist()
    return counts if counts[-1] or len(counts) == 1 else counts[:-1]


def hull(mask: NDArray[np.bool_]) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of what `mask` covers, None where that is nothing."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    if not len(columns):
        return None
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def moved(mask: NDArray[np.bool_], matrix: NDArray[np.float64], width: int, height: int) -> NDArray[np.bool_]:
    """`mask` as it is in the copy of `width` × `height`: each pixel takes that of the source's nearest point."""
    x, y = PointMap(matrix, width, height).rows(0, height)
    # To the nearest centre, as the picture itself is mapped.
    x, y = (x + FRACTION // 2) // FRACTION, (y + FRACTION // 2) // FRACTION
    inside = (x >= 0) & (y >= 0) & (x < mask.shape[1]) & (y < mask.shape[0])
    return np.asarray(inside & mask[np.where(inside, y, 0), np.where(inside, x, 0)])
