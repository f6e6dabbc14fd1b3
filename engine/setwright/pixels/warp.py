"""Pictures mapped point by point, with the same result in every release of OpenCV.

`cv2.warpAffine` differs between releases, and with what the processor offers. `cv2.remap` with a map of fixed-point
numbers does not: it is a sum of whole numbers, which `reference` spells out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.augment.point_map import FRACTION, PointMap

if TYPE_CHECKING:
    from numpy.typing import NDArray

_BLOCK = 1 << 15
"""Pixels mapped at a time, so that the map stays in the processor's cache, and small for any picture."""
_LONGEST = 1 << 15
"""Width and height together from which on OpenCV's maps, of 16 bits, may not reach everywhere."""


def warp(picture: NDArray[Any], matrix: NDArray[np.float64], width: int, height: int) -> NDArray[Any]:
    """The copy of `width` × `height` of `picture`, `(H, W)` or `(H, W, C)`, bilinear, with 0 where nothing is.

    `matrix` `(2, 3)` leads from the picture's points to the copy's.
    """
    points = PointMap(matrix, width, height)
    out = np.empty((height, width, *picture.shape[2:]), picture.dtype)
    # OpenCV weighs what is not of 8 bits in floating-point numbers.
    exact = picture.dtype == np.uint8 and sum(picture.shape[:2]) < _LONGEST
    rows = max(1, _BLOCK // width)
    where = np.empty((rows, width, 2), np.int16)
    for start in range(0, height, rows):
        end = min(start + rows, height)
        x, y = points.rows(start, end)
        if not exact:
            out[start:end] = reference(picture, x, y)
            continue
        block = where[: end - start]
        np.right_shift(x, 5, out=block[..., 0], casting="unsafe")
        np.right_shift(y, 5, out=block[..., 1], casting="unsafe")
        x &= FRACTION - 1
        y &= FRACTION - 1
        y <<= 5
        y |= x
        cv2.remap(
            picture,
            block,
            y.astype(np.uint16),
            cv2.INTER_LINEAR,
            dst=out[start:end],
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
    return out


def reference(picture: NDArray[Any], x: NDArray[np.int32], y: NDArray[np.int32]) -> NDArray[Any]:
    """`picture` at points given in 1/32 of a pixel: each colour the mean of four, weighed in whole numbers."""
    height, width = picture.shape[:2]
    total = np.full((*x.shape, *picture.shape[2:]), FRACTION * FRACTION // 2, np.int64)
    part_x, part_y = x & (FRACTION - 1), y & (FRACTION - 1)
    for down, weight_y in ((0, FRACTION - part_y), (1, part_y)):
        for right, weight_x in ((0, FRACTION - part_x), (1, part_x)):
            column, row = (x >> 5) + right, (y >> 5) + down
            inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
            weight = np.where(inside, weight_x * weight_y, 0)
            colour = picture[np.where(inside, row, 0), np.where(inside, column, 0)]
            total += colour * (weight if picture.ndim == 2 else weight[..., None])
    return np.asarray((total >> 10).astype(picture.dtype))
