"""Maps that only slide a picture's rows, or its columns, along themselves: shears, without a map for each pixel.

All points of a row lie equally far beyond a pixel, so that the row is the mean of two of its parts with the same two
weights everywhere. In whole numbers that is what `warp.reference` makes, and a third of the work.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from setwright.augment.point_map import FRACTION

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.augment.point_map import Sums

_BAND = 1 << 15
"""Pixels mixed at a time, so that the sums stay in the processor's cache."""


def slid(picture: NDArray[Any], sums: Sums) -> NDArray[Any] | None:
    """What the points whose `sums` these are, of as many pixels as `picture` `(H, W)` or `(H, W, C)`, show of it; None
    where they do more than to slide rows or columns.
    """
    (x_column, y_column), (x_row, y_row) = sums
    offsets = _offsets((x_column, x_row), (y_column, y_row))
    if offsets is not None:
        return _rows(picture, offsets)
    offsets = _offsets((y_row, y_column), (x_row, x_column))
    if offsets is not None:
        return np.asarray(cv2.transpose(_rows(np.asarray(cv2.transpose(picture)), offsets)))
    return None


def _offsets(along: Sums, across: Sums) -> NDArray[np.int32] | None:
    """How far each line slides, in 2⁻¹⁶ of a pixel, if that is all that happens to it.

    The sums are those of the way `along` lines and `across` them: what a place in the line adds, and the line.
    """
    place, line = along
    last = len(place) - 1
    if int(place[last]) - int(place[0]) & 0xFFFFFFFF != last << 16 & 0xFFFFFFFF:
        return None  # as nearly all that are none; so it pays to look there first
    if (place - place[0] != np.arange(len(place), dtype=np.uint32) << np.uint32(16)).any():
        return None
    if (across[0] != across[0][0]).any():
        return None
    itself = np.arange(len(line), dtype=np.uint32) * np.uint32(FRACTION)
    if ((across[1] + across[0][0]) >> np.uint32(11) != itself).any():
        return None
    return np.asarray(line + place[0]).view(np.int32)


def _rows(picture: NDArray[Any], offsets: NDArray[np.int32]) -> NDArray[Any]:
    """`picture` whose rows show what lies `offsets` `(H,)` to the right, and 0 where nothing does."""
    height, width = picture.shape[:2]
    source = picture.reshape(height, -1)
    colours = source.shape[1] // width
    whole, part = offsets >> 16, (offsets & 0xFFFF) >> 11
    of_next = part.astype(np.uint16)[:, None]
    of_it = np.uint16(FRACTION) - of_next
    made = np.empty_like(source)
    rows = min(height, max(1, _BAND // width))
    # Rows stand between so much of nothing that wherever they slide to, what they show is one part of them: with one
    # pixel more at the end, for each is mixed with the next.
    whole = np.clip(whole, -width - 1, width + 1)
    margin = int(np.abs(whole).max())
    wide = np.zeros((rows, (width + 2 * margin + 1) * colours), np.uint8)
    parts = sliding_window_view(wide.reshape(-1), (width + 1) * colours)
    begins = (whole + margin) * colours + np.arange(height) % rows * wide.shape[1]
    moved = np.empty((rows, parts.shape[1]), np.uint16)
    sums, more = (np.empty((rows, source.shape[1]), np.uint16) for _ in range(2))
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        count = bottom - top
        wide[:count, margin * colours : (margin + width) * colours] = source[top:bottom]
        moved[:count] = parts[begins[top:bottom]]
        mixed = sums[:count]
        np.multiply(moved[:count, :-colours], of_it[top:bottom], out=mixed)
        mixed += np.multiply(moved[:count, colours:], of_next[top:bottom], out=more[:count])
        mixed += np.uint16(FRACTION // 2)
        mixed >>= 5
        made[top:bottom] = mixed
    return made.reshape(picture.shape)
