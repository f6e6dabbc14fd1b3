"""What becomes of a frame's annotations in its varied copies: where they lie, what is cut, what is lost."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic_core import to_json

from setwright.augment.cutting import cut_line, cut_polygon
from setwright.augment.masks import moved, patch_of
from setwright.augment.placement import Placement, placements
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE, Annotations
from setwright.model.outline import parsed
from setwright.model.ranges import unrolled
from setwright.model.ring_points import DECIMALS, ring_points, rings_written
from setwright.model.runs import Patch, run_lengths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.augment.cutting import Ring
    from setwright.model.copies import Copies
    from setwright.model.frames import Frames, Texts
    from setwright.model.ring_points import RingPoints

_EACH = 300
"""What an object costs beside its outline, in characters of outlines, which take some 15 bytes each."""
_AT_ONCE = 20_000 * _EACH
"""What is worked on at a time: so many objects, or a few with outlines of thousands of points."""


@dataclass(frozen=True, slots=True, eq=False)
class Varied:
    """The annotations of copies: their column `frame` holds rows of the copies. `clipped` and `dropped` `(K,) int32`
    count for each copy the objects that its edge cuts, and those that it loses.
    """

    annotations: Annotations
    clipped: NDArray[np.int32]
    dropped: NDArray[np.int32]

    @property
    def kept(self) -> NDArray[np.int64]:
        """How many annotations each copy has."""
        return np.bincount(self.annotations.frame, minlength=len(self.clipped))


def vary(annotations: Annotations, frames: Frames, copies: Copies, *, outlines: bool = True) -> Varied:
    """The annotations of `copies`, of the frames `frames` with `annotations`.

    Boxes come to the hull of their four corners, polygons, lines and points are moved point by point, masks pixel by
    pixel; then the picture's edge cuts them. A line that is cut into pieces comes to several annotations. Without
    `outlines` only the boxes are right, which is all that counting takes.

    Raises:
        MissingExtraError: a polygon has to be cut and shapely is not installed.
    """
    parts = list(vary_in_parts(annotations, frames, copies, outlines=outlines))
    if not parts:
        none = np.zeros(0, np.int32)
        return Varied(annotations.take(np.zeros(0, np.int64)), none, none)
    return Varied(
        _joined([part.annotations for part in parts]),
        np.concatenate([part.clipped for part in parts]),
        np.concatenate([part.dropped for part in parts]),
    )


def vary_in_parts(
    annotations: Annotations, frames: Frames, copies: Copies, *, outlines: bool = True
) -> Iterator[Varied]:
    """The same, of so many copies at a time that memory stays small: of those that follow the ones given before.

    Without `outlines`, which is for counting, one that no edge cuts is still its source's.
    """
    bounds = np.searchsorted(annotations.frame, np.arange(len(frames) + 1))
    first = bounds[copies.source]
    counts = bounds[copies.source + 1] - first
    places = placements(copies, frames)
    costs = np.append(0, np.cumsum(_EACH + _lengths(annotations.outline)))[bounds]
    for rows in _chunks(np.diff(costs)[copies.source]):
        yield _Pairs(annotations, copies, places, rows, first[rows], counts[rows], outlines).varied()


def _lengths(outlines: Texts) -> NDArray[np.int64]:
    """How many characters each has. NumPy counts them by what they say, which takes three times as long."""
    found = np.empty(len(outlines), np.int64)
    for start in range(0, len(found), 10_000):
        some = slice(start, start + 10_000)
        found[some] = [*map(len, outlines[some].tolist())]
    return found


def _chunks(costs: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    """Rows of the copies, so many at a time as cost little together."""
    if not len(costs):
        return
    chunk = np.cumsum(costs + _EACH) // _AT_ONCE
    starts = np.flatnonzero(np.diff(chunk, prepend=-1))
    yield from np.split(np.arange(len(costs)), starts[1:])


class _Pairs:
    """Every object of the frames that some copies show, once for each copy: P pairs, in the copies' order."""

    def __init__(
        self,
        annotations: Annotations,
        copies: Copies,
        places: Placement,
        rows: NDArray[np.int64],
        first: NDArray[np.int64],
        counts: NDArray[np.int64],
        outlines: bool,
    ) -> None:
        self.rows = rows
        self.copies = copies
        self.annotations = annotations
        self.places = places
        self.outlines = outlines
        place, self.object = unrolled(first, counts)  # (P,), the latter rows of the annotations
        self.copy = rows[place]  # (P,)
        self.shape = annotations.shape[self.object]
        self.box = annotations.box[self.object]
        self.outline: Texts = annotations.outline[self.object]
        self.share = np.ones(len(self.copy))  # of the object, that is in the picture
        self.inside = np.ones(len(self.copy), bool)
        self.more: list[tuple[int, str, list[float]]] = []  # further pieces: the pair, its outline and box

    def varied(self) -> Varied:
        moves = self.places.moves[self.copy]
        self._boxes(np.flatnonzero(moves & (self.shape == RECTANGLE)))
        self._outlines(np.flatnonzero(moves & np.isin(self.shape, (POLYGON, LINE, POINTS))))
        self._masks(np.flatnonzero(moves & (self.shape == MASK)))
        sides = self.box[:, 2:] - self.box[:, :2]
        large = np.where(self.shape == LINE, sides.max(axis=1), sides.min(axis=1)) >= self.copies.min_size
        stays = (
            (self.share > 0) & (self.share >= self.copies.min_visibility) & (large | (self.shape == POINTS))
        )
        kept = self.inside | stays
        place = self.copy - self.rows[0]
        return Varied(
            self._taken(kept),
            np.bincount(place[kept & ~self.inside], minlength=len(self.rows)).astype(np.int32),
            np.bincount(place[~kept], minlength=len(self.rows)).astype(np.int32),
        )

    def _taken(self, kept: NDArray[np.bool_]) -> Annotations:
        pieces = [piece for piece in self.more if kept[piece[0]]]
        pair = np.concatenate([np.flatnonzero(kept), np.array([piece[0] for piece in pieces], np.int64)])
        box = np.concatenate([self.box[kept], np.array([piece[2] for piece in pieces]).reshape(-1, 4)])
        outline = np.concatenate([self.outline[kept], _texts([piece[1] for piece in pieces])])
        order = np.argsort(pair, kind="stable")
        objects = self.annotations.take(self.object[pair[order]])
        return Annotations(
            labels=objects.labels,
            operations=objects.operations,
            frame=self.copy[pair[order]].astype(np.int32),
            label=objects.label,
            shape=objects.shape,
            box=box[order],
            outline=outline[order],
            confidence=objects.confidence,
            operation=objects.operation,
            extra=objects.extra,
        )

    def _size(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Width and height of the pairs' copies, `(N, 2)`."""
        copy = self.copy[pairs]
        return np.stack([self.places.width[copy], self.places.height[copy]], axis=1).astype(np.float64)

    def _settle(self, pairs: NDArray[np.int64], hulls: NDArray[np.float64]) -> NDArray[np.float64]:
        """Take the hulls, cut by the edges, as the boxes; note who is inside. Gives the cut ones, `(N, 4)`."""
        size = self._size(pairs)
        cut = np.clip(hulls, 0, np.concatenate([size, size], axis=1))
        self.box[pairs] = cut
        self.inside[pairs] = (cut == hulls).all(axis=1)
        return cut

    def _boxes(self, pairs: NDArray[np.int64]) -> None:
        left, top, right, bottom = self.annotations.box[self.object[pairs]].T
        corners = np.stack([left, top, right, top, left, bottom, right, bottom], axis=1).reshape(-1, 4, 2)
        points = _mapped(corners, self.places.matrix[self.copy[pairs]][:, None])
        hulls = np.concatenate([points.min(axis=1), points.max(axis=1)], axis=1)
        cut = self._settle(pairs, hulls)
        whole, seen = (np.prod(each[:, 2:] - each[:, :2], axis=1) for each in (hulls, cut))
        self.share[pairs] = np.divide(seen, whole, out=np.zeros(len(pairs)), where=whole > 0)

    def _outlines(self, pairs: NDArray[np.int64]) -> None:
        if not len(pairs):
            return
        used, place = np.unique(self.object[pairs], return_inverse=True)
        source = _rings(self.annotations.outline[used], self.annotations.shape[used])
        points_of, rings_of = source.bounds()
        counts = np.diff(points_of)[place]
        of, rows = unrolled(points_of[place], counts)
        points = _mapped(source.points[rows], self.places.matrix[self.copy[pairs]][of])
        begins = np.cumsum(counts) - counts
        hulls = np.concatenate(
            [np.minimum.reduceat(points, begins), np.maximum.reduceat(points, begins)], axis=1
        )
        self._settle(pairs, hulls)
        inside = self.inside[pairs]
        size = self._size(pairs)
        for number in np.flatnonzero(~inside).tolist():
            rings = source.length[rings_of[place[number]] : rings_of[place[number] + 1]]
            own = points[begins[number] : begins[number] + counts[number]]
            self._cut(pairs[number], np.split(own, np.cumsum(rings)[:-1]), *size[number].tolist())
        if self.outlines:
            rings = np.diff(rings_of)[place[inside]]
            _, ring = unrolled(rings_of[place[inside]], rings)
            self._write(pairs[inside], rings_written(points[inside[of]], source.length[ring], rings))

    def _write(self, pairs: NDArray[np.int64], outlines: list[str]) -> None:
        """Take these, all written as polygons, as the outlines of the pairs."""
        found = zip(outlines, self.shape[pairs].tolist(), strict=True)
        self.outline[pairs] = _texts([text if shape == POLYGON else text[1:-1] for text, shape in found])

    def _cut(self, pair: int, rings: list[Ring], width: float, height: float) -> None:
        """Cut a pair's outline by the edges."""
        shape = self.shape[pair]
        if shape == POLYGON:
            left, self.share[pair] = cut_polygon(rings, width, height)
            pieces = [_rounded(left)] if left else []
        elif shape == LINE:
            left, self.share[pair] = cut_line(rings[0], width, height)
            pieces = [_rounded([line]) for line in left if np.ptp(line, axis=0).max() >= self.copies.min_size]
        else:
            (points,) = rings
            seen = points[((points >= 0) & (points <= (width, height))).all(axis=1)]
            self.share[pair] = len(seen) / len(points)
            pieces = [[seen]] if len(seen) else []
        if not pieces:
            self.share[pair] = 0
            return
        self.box[pair] = _hull(pieces[0])
        self.outline[pair] = _written(pieces[0], shape)
        self.more += [(pair, _written(piece, shape), _hull(piece)) for piece in pieces[1:]]

    def _masks(self, pairs: NDArray[np.int64]) -> None:
        for pair in pairs.tolist():
            mask = _decoded(str(self.annotations.outline[self.object[pair]]))
            if mask is None:
                self.share[pair], self.inside[pair] = 0, False
                continue
            copy = self.copy[pair]
            width, height = int(self.places.width[copy]), int(self.places.height[copy])
            matrix = self.places.matrix[copy]
            left, top, right, bottom = mask.box
            corners = _mapped(
                np.array([[left, top], [right, top], [left, bottom], [right, bottom]]), matrix[None]
            )
            there = moved(mask, matrix, corners, width, height)
            if there is None:
                self.share[pair], self.inside[pair] = 0, False
                continue
            self.inside[pair] = bool(((corners >= 0) & (corners <= (width, height))).all())
            # The maps keep areas, so what is missing is outside, but for a pixel here and there.
            share = np.count_nonzero(there.covered) / np.count_nonzero(mask.covered)
            self.share[pair] = 1.0 if self.inside[pair] else min(1.0, share)
            self.box[pair] = there.box
            if self.outlines:
                self.outline[pair] = json.dumps(
                    {"counts": run_lengths(there, width, height), "size": [height, width]},
                    separators=(",", ":"),
                )


def _mapped(points: NDArray[np.float64], matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """`points` `(…, 2)` by `matrix` `(…, 2, 3)`, rounded; never −0."""
    x, y = points[..., 0], points[..., 1]
    found = np.stack([m[..., 0] * x + m[..., 1] * y + m[..., 2] for m in np.moveaxis(matrix, -2, 0)], axis=-1)
    return np.asarray(np.round(found, DECIMALS) + 0.0)


def _rounded(rings: list[Ring]) -> list[Ring]:
    return [np.round(ring, DECIMALS) + 0.0 for ring in rings]


def _hull(rings: list[Ring]) -> list[float]:
    points = np.concatenate(rings)
    return [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()]


def _rings(outlines: Texts, shape: NDArray[np.int8]) -> RingPoints:
    """The rings of polygons, lines and points, of which the latter two are one ring."""
    polygon = (shape == POLYGON).tolist()
    found = zip(outlines.tolist(), polygon, strict=True)
    return ring_points([text if several else f"[{text}]" for text, several in found])


def _written(rings: list[Ring], shape: int) -> str:
    """`rings` as the column `outline` holds them: 3 for 3.0, as annotations are stored."""
    lists = [ring.tolist() for ring in rings]
    text = to_json(lists if shape == POLYGON else lists[0]).decode()
    return text.replace(".0,", ",").replace(".0]", "]")


def _decoded(outline: str) -> Patch | None:
    found = parsed(outline)
    return patch_of(found["counts"], found["size"][0])


def _texts(values: list[str]) -> Texts:
    return np.array(values, dtype=np.dtypes.StringDType())


def _joined(parts: list[Annotations]) -> Annotations:
    columns = ("frame", "label", "shape", "box", "outline", "confidence", "operation", "extra")
    return Annotations(
        labels=parts[0].labels,
        operations=parts[0].operations,
        **{column: np.concatenate([getattr(part, column) for part in parts]) for column in columns},
    )
