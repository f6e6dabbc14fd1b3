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
"""What each column adds, and what each row does."""

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
        entries = np.rint(inverse(matrix) * 2.0**_FINE).astype(np.int64)
        # Twice as fine, for the centres of pixels are at halves.
        down = _FINE - self._bits + 1
        centres = np.arange(1, 2 * max(width, height), 2, dtype=np.int64)
        self._column = (entries[:, :1] * centres[:width] >> down).astype(np.int32)
        row = entries[:, 1:2] * centres[:height]
        row += 2 * entries[:, 2:] - (1 << _FINE)
        row >>= down
        # The half that makes cutting bits off a rounding.
        row += 1 << (self._bits - 6)
        self._row = row.astype(np.int32)

    def sums(self) -> Sums:
        """What columns `(2, W)` and rows `(2, H)` add for x, and then for y, with 16 bits behind the point, modulo 2³².

        So the high half of a sum is a point's whole part, modulo 2¹⁶, and the low half how far it lies beyond.
        """
        column, row = self._column.view(np.uint32), self._row.view(np.uint32)
        return column << np.uint32(16 - self._bits), row << np.uint32(16 - self._bits)

    def rows(
        self, start: int, end: int, left: int = 0, right: int | None = None
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """x and y of the source's points, each `(end - start, right - left) int32`, for the rows from `start` to before
        `end` and the columns from `left` to before `right`: in 1/32 of a pixel, from the centre of the top-left one.
        """
        points: NDArray[np.int32] = self._column[:, None, left:right] + self._row[:, start:end, None]
        points >>= self._bits - 5
        return points[0], points[1]
