"""What each of the fifteen properties does to a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.augment.placement import crop_window, placement
from setwright.pixels.blur import blurred
from setwright.pixels.colour import brightened, noisy, saturated, turned
from setwright.pixels.warp import warp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray


def varied(picture: NDArray[Any], property: str, values: Sequence[float]) -> NDArray[Any]:
    """The copy of `picture` that a recipe makes: `(H, W)`, `(H, W, 3)` BGR or `(H, W, 4)`; uint8 or uint16.

    `values` are those of `augment.recipes`. Where nothing changes, the picture itself may be returned.
    """
    match property:
        case "FLIP_IMAGE.FLIP_HORIZONTAL":
            return cv2.flip(picture, 1)
        case "FLIP_IMAGE.FLIP_VERTICAL":
            return cv2.flip(picture, 0)
        case "NINETY_ROTATION.CLOCKWISE":
            return cv2.rotate(picture, cv2.ROTATE_90_CLOCKWISE)
        case "NINETY_ROTATION.COUNTER_CLOCKWISE":
            return cv2.rotate(picture, cv2.ROTATE_90_COUNTERCLOCKWISE)
        case "NINETY_ROTATION.UPSIDE_DOWN":
            return cv2.rotate(picture, cv2.ROTATE_180)
        case "IMAGE_ROTATION.PERCENTAGE_SCALE" | "SHEAR.SHEAR_HORIZONTAL" | "SHEAR.SHEAR_VERTICAL":
            return warp(picture, *_placed(picture, property, values))
        case "CROP.CROP_PERCENTAGE":
            left, top, width, height = (int(each[0]) for each in crop_window(*_columns(picture, values)))
            return picture[top : top + height, left : left + width]
        case "IMAGE_BLUR.BLUR":
            return blurred(picture, values[0])
        case "GRAYSCALE.GRAYSCALE_PERCENTAGE":
            return saturated(picture, 1 - values[0] / 100)
        case "SATURATION.SATURATION_DEGREES":
            return saturated(picture, 1 + values[0] / 100)
        case "HUE.HUE_DEGREES":
            return turned(picture, values[0])
        case "BRIGHTNESS.BRIGHTNESS_DEGREES":
            return brightened(picture, values[0])
        case "NOISE.NOISE_PERCENTAGE":
            return noisy(picture, values[0], int(values[1]))
        case _:
            raise ValueError(f"no picture is made by {property}")


def _placed(
    picture: NDArray[Any], property: str, values: Sequence[float]
) -> tuple[NDArray[np.float64], int, int]:
    found = placement(property, *_columns(picture, values))
    assert found is not None
    matrix, width, height = found
    return matrix[0], int(width[0]), int(height[0])


def _columns(
    picture: NDArray[Any], values: Sequence[float]
) -> tuple[NDArray[np.float64], NDArray[np.int32], NDArray[np.int32]]:
    height, width = picture.shape[:2]
    return np.array([values], np.float64), np.array([width], np.int32), np.array([height], np.int32)
