"""Objects as one outline each, in shares of the picture's size: the rows of YOLO's label files for segmentation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.raster import outlines_of_pixels
from setwright.formats.rings import is_flat, joined, opened
from setwright.formats.writing.losses import CUT, NO_AREA, OTHER_SIZE
from setwright.formats.writing.outlines import mask_runs, polygon_inside
from setwright.formats.writing.yolo_rows import DECIMALS
from setwright.model.frames import MASK, POLYGON, RECTANGLE
from setwright.model.runs import runs_cover

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator

    from setwright.formats.rings import Ring
    from setwright.model.frames import Annotations, Frames


def outline_rows(annotations: Annotations, frames: Frames, changes: Counter[str]) -> Iterator[bytes]:
    """Each frame's label file, frame by frame; counts in `changes` what became of objects."""
    bounds = np.searchsorted(annotations.frame, np.arange(len(frames) + 1)).tolist()
    sizes = zip(frames.width.tolist(), frames.height.tolist(), strict=True)
    for frame, (width, height) in enumerate(sizes):
        rows = []
        for row in range(bounds[frame], bounds[frame + 1]):
            outline = _outline(annotations, row, width, height, changes)
            if outline:
                numbers = " ".join(f"{x:.{DECIMALS}f} {y:.{DECIMALS}f}" for x, y in outline)
                rows.append(f"{annotations.label[row]} {numbers}\n")
        yield "".join(rows).encode()


def _outline(annotations: Annotations, row: int, width: int, height: int, changes: Counter[str]) -> Ring:
    """One outline of all that the annotation at `row` covers, from 0 to 1; empty if it is left out."""
    rings: tuple[Ring, ...] = ()
    cut = False
    match int(annotations.shape[row]):
        case code if code == RECTANGLE:
            left, top, right, bottom = annotations.box[row].tolist()
            inside = (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
            cut = inside != (left, top, right, bottom)
            rings = (_corners(*inside),) if inside[0] < inside[2] and inside[1] < inside[3] else ()
        case code if code == POLYGON:
            polygon = polygon_inside(annotations.outline[row], width, height)
            rings, cut = polygon.rings, polygon.cut
        case code if code == MASK:
            runs = mask_runs(annotations.outline[row])
            if (runs.width, runs.height) != (width, height):
                changes[OTHER_SIZE] += 1
                return ()
            rings = outlines_of_pixels(runs_cover(runs.counts, width, height))
        case _:
            return ()  # a line, or points, which `losses` counts
    told = (_rounded(ring, width, height) for ring in rings)
    kept = tuple(ring for ring in told if len(ring) > 2 and not is_flat(ring))
    if not kept:
        changes[NO_AREA] += 1
        return ()
    changes[CUT] += cut
    # Once more, for rings that touch are joined at one point.
    return _without_repeats(joined(kept))


def _corners(left: float, top: float, right: float, bottom: float) -> Ring:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def _rounded(ring: Ring, width: int, height: int) -> Ring:
    """`ring` in shares, as they are written. Adding nothing makes 0 of -0."""
    points = ((round(x / width, DECIMALS) + 0.0, round(y / height, DECIMALS) + 0.0) for x, y in ring)
    return opened(_without_repeats(tuple(points)))


def _without_repeats(ring: Ring) -> Ring:
    """`ring`, in which points that have become one are told once."""
    return tuple(point for place, point in enumerate(ring) if not place or point != ring[place - 1])
