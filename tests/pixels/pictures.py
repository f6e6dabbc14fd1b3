"""Pictures made by arithmetic, and what every recipe makes of them. Run as a program it prints digests of that.

It needs NumPy, OpenCV and setwright's own code, so that other releases of the two can be asked, too.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

import cv2
import numpy as np

from setwright.augment.vocabulary import property_ids
from setwright.pixels.codec import encode
from setwright.pixels.kernels import varied

RECIPES: dict[str, tuple[float, ...]] = {
    "IMAGE_ROTATION.PERCENTAGE_SCALE": (17.3,),
    "IMAGE_BLUR.BLUR": (2.2,),
    "GRAYSCALE.GRAYSCALE_PERCENTAGE": (60.5,),
    "HUE.HUE_DEGREES": (31.0,),
    "SATURATION.SATURATION_DEGREES": (40.1,),
    "BRIGHTNESS.BRIGHTNESS_DEGREES": (-30.7,),
    "NOISE.NOISE_PERCENTAGE": (5.0, 99.0),
    "SHEAR.SHEAR_HORIZONTAL": (12.0,),
    "SHEAR.SHEAR_VERTICAL": (-12.0,),
    "CROP.CROP_PERCENTAGE": (30.0, 0.4, 0.6),
}


def noise(width: int, height: int, channels: int | None = 3, kind: type = np.uint8, seed: int = 0) -> Any:
    """A picture in which every pixel differs from its neighbours."""
    shape = (height, width) if channels is None else (height, width, channels)
    numbers = np.arange(int(np.prod(shape)), dtype=np.uint64) + np.uint64(seed << 20)
    numbers = numbers * np.uint64(0x9E3779B97F4A7C15)
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    return (numbers >> np.uint64(40)).astype(kind).reshape(shape)


def photo(width: int = 160, height: int = 120) -> Any:
    """A picture with soft colours of every kind, BGR."""
    return cv2.resize(noise(width // 8, height // 8, 3), (width, height), interpolation=cv2.INTER_LINEAR)


def digests() -> dict[str, str]:
    """The beginning of the SHA-256 of what each recipe makes of a photo and of noise, and of their encodings."""
    found = {}
    for property in property_ids():
        made = [varied(each, property, RECIPES.get(property, ())) for each in (photo(), noise(161, 97))]
        content = b"".join(np.ascontiguousarray(each).tobytes() for each in made)
        found[property] = hashlib.sha256(content).hexdigest()[:12]
    for media_type in ("image/png", "image/jpeg"):
        found[media_type] = hashlib.sha256(encode(photo(), media_type)).hexdigest()[:12]
    return found


if __name__ == "__main__":
    json.dump({"opencv": cv2.__version__, "digests": digests()}, sys.stdout)
