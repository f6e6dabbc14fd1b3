"""From outlines to pixels and back: which pixels rings cover.

A pixel is covered when its centre lies within by the even-odd rule; a centre on an edge counts on the left and the top
and not on the right and the bottom, so shapes that share an edge share no pixel. Only additions, multiplications and
divisions of doubles decide, one at a time, so every machine covers the same pixels.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.model.ranges import unrolled
from setwright.model.runs import Patch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from setwright.formats.rings import Ring


def fill(rings: Iterable[Ring], width: int, height: int) -> Patch:
    """What `rings` together cover of a picture of `width` × `height`; parts and holes alternate."""
    edges = [(*ring[place - 1], *point) for ring in rings for place, point in enumerate(ring)]
    told = np.array(edges, np.float64).reshape(-1, 4)
    _, row, column = crossings(told, np.full(len(told), width), np.full(len(told), height))
    if not len(row):
        return Patch(0, 0, np.zeros((0, 0), np.bool_))
    left, top = int(column.min()), int(row.min())
    grid = np.zeros((int(row.max()) - top + 1, int(column.max()) - left + 1), np.bool_)
    # Each crossing turns all pixels to its right over.
    np.logical_xor.at(grid, (row - top, column - left), True)
    return Patch(left, top, np.logical_xor.accumulate(grid, axis=1)[:, :-1])


def crossings(
    edges: NDArray[np.float64], width: NDArray[np.integer], height: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Where `edges` `(E, 4)`, from x and y to x and y, cross the rows of their pictures: edge, row and column.

    The column is the first whose centre is not left of the crossing, from 0 to the `width` `(E,)` of the picture.
    """
    x1, y1, x2, y2 = edges.T
    # Downwards, so that an edge is crossed at the same place from whichever side it is walked.
    turned = y1 > y2
    x1, x2 = np.where(turned, x2, x1), np.where(turned, x1, x2)
    y1, y2 = np.where(turned, y2, y1), np.where(turned, y1, y2)
    first = np.clip(np.ceil(y1 - 0.5), 0, height).astype(np.int64)
    count = np.clip(np.ceil(y2 - 0.5), 0, height).astype(np.int64) - first
    edge, row = unrolled(first, count)
    x = x1[edge] + (row + 0.5 - y1[edge]) * (x2 - x1)[edge] / (y2 - y1)[edge]
    return edge, row, np.clip(np.ceil(x - 0.5), 0, width[edge]).astype(np.int64)


def union(rings: Sequence[Ring], width: int, height: int) -> Patch:
    """What any of `rings` covers of a picture of `width` × `height`."""
    points, size = np.array([point for ring in rings for point in ring], np.float64), (width, height)
    left, top = np.clip(np.floor(points.min(axis=0)), 0, size).astype(int).tolist()
    right, bottom = np.clip(np.ceil(points.max(axis=0)), 0, size).astype(int).tolist()
    covered = np.zeros((bottom - top, right - left), np.bool_)
    # One at a time: very many that are large would not fit into memory together.
    for ring in rings:
        patch = fill([ring], width, height)
        rows, columns = patch.covered.shape
        y, x = max(patch.top - top, 0), max(patch.left - left, 0)
        covered[y : y + rows, x : x + columns] |= patch.covered
    return Patch(left, top, covered)


def overlap(rings: Sequence[Ring], width: int, height: int) -> bool:
    """Whether some pixel is covered by two of `rings`, so that they are not merely parts beside each other."""
    # What two rings cover is not covered by the even-odd rule.
    apart = sum(int(fill([ring], width, height).covered.sum()) for ring in rings)
    return apart != int(fill(rings, width, height).covered.sum())


def outlines_of_pixels(patch: Patch) -> tuple[Ring, ...]:
    """Rings along the edges of the covered pixels, which cover just these by the even-odd rule."""
    h, w = patch.covered.shape
    grid = np.zeros((h + 2, w + 2), np.bool_)
    grid[1:-1, 1:-1] = patch.covered
    # From each corner of the grid the next one, with what is covered to the right of the way.
    ways: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for beside, before, start, end in (
        (grid[:-1, 1:-1], grid[1:, 1:-1], (0, 0), (1, 0)),  # along the top
        (grid[1:, 1:-1], grid[:-1, 1:-1], (1, 0), (0, 0)),  # along the bottom, backwards
        (grid[1:-1, 1:], grid[1:-1, :-1], (0, 0), (0, 1)),  # down the right
        (grid[1:-1, :-1], grid[1:-1, 1:], (0, 1), (0, 0)),  # up the left
    ):
        for y, x in np.argwhere(before & ~beside).tolist():
            ways.setdefault((x + start[0], y + start[1]), []).append((x + end[0], y + end[1]))
    rings = []
    while ways:
        first = at = min(ways)
        ring: list[tuple[int, int]] = []
        while True:
            following = ways[at].pop(0)
            if not ways[at]:
                del ways[at]
            # A point between two others on one straight way is none.
            if len(ring) > 1 and (ring[-2][0] == ring[-1][0] == at[0] or ring[-2][1] == ring[-1][1] == at[1]):
                ring.pop()
            ring.append(at)
            at = following
            if at == first:
                break
        rings.append(tuple((float(x + patch.left), float(y + patch.top)) for x, y in ring))
    return tuple(rings)
