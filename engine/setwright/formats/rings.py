"""Rings of points: what of them lies in a picture, and how much they hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Point: TypeAlias = tuple[float, float]
Ring: TypeAlias = tuple[Point, ...]
"""A closed outline; the first point is not repeated at the end."""


def clip(ring: Ring, width: float, height: float) -> Ring:
    """`ring` cut at the four edges of a picture, one after the other (Sutherland and Hodgman, 1974); may be empty.

    A ring that leaves the picture and comes back stays one ring, joined along the edge, which adds no area.
    """
    for axis, bound, sign in (
        (0, 0.0, 1.0),
        (0, float(width), -1.0),
        (1, 0.0, 1.0),
        (1, float(height), -1.0),
    ):
        inside = [(point[axis] - bound) * sign >= 0 for point in ring]
        if all(inside):
            continue
        kept: list[Point] = []
        for index, point in enumerate(ring):
            before = ring[index - 1]
            if inside[index] != inside[index - 1]:
                share = (bound - before[axis]) / (point[axis] - before[axis])
                other = before[1 - axis] + share * (point[1 - axis] - before[1 - axis])
                kept.append((bound, other) if axis == 0 else (other, bound))
            if inside[index]:
                kept.append(point)
        ring = tuple(kept)
        if not ring:
            break
    return opened(ring)  # an edge may meet it in its first point


def opened(ring: Ring) -> Ring:
    """`ring` without last points that only repeat the first."""
    while len(ring) > 1 and ring[0] == ring[-1]:
        ring = ring[:-1]
    return ring


def is_flat(ring: Ring) -> bool:
    """Whether all points lie on one line."""
    (x0, y0), *others = ring
    far = max(others, key=lambda point: abs(point[0] - x0) + abs(point[1] - y0), default=(x0, y0))
    dx, dy = far[0] - x0, far[1] - y0
    return all(dx * (y - y0) == dy * (x - x0) for x, y in others)


def area(ring: Sequence[Sequence[float]]) -> float:
    """The area within a ring that does not cross itself, in square pixels."""
    # About the first point, lest large coordinates cost digits.
    x0, y0 = ring[0]
    doubled = 0.0
    x1 = y1 = 0.0
    for x, y in ring[1:]:
        x2, y2 = x - x0, y - y0
        doubled += x1 * y2 - x2 * y1
        x1, y1 = x2, y2
    return abs(doubled) / 2


def joined(rings: Sequence[Ring]) -> Ring:
    """One ring that holds what `rings` hold by the even-odd rule: parts and holes, joined by lines without width.

    Each further ring is reached from the nearest point so far and left by the same way, which therefore counts twice,
    and so not at all.
    """
    whole, *others = rings
    for ring in others:
        here, there = _nearest(whole, ring)
        whole = (*whole[: here + 1], *ring[there:], *ring[: there + 1], *whole[here:])
    return whole


def _nearest(one: Ring, other: Ring) -> tuple[int, int]:
    """The places of two points, one of each ring, that are nearest to each other; of equals the first."""
    import numpy as np

    from_, to = np.array(one)[:, None], np.array(other)[None]
    here, there = divmod(int(np.argmin(((from_ - to) ** 2).sum(axis=2))), len(other))
    return here, there


def hull(rings: Iterable[Sequence[Point]]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of all points.

    Raises:
        ValueError: there is no point.
    """
    points = [point for ring in rings for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys))
