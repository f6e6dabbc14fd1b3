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


_BLOCK = 1 << 18
"""Pixels mapped at a time: so few that the map takes 3 MB, and so many that NumPy, for whose each call threads wait for
each other, is called seldom. Of a quarter as many it takes no less of the processor, and two threads do 5 % less."""
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
    rows = max(1, _BLOCK // width)
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
        row = row[..., None]
        x, y = (column[0], row[0]), (column[1], row[1])
        # A pixel's x and y are the halves of a word, x that which comes first in memory.
        self._low, self._high = (x, y) if sys.byteorder == "little" else (y, x)
        # Parts of a pixel are in low halves, and sums of low halves are all that it takes to know them.
        column_part, row_part = column.astype(np.uint16), row.astype(np.uint16)
        self._part_x, self._part_y = (column_part[0], row_part[0]), (column_part[1], row_part[1])
        shape = rows, column.shape[1]
        self._whole, self._whole_low = np.empty(shape, np.uint32), np.empty(shape, np.uint32)
        self._part, self._part_low = np.empty(shape, np.uint16), np.empty(shape, np.uint16)

    def rows(self, start: int, end: int) -> tuple[NDArray[np.int16], NDArray[np.uint16]]:
        """Of each pixel's point x and y `(end - start, W, 2)`, and how far it lies beyond, 5 bits for y and 5 for x.

        They hold until others are asked for.
        """
        count = end - start
        whole, low = self._whole[:count], self._whole_low[:count]
        np.add(self._high[0], self._high[1][start:end], out=whole)
        np.add(self._low[0], self._low[1][start:end], out=low)
        whole &= 0xFFFF0000
        low >>= 16
        whole |= low
        part, part_low = self._part[:count], self._part_low[:count]
        np.add(self._part_y[0], self._part_y[1][start:end], out=part)
        np.add(self._part_x[0], self._part_x[1][start:end], out=part_low)
        part >>= 6  # to the upper 5 of 10 bits
        part &= (FRACTION - 1) << 5
        part_low >>= 11
        part |= part_low
        return whole.view(np.int16).reshape(count, -1, 2), part


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
