"""What a picture's edge leaves of an outline: cut really, never bent along the edge.

Outlines are lists of rings or points, `(N, 2) float64` in pixels; the picture covers [0, width] x [0, height].
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from setwright.model.extras import needing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

Ring: TypeAlias = "NDArray[np.float64]"

_SLIVER = 1e-6
"""Square pixels: less is what rounding leaves between lines."""
_LOST = 1e-3
"""Square pixels: more than all slivers of an outline come to, and less than anybody sees."""
_BESIDE = 1e-9
"""Pixels: nearer to a line nobody can tell on which side a point is."""


def cut_polygon(rings: list[Ring], width: float, height: float) -> tuple[list[Ring], float]:
    """What is left of a polygon, as rings by the even-odd rule, and its share of the area.

    There may be several parts; where nothing is left, there are no rings. A polygon without an area has nothing that
    could be left.

    Raises:
        MissingExtraError: shapely is not installed.
    """
    with needing("images", "cut outlines"):
        import shapely

    whole = _region(rings)
    if not whole.area:
        return [], 0.0
    left = shapely.intersection(whole, shapely.box(0, 0, width, height))
    # In one order, with one start for each ring, so that releases of the library under it do not show.
    found = [
        np.asarray(ring.coords)[:-1]
        for polygon in _polygons(shapely.normalize(left))
        for ring in (polygon.exterior, *polygon.interiors)
    ]
    return found, float(left.area / whole.area)


def cut_line(points: Ring, width: float, height: float) -> tuple[list[Ring], float]:
    """The pieces of a line that are left, in its order, and their share of its length."""
    pieces: list[list[tuple[float, float]]] = []
    limits = ((0.0, width), (0.0, height))
    corners = [(float(x), float(y)) for x, y in points.tolist()]
    whole = left = 0.0
    for start, end in pairwise(corners):
        length = float(np.hypot(end[0] - start[0], end[1] - start[1]))
        whole += length
        span = _inside(start, end, limits)
        if span is None or not length:
            continue
        left += length * (span[1] - span[0])
        first, last = (_along(start, end, share) for share in span)
        if pieces and pieces[-1][-1] == first:
            pieces[-1].append(last)
        else:
            pieces.append([first, last])
    return [np.array(piece) for piece in pieces], left / whole if whole else 0.0


def _polygons(geometry: Any) -> Iterator[Any]:
    """The parts with an area; without the lines and points where it only touches the edge."""
    if geometry.geom_type == "Polygon":
        if geometry.area:
            yield geometry
    else:
        for part in getattr(geometry, "geoms", ()):
            yield from _polygons(part)


def _region(rings: list[Ring]) -> Any:
    """The area that `rings` enclose by the even-odd rule, whatever they cross."""
    import shapely

    polygons = [shapely.Polygon(ring) for ring in rings if len(ring) >= 3]
    if not all(polygon.is_valid for polygon in polygons):
        return _faces([ring for ring in rings if len(ring) >= 3])
    region: Any = polygons[0] if polygons else shapely.Polygon()
    for polygon in polygons[1:]:
        region = shapely.symmetric_difference(region, polygon)
    return region


def _faces(rings: list[Ring]) -> Any:
    """The same of rings that cross or touch themselves, of which the library would make what it likes.

    Their lines bound faces, and a face counts if a way out of it crosses the lines an odd number of times.
    """
    import shapely

    lines = [shapely.LinearRing(ring) for ring in rings]
    faces, turns = _bounded(shapely.union_all(lines), rings)
    # Of lines that are all but the same, it does not always find where they cross, and then faces are missing that they
    # bound: a ring has another area than the faces that it goes round. On a grid it finds them all.
    if np.abs(shapely.area(faces) @ turns - [_area(ring) for ring in rings]).max() > _LOST:
        faces, turns = _bounded(shapely.union_all(lines, grid_size=_BESIDE), rings)
    inside = faces[turns.sum(axis=1) % 2 == 1]
    if not len(inside):
        return shapely.Polygon()
    region = shapely.union_all(inside)
    # Of faces whose sides are all but the same, it loses one now and then; on a grid it does not.
    if abs(region.area - shapely.area(inside).sum()) > _SLIVER + region.area * 1e-9:
        region = shapely.union_all(inside, grid_size=_BESIDE)
    return region


def _bounded(lines: Any, rings: list[Ring]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The F faces that `lines` bound, and how many times each of the R rings goes round each of them: `(F, R)`."""
    import shapely

    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    turns = [_turns(rings, *_within(face).coords[0]) for face in faces]
    return faces, np.array(turns, np.int64).reshape(len(faces), len(rings))


def _area(ring: Ring) -> float:
    """What a ring encloses, as many times as it goes round it; below 0 where it goes the other way."""
    (x1, y1), (x2, y2) = (ring - ring[0]).T, np.roll(ring - ring[0], -1, axis=0).T
    return float((x1 * y2 - x2 * y1).sum() / 2)


def _within(face: Any) -> Any:
    """A point inside of `face`, off its lines."""
    import shapely

    found = shapely.point_on_surface(face)
    if face.area < _SLIVER or shapely.distance(face.boundary, found) > _BESIDE:
        return found
    # A ring that runs back along itself, but for how numbers are rounded, leaves a face with a spike of no width, and
    # a point of that is on the lines. Triangles between its corners have points that are not.
    triangles = shapely.get_parts(shapely.delaunay_triangles(face))
    points = [point for point in shapely.centroid(triangles) if shapely.contains(face, point)]
    return max(points, key=lambda point: float(shapely.distance(face.boundary, point)), default=found)


def _turns(rings: list[Ring], x: float, y: float) -> list[int]:
    """How many times each of the rings goes round a point."""
    found = []
    for ring in rings:
        (x1, y1), (x2, y2) = ring.T, np.roll(ring, -1, axis=0).T
        passes = (y1 > y) != (y2 > y)
        where = x1[passes] + (y - y1[passes]) * (x2 - x1)[passes] / (y2 - y1)[passes]
        upwards = (y2 > y1)[passes]
        found.append(int(np.where(upwards, 1, -1)[where > x].sum()))
    return found


def _inside(
    start: tuple[float, float], end: tuple[float, float], limits: tuple[tuple[float, float], ...]
) -> tuple[float, float] | None:
    """From where to where on the way from `start` to `end`, as shares of it, it is inside (Liang and Barsky)."""
    first, last = 0.0, 1.0
    for at, to, (low, high) in zip(start, end, limits, strict=True):
        step = to - at
        if not step:
            if not low <= at <= high:
                return None
            continue
        enters, leaves = sorted(((low - at) / step, (high - at) / step))
        first, last = max(first, enters), min(last, leaves)
    return (first, last) if first < last else None


def _along(start: tuple[float, float], end: tuple[float, float], share: float) -> tuple[float, float]:
    if share in (0.0, 1.0):
        return end if share else start
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])
