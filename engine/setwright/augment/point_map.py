"""From where in the source each pixel of a copy takes its colour, in whole numbers.

A map of floating-point numbers would differ in its last bits from machine to machine, and with it the pictures. So the
matrix is rounded once, to 2⁻³² of a pixel, and what follows is whole: sums of a number for the column and one for the
row. The result has 5 bits behind the point, which is what `cv2.remap` works with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Sums: TypeAlias = "tuple[NDArray[np.uint32], NDArray[np.uint32]]"

FRACTION = 32
"""Parts of a pixel that are told apart."""

_FINE = 32  # bits behind the point of the matrix


def inverse(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """The map back: `(2, 3)` to `(2, 3)`.

    Raises:
        ValueError: the map cannot be undone.
    """
    (a, b, c), (d, e, f) = matrix.tolist()
    det = a * e - b * d
    if abs(det) < 1e-9:
        raise ValueError("a map that loses the plane cannot be undone")
    return np.asarray(np.array([[e, -b, b * f - c * e], [-d, a, c * d - a * f]]) / det)


class PointMap:
    """For each pixel of a copy of `width` × `height`, the point of the source that it shows.

    `matrix` `(2, 3)` leads from the source to the copy.
    """

    def __init__(self, matrix: NDArray[np.float64], width: int, height: int) -> None:
        # What is added for a column and for a row has so many bits behind the point that the sum fits into 32: 15 of
        # them up to 4096 × 4096. No point that is asked for lies further out than twice the picture's sides.
        self._bits = min(15, 30 - (2 * (width + height)).bit_length())
        entries = np.rint(inverse(matrix) * 2.0**_FINE).astype(np.int64).tolist()
        self._x, self._y = (_sums(each, width, height, self._bits) for each in entries)

    def sums(self) -> tuple[Sums, Sums]:
        """What columns `(W,)` and rows `(H, 1)` add for x, and for y, with 16 bits behind the point, modulo 2³².

        So the high half of a sum is a point's whole part, modulo 2¹⁶, and the low half how far it lies beyond.
        """
        return self._sums(self._x), self._sums(self._y)

    def _sums(self, sums: tuple[NDArray[np.int32], NDArray[np.int32]]) -> Sums:
        column, row = (each.astype(np.uint32) << np.uint32(16 - self._bits) for each in sums)
        return column, row[:, None]

    def rows(self, start: int, end: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """x and y of the source's points for the rows from `start` to before `end`, each `(end - start, W) int32`,
        in 1/32 of a pixel, counted from the centre of the top-left one.
        """
        return self._points(self._x, start, end), self._points(self._y, start, end)

    def _points(
        self, sums: tuple[NDArray[np.int32], NDArray[np.int32]], start: int, end: int
    ) -> NDArray[np.int32]:
        column, row = sums
        points: NDArray[np.int32] = column + row[start:end, None]
        points >>= self._bits - 5
        return points


def _sums(
    entries: tuple[int, int, int], width: int, height: int, bits: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """What each column and each row adds; the half that makes cutting bits off a rounding is in the rows."""
    by_x, by_y, fixed = entries
    # Twice as fine, for the centres of pixels are at halves.
    down = _FINE - bits + 1
    column = (by_x * (2 * np.arange(width, dtype=np.int64) + 1)) >> down
    row = (by_y * (2 * np.arange(height, dtype=np.int64) + 1) + 2 * fixed - (1 << _FINE)) >> down
    row += 1 << (bits - 6)
    return column.astype(np.int32), row.astype(np.int32)
