"""Objects painted on one canvas: the mask of a picture, and which objects no longer show.

Larger objects first, of equal ones the earlier, so later and smaller ones lie on top. Which pixels an object covers is
told in `raster`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.formats.raster import crossings
from setwright.model.frames import MASK, POLYGON, RECTANGLE
from setwright.model.outline import parsed
from setwright.model.ranges import unrolled
from setwright.model.ring_points import ring_points
from setwright.model.runs import runs_cover

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Annotations


@dataclass(frozen=True, slots=True, eq=False)
class Painted:
    """What some canvases hold, row by row, each row a zero and then the values of its pixels, 0 where no object is.

    From place `start` `(R,) int32` of its canvas on, up to the next one, the value is `value` `(R,) int32`; those of
    canvas `c` are at `bounds[c]:bounds[c + 1]`. Of the objects that may be painted, `nowhere` cover no pixel,
    `other_size` are masks of another size than the picture, and `hidden` have no pixel of their value left, since
    others lie over them.
    """

    start: NDArray[np.int32]
    value: NDArray[np.int32]
    bounds: NDArray[np.int64]
    nowhere: int
    other_size: int
    hidden: int


def paint(annotations: Annotations, width: NDArray[np.int32], height: NDArray[np.int32]) -> Painted:
    """The annotations, each as its label plus 1, on canvases of `width` and `height`; `frame` says which is whose.

    No pixel is touched. The spans of all objects divide the canvases into pieces; the last object over a piece has
    it. So the work grows with the outlines and not with the pictures. Several pictures at once, since most of the time
    for one would go into calling NumPy.
    """
    spans, other_size = _spans(annotations, width, height)
    objects = len(annotations)
    upto = np.append(0, np.cumsum(spans.right - spans.left))
    areas = np.diff(upto[np.searchsorted(spans.object, np.arange(objects + 1))])
    rank = np.empty(objects, np.int64)
    rank[np.argsort(-areas, kind="stable")] = np.arange(objects)
    order = np.argsort(rank[spans.object], kind="stable")
    # The canvases lie one after the other.
    size = height.astype(np.int64) * (width + 1)
    canvas = np.cumsum(size) - size
    object = spans.object[order]
    frame = annotations.frame[object]
    begin = canvas[frame] + spans.row[order] * (width[frame] + 1) + 1 + spans.left[order]
    end = begin + (spans.right - spans.left)[order]
    total = int(size.sum())
    ends = _short(np.concatenate([canvas, begin, end]), total + 1)
    canvas, begin, end = np.split(ends, [len(canvas), len(canvas) + len(begin)])
    places = np.sort(ends, kind="stable")
    places = places[np.concatenate([[True], places[1:] != places[:-1]])]
    # An object may end where the last canvas does. No run begins there.
    places = places[: np.searchsorted(places, total)]
    first = np.searchsorted(places, begin)
    span, piece = unrolled(first, np.searchsorted(places, end) - first)
    owner = object[span]
    meant = annotations.label[owner].astype(np.int32) + np.int32(1)
    value = np.zeros(len(places), np.int32)
    # Where a piece stands several times, its last value stays.
    value[piece] = meant
    shows = np.zeros(objects, np.bool_)
    shows[owner[value[piece] == meant]] = True
    changes = np.concatenate([[True], value[1:] != value[:-1]])
    changes[np.searchsorted(places, canvas)] = True
    start, value = places[changes], value[changes]
    bounds = np.append(np.searchsorted(start, canvas), len(start))
    shapes = annotations.shape
    paintable = int(((shapes == RECTANGLE) | (shapes == POLYGON) | (shapes == MASK)).sum())
    covering = int((areas > 0).sum())
    return Painted(
        start=(start - np.repeat(canvas, np.diff(bounds))).astype(np.int32),
        value=value,
        bounds=bounds,
        nowhere=paintable - other_size - covering,
        other_size=other_size,
        hidden=covering - int(shows.sum()),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Spans:
    """Pixels from `left` up to `right` of a row, for objects by their place; sorted by object, row and column."""

    object: NDArray[np.int64]
    row: NDArray[np.int64]
    left: NDArray[np.int64]
    right: NDArray[np.int64]


def _spans(
    annotations: Annotations, width: NDArray[np.int32], height: NDArray[np.int32]
) -> tuple[_Spans, int]:
    """What the annotations cover, and how many of them are masks of another size."""
    edges, owner = _edges(annotations)
    frame = annotations.frame[owner]
    edge, row, column = crossings(edges, width[frame], height[frame])
    # One number for each crossing, so that one sort of plain numbers puts them in order.
    rows, columns = int(height.max(initial=1)), int(width.max(initial=1)) + 1
    keys = [(owner[edge] * rows + row) * columns + column]
    other_size = 0
    for place in np.flatnonzero(annotations.shape == MASK).tolist():
        frame = annotations.frame[place]
        w, h = int(width[frame]), int(height[frame])
        value = parsed(annotations.outline[place])
        if value["size"] != [h, w]:
            other_size += 1
            continue
        covered = runs_cover(value["counts"], w, h).covered
        y, x = np.nonzero(np.diff(covered.astype(np.int8), prepend=0, append=0))
        keys.append((place * rows + y) * columns + x)
    # By the even-odd rule a row of an object is entered and left in turn.
    found = np.sort(_short(np.concatenate(keys), len(annotations) * rows * columns), kind="stable")
    where = found // columns
    column = found - where * columns
    where = where[::2]
    object = where // rows
    parts = (object, where - object * rows, column[::2], column[1::2])
    return _Spans(*(each.astype(np.int64) for each in parts)), other_size


def _short(numbers: NDArray[np.int64], end: int) -> NDArray[Any]:
    """Numbers from 0 to before `end`, of 32 bits where they fit: those are sorted in half the time."""
    return numbers.astype(np.uint32) if end <= 1 << 32 else numbers


def _edges(annotations: Annotations) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """The edges of rectangles and polygons, from x and y to x and y, and the place of the object of each."""
    boxes = np.flatnonzero(annotations.shape == RECTANGLE)
    left, top, right, bottom = annotations.box[boxes].T
    # The edges at the top and the bottom cross no row.
    sides = np.stack([left, top, left, bottom, right, top, right, bottom], axis=1).reshape(-1, 4)
    polygons = np.flatnonzero(annotations.shape == POLYGON)
    rings = ring_points(annotations.outline[polygons].tolist())
    points, length = rings.points, rings.length
    before = np.arange(len(points)) - 1
    first = np.cumsum(length) - length
    before[first[length > 0]] = (first + length - 1)[length > 0]
    outlined = np.concatenate([points[before], points], axis=1)
    owner = np.repeat(polygons[rings.outline], length)
    return np.concatenate([sides, outlined]), np.concatenate([np.repeat(boxes, 2), owner])
