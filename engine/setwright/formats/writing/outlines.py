"""The outline of an annotation as values: rings inside their picture, and masks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.raster import overlap
from setwright.formats.rings import Ring, clip, hull, is_flat, opened
from setwright.model.frames import POLYGON
from setwright.model.outline import parsed

if TYPE_CHECKING:
    from setwright.model.frames import Annotations

PARTS_MEET = "]],[["
"""A polygon's outline is `[[[x,y],…],…]` in canonical JSON; so, and only so, do two of its rings meet."""

_AT_ONCE = 4096
"""Outlines taken out of their column together: all of them would take its room twice more."""


def several_rings(annotations: Annotations) -> list[str]:
    """The outlines of those polygons that have more than one ring."""
    polygons = np.flatnonzero(annotations.shape == POLYGON)
    return [
        outline
        for begin in range(0, len(polygons), _AT_ONCE)
        for outline in annotations.outline[polygons[begin : begin + _AT_ONCE]].tolist()
        if PARTS_MEET in outline
    ]


def holed(annotations: Annotations) -> int:
    """How many polygons have rings that cover a pixel twice: a hole, or parts one over the other."""
    count = 0
    for outline in several_rings(annotations):
        rings = _rings(outline)
        _, _, right, bottom = hull(rings)
        count += overlap(rings, max(math.ceil(right), 0), max(math.ceil(bottom), 0))
    return count


@dataclass(frozen=True, slots=True)
class Inside:
    """The part of a polygon that lies in its picture: its rings that are not flat, maybe none; whether it was cut."""

    rings: tuple[Ring, ...]
    cut: bool


def polygon_inside(outline: str, width: int, height: int) -> Inside:
    """What of the polygon `outline` lies in a picture of `width` × `height`."""
    rings = _rings(outline)
    if not rings:
        return Inside((), False)
    left, top, right, bottom = hull(rings)
    cut = left < 0 or top < 0 or right > width or bottom > height
    if cut:
        rings = tuple(clip(ring, width, height) for ring in rings)
    rings = tuple(opened(ring) for ring in rings if ring)
    return Inside(tuple(ring for ring in rings if len(ring) > 2 and not is_flat(ring)), cut)


@dataclass(frozen=True, slots=True)
class Runs:
    """A mask: COCO's run lengths, column by column, of a picture of `width` × `height`."""

    width: int
    height: int
    counts: tuple[int, ...]


def mask_runs(outline: str) -> Runs:
    """The mask that `outline` tells."""
    value = parsed(outline)
    height, width = value["size"]
    return Runs(width, height, tuple(value["counts"]))


def _rings(outline: str) -> tuple[Ring, ...]:
    return tuple(tuple((x, y) for x, y in ring) for ring in parsed(outline) if ring)
