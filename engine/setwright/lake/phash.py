"""The perceptual hash of a picture: 64 bits that change little when a picture is scaled, recompressed or brightened.

It is the classic one of the discrete cosine transform, made of whole numbers only, so that equal pixels give equal
bits on any machine:

1. grey, 8 bits: ITU-R 601 luma as Pillow rounds it, without transparency; more than 8 bits are first stretched from
   the smallest to the largest value;
2. the mean of each of 32 x 32 cells of equal size, pixels on an edge shared by area, in 1/256 of a grey level;
3. the cosine transform, its 8 x 8 slowest waves, row by row;
4. a bit for each, the first one highest: whether it is above the median of all but the first, which is the mean
   brightness and always gives 0.

NOTHING stands for a picture without structure, whose bits would be noise. See C. Zauner, "Implementation and
Benchmarking of Perceptual Image Hash Functions" (2010), section 3.2.1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

NOTHING = 0
"""The hash of a picture that shows nothing; it is like no other picture."""

_CELLS = 32
_WAVES = 8
_LEVEL = 256
_FLAT = 2 * _LEVEL
"""Cells that differ by less than this, two grey levels, show nothing."""

# Rounded to whole numbers, because the cosines of two machines may differ in the last bit.
_COSINES = np.rint(
    4096 * np.cos(np.pi * np.arange(_WAVES)[:, None] * (2 * np.arange(_CELLS)[None] + 1) / (2 * _CELLS))
).astype(np.int64)


def perceptual_hash(image: Image.Image) -> int:
    """The hash of an upright picture that is loaded, 0 to 2**64 - 1."""
    return hash_of_grey(_grey(image))


def hash_of_grey(grey: NDArray[np.uint8]) -> int:
    """The hash of grey pixels `(H, W) uint8`."""
    cells = _cells(_cells(grey).T).T * _LEVEL // grey.size
    if int(cells.max() - cells.min()) < _FLAT:
        return NOTHING
    waves = (_COSINES @ cells @ _COSINES.T).ravel()
    median = np.sort(waves[1:])[(len(waves) - 1) // 2]
    bits = waves > median
    bits[0] = False
    return int.from_bytes(np.packbits(bits).tobytes(), "big")


def _cells(pixels: NDArray[Any]) -> NDArray[np.int64]:
    """`(H, W)` to `(32, W)`: for each of 32 bands of equal height the sum of its pixels, times 32.

    Times 32, because then a pixel that lies in two bands is divided between them in whole numbers.
    """
    height = len(pixels)
    whole, share = np.divmod(np.arange(_CELLS + 1) * height, _CELLS)
    # What lies above each edge: all rows before it, and of the row that it cuts its share.
    bands = [pixels[start:end].sum(axis=0, dtype=np.int64) for start, end in pairwise(whole.tolist())]
    above = np.cumsum([np.zeros_like(bands[0]), *bands], axis=0)
    cut = pixels[np.minimum(whole, height - 1)].astype(np.int64) * share[:, None]
    return np.diff(above * _CELLS + cut, axis=0)


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode == "F" or image.mode.startswith("I"):
        values = np.nan_to_num(np.asarray(image).astype(np.float64), posinf=0.0, neginf=0.0)
        low, high = values.min(), values.max()
        if not high > low:
            return np.zeros(values.shape, np.uint8)
        stretched: NDArray[np.uint8] = np.floor((values - low) / (high - low) * 255).astype(np.uint8)
        return stretched
    match image.mode:
        case "L":
            luma = image
        case "LAB":  # which Pillow does not convert
            luma = image.getchannel("L")
        case _:
            luma = image.convert("RGB").convert("L")
    return np.asarray(luma, np.uint8)
