"""Frames with objects, and copies of them with given recipes, for tests of geometry."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from setwright.augment.recipes import ALGORITHM
from setwright.model.canonical import canonical_json
from setwright.model.copies import Copies
from setwright.model.frames import (
    LINE,
    MASK,
    POINTS,
    POLYGON,
    RECTANGLE,
    Annotations,
    Frames,
    digests,
    texts,
)

FLIP_H, FLIP_V = "FLIP_IMAGE.FLIP_HORIZONTAL", "FLIP_IMAGE.FLIP_VERTICAL"
CLOCKWISE, COUNTER_CLOCKWISE = "NINETY_ROTATION.CLOCKWISE", "NINETY_ROTATION.COUNTER_CLOCKWISE"
UPSIDE_DOWN = "NINETY_ROTATION.UPSIDE_DOWN"
ROTATE = "IMAGE_ROTATION.PERCENTAGE_SCALE"
SHEAR_H, SHEAR_V = "SHEAR.SHEAR_HORIZONTAL", "SHEAR.SHEAR_VERTICAL"
CROP = "CROP.CROP_PERCENTAGE"
BLUR, NOISE, HUE = "IMAGE_BLUR.BLUR", "NOISE.NOISE_PERCENTAGE", "HUE.HUE_DEGREES"
GRAYSCALE, SATURATION = "GRAYSCALE.GRAYSCALE_PERCENTAGE", "SATURATION.SATURATION_DEGREES"
BRIGHTNESS = "BRIGHTNESS.BRIGHTNESS_DEGREES"

SHAPES = {"polygon": POLYGON, "line": LINE, "points": POINTS, "mask": MASK}


@dataclass(frozen=True)
class Thing:
    """An object: a rectangle as left, top, right, bottom, or an outline as the column `outline` holds it."""

    kind: str
    outline: Any


def box(left: float, top: float, right: float, bottom: float) -> Thing:
    return Thing("rectangle", (left, top, right, bottom))


def polygon(*rings: Sequence[Sequence[float]]) -> Thing:
    return Thing("polygon", [[list(point) for point in ring] for ring in rings])


def line(*points: Sequence[float]) -> Thing:
    return Thing("line", [list(point) for point in points])


def points(*points: Sequence[float]) -> Thing:
    return Thing("points", [list(point) for point in points])


def frames(*sizes: tuple[int, int]) -> Frames:
    """Frames of these widths and heights, called a, b, c…"""
    count = len(sizes)
    names = [chr(97 + place) for place in range(count)]
    return Frames(
        number=np.arange(count),
        name=texts(f"cells_{name}.png" for name in names),
        file_name=texts(f"{name}.png" for name in names),
        collection=texts(["cells"] * count),
        digest=digests(hashlib.sha256(name.encode()).hexdigest() for name in names),
        width=np.array([width for width, _ in sizes], np.int32),
        height=np.array([height for _, height in sizes], np.int32),
        size=np.full(count, 900),
        media_type=texts(["image/png"] * count),
        group=texts([""] * count),
        phash=np.zeros(count, np.uint64),
    )


def objects_in(things: Sequence[tuple[int, Thing]]) -> Annotations:
    """The things, each with the row of its frame, in that order."""
    count = len(things)
    hulls = []
    for _, thing in things:
        if thing.kind == "rectangle":
            hulls.append(thing.outline)
        elif thing.kind == "mask":
            hulls.append((0, 0, 1, 1))
        else:
            rings = thing.outline if thing.kind == "polygon" else [thing.outline]
            flat = np.array([point for ring in rings for point in ring], float)
            hulls.append((*flat.min(axis=0), *flat.max(axis=0)))
    return Annotations(
        labels=("cell",),
        operations=("people",),
        frame=np.array([row for row, _ in things], np.int32),
        label=np.zeros(count, np.int32),
        shape=np.array([SHAPES.get(thing.kind, RECTANGLE) for _, thing in things], np.int8),
        box=np.array(hulls, np.float64).reshape(-1, 4),
        outline=texts(
            "" if thing.kind == "rectangle" else canonical_json(thing.outline) for _, thing in things
        ),
        confidence=np.full(count, np.nan),
        operation=np.zeros(count, np.int32),
        extra=texts([""] * count),
    )


def copies(
    *recipes: tuple[int, str, Sequence[float]], min_visibility: float = 0.1, min_size: float = 2
) -> Copies:
    """A copy for each recipe: the row of its source, the property, the values; in the order of the sources."""
    count = len(recipes)
    properties = tuple(sorted({property for _, property, _ in recipes}))
    values = np.zeros((count, 3))
    for place, (_, _, own) in enumerate(recipes):
        values[place, : len(own)] = own
    return Copies(
        algorithm=ALGORITHM,
        properties=properties,
        min_visibility=min_visibility,
        min_size=min_size,
        source=np.array([source for source, _, _ in recipes], np.int32),
        property=np.array([properties.index(property) for _, property, _ in recipes], np.int16),
        number=np.arange(1, count + 1, dtype=np.int32),
        values=values,
        clipped=np.zeros(count, np.int32),
        dropped=np.zeros(count, np.int32),
        row=np.full(count, -1, np.int32),
    )
