"""Bring annotations and their picture together: one upright pixel space, and nothing outside the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, TypeAlias, assert_never

from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import (
    Edges,
    Line,
    Mask,
    Point,
    Points,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    Rectangle,
    Ring,
    Shape,
)
from setwright.formats.rings import clip, hull, is_flat, opened
from setwright.model.canonical import canonical_json
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SLACK = 1e-3
"""Pixels that an edge may reach outside without being worth a word: what rounding of fractions makes."""

_FEW = 50
"""Of so many parts it is quicker to look whether any two may meet than to paint them."""
_TAKEN = (ProblemKind.CLIPPED, ProblemKind.OVERLAPPING)

Fitted: TypeAlias = "FittedAnnotation | Problem"


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedAnnotation:
    """An annotation in the words of `model.frames.Annotations`, which tells the fields."""

    label: str
    shape: int
    box: Edges
    outline: str
    confidence: float | None
    extra: str


@dataclass(frozen=True, slots=True)
class Canvas:
    """A picture: its upright size in pixels, and the EXIF orientation (1 to 8) in which its file had it."""

    width: int
    height: int
    orientation: int = 1

    @property
    def size_in_file(self) -> tuple[int, int]:
        """Width and height before it was turned upright."""
        return (self.height, self.width) if self.orientation >= 5 else (self.width, self.height)


def fit(frame: ReadFrame, canvas: Canvas) -> Iterator[Fitted]:
    """The annotations of `frame` in the pixels of its picture, and what did not go in as it was.

    Shapes are taken to be drawn on the upright picture, unless the file states a size which only the picture before
    turning has; then they are turned along.
    """
    move = _into_pixels(frame, canvas)
    upright = (canvas.width, canvas.height)
    stated = frame.stated_size
    if stated is not None and stated not in (upright, canvas.size_in_file):
        yield Problem(
            ProblemKind.OTHER_SIZE,
            frame.source,
            f"it speaks of {stated[0]}×{stated[1]} pixels, {frame.picture} has {canvas.width}×{canvas.height}",
        )
    for annotation in frame.annotations or ():
        yield from _fit(annotation, frame, canvas, move)


def _fit(
    annotation: ReadAnnotation, frame: ReadFrame, canvas: Canvas, move: Callable[[Point], Point]
) -> Iterator[Fitted]:
    def problem(kind: ProblemKind, what: str = "") -> Problem:
        left_out = () if kind in _TAKEN else (annotation.label,)
        detail = f"{annotation.label} {_told(shape)} of {frame.picture}{what}"
        return Problem(kind, frame.source, detail, left_out)

    shape = annotation.shape
    if negative := _negative_sides(shape):
        yield problem(ProblemKind.NO_AREA, f", whose {negative} negative")
        return
    shape = _moved(shape, move)
    size = f", which is {canvas.width}×{canvas.height}"
    if isinstance(shape, Mask):
        # The size first, for what it claims may be anything.
        upright = (canvas.width, canvas.height)
        if (shape.width, shape.height) not in (upright, canvas.size_in_file):
            yield problem(ProblemKind.BAD_ANNOTATION, size)
            return
        told, pixels = sum(shape.counts), shape.width * shape.height
        if told != pixels:
            yield problem(ProblemKind.BAD_ANNOTATION, f", whose runs make {told:,} of {pixels:,} pixels")
            return
        if (shape.width, shape.height) != upright:
            shape = _turned(shape, canvas.orientation)
        mask_hull = _mask_hull(shape)
        if mask_hull[0] >= mask_hull[2]:
            yield problem(ProblemKind.NO_AREA, ", empty")
        else:
            yield _fitted(annotation, shape, mask_hull)
        return
    if _without_area(shape):
        yield problem(ProblemKind.NO_AREA)
        return
    if isinstance(shape, Polygon) and len(shape.rings) > 1:
        # A part that is a line or a point covers nothing, and would widen the box of the rest.
        shape = replace(shape, rings=tuple(ring for ring in shape.rings if not is_flat(ring)))
    left, top, right, bottom = edges = _hull(shape)
    if left >= 0 and top >= 0 and right <= canvas.width and bottom <= canvas.height:
        inside: Shape = shape
    else:
        found = _clipped(shape, canvas)
        if found is None or _without_area(found):
            yield problem(ProblemKind.OUTSIDE, size)
            return
        inside, edges = found, _hull(found)
        if _overshoot(shape, canvas) > _SLACK:
            yield problem(ProblemKind.CLIPPED, size)
    if isinstance(inside, Polygon) and inside.together and (mask := _painted(inside.rings, canvas)):
        yield problem(ProblemKind.OVERLAPPING)
        inside, edges = mask, _mask_hull(mask)
    yield _fitted(annotation, inside, edges)


def _into_pixels(frame: ReadFrame, canvas: Canvas) -> Callable[[Point], Point]:
    upright = (canvas.width, canvas.height)
    if frame.stated_size == canvas.size_in_file != upright:
        drawn_on, turn = canvas.size_in_file, _TURNS[canvas.orientation]
    else:
        drawn_on, turn = upright, _TURNS[1]
    width, height = drawn_on
    across, down = drawn_on if frame.normalized else (1, 1)
    return lambda point: turn(point[0] * across, point[1] * down, width, height)


_TURNS: dict[int, Callable[[float, float, int, int], Point]] = {
    1: lambda x, y, w, h: (x, y),
    2: lambda x, y, w, h: (w - x, y),
    3: lambda x, y, w, h: (w - x, h - y),
    4: lambda x, y, w, h: (x, h - y),
    5: lambda x, y, w, h: (y, x),
    6: lambda x, y, w, h: (h - y, x),
    7: lambda x, y, w, h: (h - y, w - x),
    8: lambda x, y, w, h: (y, w - x),
}


def _moved(shape: Shape, move: Callable[[Point], Point]) -> Shape:
    match shape:
        case Rectangle((left, top, right, bottom)):
            (x1, y1), (x2, y2) = move((left, top)), move((right, bottom))
            # Turning swaps edges.
            return Rectangle((min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)))
        case Polygon(rings):
            return replace(shape, rings=tuple(tuple(map(move, opened(ring))) for ring in rings))
        case Line(points):
            return Line(tuple(map(move, points)))
        case Points(points):
            return Points(tuple(map(move, points)))
        case Mask():
            return shape
        case _:
            assert_never(shape)


def _negative_sides(shape: Shape) -> str:
    """What of a box is negative, with its verb ("width is"); nothing where it is in order, or no box."""
    if not isinstance(shape, Rectangle):
        return ""
    left, top, right, bottom = shape.edges
    if right < left:
        return "width and height are" if bottom < top else "width is"
    return "height is" if bottom < top else ""


def _without_area(shape: Shape) -> bool:
    match shape:
        case Rectangle((left, top, right, bottom)):
            return left >= right or top >= bottom
        case Polygon(rings):
            return all(map(is_flat, rings))
        case Line(points):
            return len(set(points)) < 2
        case Points() | Mask():
            return False
        case _:
            assert_never(shape)


def _clipped(shape: Shape, canvas: Canvas) -> Shape | None:
    """What of `shape` lies in the picture, None where nothing does."""
    match shape:
        case Rectangle((left, top, right, bottom)):
            return Rectangle(
                (
                    max(left, 0.0),
                    max(top, 0.0),
                    min(right, float(canvas.width)),
                    min(bottom, float(canvas.height)),
                )
            )
        case Polygon(rings):
            # What only touches the edge leaves a line or a point there, which would widen the box of the rest.
            inside = (clip(ring, canvas.width, canvas.height) for ring in rings)
            parts = tuple(ring for ring in inside if ring and not is_flat(ring))
            return replace(shape, rings=parts) if parts else None
        case Line(points):
            # Cutting a line gives several, which one annotation cannot hold; moving its points would bend it.
            return shape if _overshoot(shape, canvas) <= _SLACK else None
        case Points(points):
            kept = tuple(point for point in points if _overshoot(Points((point,)), canvas) <= _SLACK)
            return Points(kept) if kept else None
        case Mask():
            return shape
        case _:
            assert_never(shape)


def _painted(parts: tuple[Ring, ...], canvas: Canvas) -> Mask | None:
    """What `parts` cover together, as a mask, where some of them lie over others: rings would make that a hole."""
    from setwright.formats.raster import overlap, union
    from setwright.model.runs import run_lengths

    if len(parts) <= _FEW:
        hulls = [hull((part,)) for part in parts]
        if not any(_meet(one, other) for one, other in combinations(hulls, 2)):
            return None
    if not overlap(parts, canvas.width, canvas.height):
        return None
    counts = run_lengths(union(parts, canvas.width, canvas.height), canvas.width, canvas.height)
    return Mask(canvas.height, canvas.width, tuple(counts))


def _meet(one: Edges, other: Edges) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _overshoot(shape: Shape, canvas: Canvas) -> float:
    """How many pixels `shape` reaches outside, at most."""
    left, top, right, bottom = _hull(shape)
    return max(-left, -top, right - canvas.width, bottom - canvas.height, 0.0)


def _hull(shape: Shape) -> Edges:
    match shape:
        case Rectangle(edges):
            return edges
        case Polygon(rings):
            return hull(rings)
        case Line(points) | Points(points):
            return hull((points,))
        case Mask():
            return (0.0, 0.0, float(shape.width), float(shape.height))
        case _:
            assert_never(shape)


def _mask_hull(mask: Mask) -> Edges:
    """The hull of what the mask covers, without extent where that is nothing; its runs make all of its pixels."""
    from setwright.model.runs import runs_hull

    left, top, right, bottom = runs_hull(mask.counts, mask.height) or (0, 0, 0, 0)
    return (float(left), float(top), float(right), float(bottom))


def _turned(mask: Mask, orientation: int) -> Mask:
    """A mask that was drawn on a picture on its side (orientation 5 to 8), as `_TURNS` turns the picture's points."""
    import numpy as np

    from setwright.model.runs import Patch, run_lengths, runs_cover

    covered = runs_cover(mask.counts, mask.width, mask.height).covered
    match orientation:
        case 6:
            covered = np.rot90(covered, -1)
        case 7:
            covered = covered[::-1, ::-1].T
        case 8:
            covered = np.rot90(covered)
        case _:
            covered = covered.T
    height, width = mask.width, mask.height
    return Mask(height, width, tuple(run_lengths(Patch(0, 0, covered), width, height)))


def _fitted(annotation: ReadAnnotation, shape: Shape, edges: Edges) -> FittedAnnotation:
    code, outline = _written(shape)
    extra = {
        key: dict(value)
        for key, value in (("attributes", annotation.attributes), ("metadata", annotation.metadata))
        if value
    }
    return FittedAnnotation(
        label=annotation.label,
        shape=code,
        box=edges,
        outline=outline,
        confidence=annotation.confidence,
        extra=canonical_json(extra) if extra else "",
    )


def _written(shape: Shape) -> tuple[int, str]:
    match shape:
        case Rectangle():
            return RECTANGLE, ""
        case Polygon(rings):
            return POLYGON, canonical_json([_pairs(ring) for ring in rings])
        case Line(points):
            return LINE, canonical_json(_pairs(points))
        case Points(points):
            return POINTS, canonical_json(_pairs(points))
        case Mask(height, width, counts):
            return MASK, canonical_json({"size": [height, width], "counts": counts})
        case _:
            assert_never(shape)


def _pairs(points: Ring) -> list[list[float | int]]:
    # One spelling for one number: 3, whether a file says 3 or 3.0.
    return [[int(value) if value == int(value) else value for value in point] for point in points]


def _told(shape: Shape) -> str:
    if isinstance(shape, Mask):
        return f"mask of {shape.width}×{shape.height}"
    edges = ", ".join(f"{edge:g}" for edge in _hull(shape))
    return f"{type(shape).__name__.lower()} {edges}"
