"""Pictures mapped point by point, with the same result in every release of OpenCV.

`cv2.warpAffine` differs between releases, and with what the processor offers. `cv2.remap` with a map of fixed-point
numbers does not: it is a sum of whole numbers, which `reference` spells out.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.augment.point_map import FRACTION, PointMap
from setwright.pixels.shear import slid

if TYPE_CHECKING:
    from numpy.typing import NDArray


_BLOCK = 1 << 17
"""Pixels mapped at a time at most: so few that the map, of 8 bytes for each, stays in the processor's cache, and so
many that NumPy, for whose each call threads wait for each other, is called seldom."""
_DOWN = np.array([6, 11], np.uint16)[:, None, None]
"""Bits by which how far a point lies beyond a pixel, y and x, goes down to the 10 that OpenCV takes."""
_LONGEST = 1 << 15
"""Width and height together from which on OpenCV's maps, of 16 bits, may not reach everywhere."""


def warp(picture: NDArray[Any], matrix: NDArray[np.float64], width: int, height: int) -> NDArray[Any]:
    """The copy of `width` × `height` of `picture`, `(H, W)` or `(H, W, C)`, bilinear, with 0 where nothing is.

    `matrix` `(2, 3)` leads from the picture's points to the copy's.
    """
    points = PointMap(matrix, width, height)
    # OpenCV weighs what is not of 8 bits in floating-point numbers.
    short = picture.dtype == np.uint8 and sum(picture.shape[:2]) < _LONGEST
    if short and picture.shape[:2] == (height, width):
        found = slid(picture, points.sums())
        if found is not None:
            return found
    out = np.empty((height, width, *picture.shape[2:]), picture.dtype)
    parts = -(-height * width // _BLOCK)
    rows = -(-height // parts) if _BLOCK >= width else 1
    if short:
        maps = _Maps(points, rows)
        for start in range(0, height, rows):
            into = out[start : start + rows]
            whole, part = maps.rows(start, start + len(into))
            cv2.remap(
                picture,
                whole,
                part,
                cv2.INTER_LINEAR,
                dst=into,
                borderMode=cv2.BORDER_CONSTANT,
                borderValue=0,
            )
    else:
        for start in range(0, height, rows):
            end = min(start + rows, height)
            out[start:end] = reference(picture, *points.rows(start, end))
    return out


class _Maps:
    """OpenCV's maps of fixed-point numbers for some `rows` at a time, in the same arrays again and again."""

    def __init__(self, points: PointMap, rows: int) -> None:
        column, row = points.sums()
        column, row = column[:, None], row[..., None]
        # A pixel's x and y are the halves of a word, x that which comes first in memory.
        order = -1 if sys.byteorder == "little" else 1
        self._sums_of = column[::order], row[::order]
        # Parts of a pixel are in low halves, and sums of low halves are all that it takes to know them.
        self._parts_of = column[::-1].astype(np.uint16), row[::-1].astype(np.uint16)
        self._sums = np.empty((2, rows, column.shape[2]), np.uint32)

    def rows(self, start: int, end: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
        """Of each pixel's point x and y `(end - start, W, 2)`, and how far it lies beyond, 5 bits for y and 5 for x.

        They hold until others are asked for.
        """
        whole, low = sums = self._sums[:, : end - start]
        np.add(self._sums_of[0], self._sums_of[1][:, start:end], out=sums)
        whole &= 0xFFFF0000
        low >>= 16
        whole |= low
        # Where those were that are not needed any more: so more is mapped at a time within the cache.
        part, part_x = parts = low.reshape(-1).view(np.uint16).reshape(2, *low.shape)
        np.add(self._parts_of[0], self._parts_of[1][:, start:end], out=parts)
        parts >>= _DOWN
        part &= (FRACTION - 1) << 5
        part |= part_x
        return whole.view(np.int16).reshape(*whole.shape, 2), part


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
