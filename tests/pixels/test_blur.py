"""A blur adds up the weights that OpenCV has for 8 bits: bit by bit what it makes, and what whole numbers make."""

from __future__ import annotations

import math

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.pixels.blur import blurred, weights
from tests.pixels.pictures import noise

radii = st.floats(0.05, 16).map(lambda radius: round(radius, 4))
sides = st.integers(1, 90)
channels = st.sampled_from([None, 3, 4])


def side_of(radius: float) -> int:
    return 2 * math.ceil(4 * radius) + 1


def summed(picture: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    """`picture` weighed by `kernel` both ways in whole numbers, mirrored past the edge; halves are rounded upwards."""
    half = len(kernel) // 2
    total = picture.astype(np.int64)
    for axis in (0, 1):
        rim = [(half, half) if each == axis else (0, 0) for each in range(picture.ndim)]
        wide = np.pad(total, rim, "reflect")
        count = picture.shape[axis]
        total = sum(
            weight * wide.take(range(place, place + count), axis)
            for place, weight in enumerate(kernel.tolist())
        )
    return np.asarray((total + (1 << 15) >> 16).astype(np.uint8))


@settings(max_examples=300)
@given(radii, sides, sides, channels, st.booleans())
def test_a_blur_is_that_of_opencv_bit_by_bit(
    radius: float, width: int, height: int, channels: int | None, hard: bool
) -> None:
    picture = noise(width, height, channels)
    if hard:  # black and white alone, so that sums come to the least and the most
        picture = (picture >> 7) * np.uint8(255)
    expected = cv2.GaussianBlur(
        picture, (side_of(radius),) * 2, radius, borderType=cv2.BORDER_REFLECT_101
    ).reshape(picture.shape)
    assert (blurred(picture, radius).reshape(picture.shape) == expected).all()


@settings(max_examples=60)
@given(radii, sides, sides, channels)
def test_a_blur_is_a_sum_of_whole_numbers(
    radius: float, width: int, height: int, channels: int | None
) -> None:
    picture = noise(width, height, channels)
    expected = summed(picture, weights(side_of(radius), radius))
    assert (blurred(picture, radius).reshape(picture.shape) == expected).all()


def test_a_sum_that_is_a_half_is_rounded_upwards_whatever_is_before_the_point() -> None:
    """As in sums of whole numbers; to the even one of two, as floats are rounded, would differ in every other."""
    kernel = weights(side_of(5), 5)
    # Rows all the same, and a step of 128 in each: wherever the weights on one side of it come to an odd number.
    for low in range(0, 128, 3):
        row = np.repeat(np.array([low, low + 128], np.uint8), 60)
        picture = np.tile(row, (3, 1))
        assert (blurred(picture, 5) == summed(picture, kernel)).all()


@given(radii)
def test_weights_are_symmetric_and_come_to_the_whole(radius: float) -> None:
    found = weights(side_of(radius), radius)
    assert len(found) == side_of(radius)
    assert found.sum() == 256 and found.min() >= 0
    assert (found == found[::-1]).all()


def test_of_16_bits_the_blur_is_opencv_s_own() -> None:
    picture = noise(40, 30, 3, np.uint16)
    expected = cv2.GaussianBlur(picture, (33, 33), 4, borderType=cv2.BORDER_REFLECT_101)
    assert (blurred(picture, 4) == expected).all()
