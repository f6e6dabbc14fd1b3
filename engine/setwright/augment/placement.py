"""Where a point of a frame lies in its varied copy: one affine map for each copy.

Coordinates are those of boxes: the origin is the top-left corner of the top-left pixel, x grows rightwards, y
downwards, and the centre of the pixel (i, j) is (i + ½, j + ½).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.augment.recipes import CROP

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.copies import Copies
    from setwright.model.frames import Frames


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """For each of K copies: `matrix` `(K, 2, 3)`, by which (x, y, 1) of the source comes to (x, y) of the copy, and
    the copy's `width` and `height` `(K,) int32`. `moves` `(K,)` is false where every pixel stays where it is.
    """

    matrix: NDArray[np.float64]
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    moves: NDArray[np.bool_]


def placements(copies: Copies, frames: Frames) -> Placement:
    """Where the points of the copies' sources come to lie."""
    width, height = frames.width[copies.source], frames.height[copies.source]
    matrix = np.zeros((len(copies), 2, 3))
    matrix[:, 0, 0] = matrix[:, 1, 1] = 1
    moves = np.zeros(len(copies), bool)
    out_width, out_height = width.copy(), height.copy()
    for place, property in enumerate(copies.properties):
        rows = copies.property == place
        found = placement(property, copies.values[rows], width[rows], height[rows])
        if found is not None:
            matrix[rows], out_width[rows], out_height[rows], moves[rows] = (*found, True)
    return Placement(matrix, out_width, out_height, moves)


def placement(
    property: str, values: NDArray[np.float64], width: NDArray[np.int32], height: NDArray[np.int32]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]] | None:
    """Matrices `(K, 2, 3)`, widths and heights of copies by `property`; None where it moves no pixel."""
    w, h = width.astype(np.float64), height.astype(np.float64)
    zero, one = np.zeros(len(w)), np.ones(len(w))
    match property:
        case "FLIP_IMAGE.FLIP_HORIZONTAL":
            return _stack(-one, zero, w, zero, one, zero), width, height
        case "FLIP_IMAGE.FLIP_VERTICAL":
            return _stack(one, zero, zero, zero, -one, h), width, height
        case "NINETY_ROTATION.CLOCKWISE":
            return _stack(zero, -one, h, one, zero, zero), height, width
        case "NINETY_ROTATION.COUNTER_CLOCKWISE":
            return _stack(zero, one, zero, -one, zero, w), height, width
        case "NINETY_ROTATION.UPSIDE_DOWN":
            return _stack(-one, zero, w, zero, -one, h), width, height
        case "IMAGE_ROTATION.PERCENTAGE_SCALE":
            # y grows downwards, so what looks counter-clockwise has the sine below the diagonal negative.
            angle = np.deg2rad(values[:, 0])
            cos, sin = np.cos(angle), np.sin(angle)
            return _about_centre(cos, sin, -sin, cos, w, h), width, height
        case "SHEAR.SHEAR_HORIZONTAL":
            return _about_centre(one, np.tan(np.deg2rad(values[:, 0])), zero, one, w, h), width, height
        case "SHEAR.SHEAR_VERTICAL":
            return _about_centre(one, zero, np.tan(np.deg2rad(values[:, 0])), one, w, h), width, height
        case _ if property == CROP:
            left, top, out_width, out_height = crop_window(values, width, height)
            return (
                _stack(one, zero, -left.astype(np.float64), zero, one, -top.astype(np.float64)),
                out_width,
                out_height,
            )
        case _:
            return None


def crop_window(
    values: NDArray[np.float64], width: NDArray[np.int32], height: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Left, top, width and height of what a crop leaves: the shape of the whole, of p percent less area."""
    side = np.sqrt(np.clip(1 - values[:, 0] / 100, 0, 1))
    out_width = np.maximum(1, np.floor(width * side + 0.5)).astype(np.int32)
    out_height = np.maximum(1, np.floor(height * side + 0.5)).astype(np.int32)
    left = np.minimum(np.floor(values[:, 1] * (width - out_width + 1)), width - out_width).astype(np.int32)
    top = np.minimum(np.floor(values[:, 2] * (height - out_height + 1)), height - out_height).astype(np.int32)
    return left, top, out_width, out_height


def _about_centre(
    xx: NDArray[np.float64],
    xy: NDArray[np.float64],
    yx: NDArray[np.float64],
    yy: NDArray[np.float64],
    width: NDArray[np.float64],
    height: NDArray[np.float64],
) -> NDArray[np.float64]:
    """The matrix that leaves the picture's centre where it is."""
    x, y = width / 2, height / 2
    return _stack(xx, xy, x - xx * x - xy * y, yx, yy, y - yx * x - yy * y)


def _stack(*entries: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array(entries).T.reshape(-1, 2, 3)
