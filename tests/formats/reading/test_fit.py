"""Whatever files say, what goes into the lake lies within its picture and has an extent."""

from __future__ import annotations

import json
import tracemalloc
from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.reading.fit import Canvas, FittedAnnotation, fit
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import (
    Line,
    Mask,
    Points,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    Rectangle,
    Shape,
)
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE

CANVAS = Canvas(20, 10)

numbers = st.one_of(st.integers(-30, 50).map(float), st.floats(-1e6, 1e6, allow_nan=False))
points = st.tuples(numbers, numbers)
rings = st.lists(points, min_size=1, max_size=6).map(tuple)
shapes: st.SearchStrategy[Shape] = st.one_of(
    st.tuples(numbers, numbers, numbers, numbers).map(Rectangle),
    st.builds(Polygon, st.lists(rings, min_size=1, max_size=3).map(tuple), st.booleans()),
    rings.map(Line),
    rings.map(Points),
)


def fitted(shape: Shape, canvas: Canvas = CANVAS, **frame: object) -> list[FittedAnnotation | Problem]:
    annotation = ReadAnnotation(label="L", shape=shape)
    said = ReadFrame(picture="a.png", source="a.xml", annotations=(annotation,), **frame)  # type: ignore[arg-type]
    return list(fit(said, canvas))


@given(shapes)
def test_what_is_kept_lies_within_the_picture(shape: Shape) -> None:
    found = fitted(shape)
    kept = [each for each in found if isinstance(each, FittedAnnotation)]
    left_out = [each for each in found if isinstance(each, Problem) and each.left_out]
    assert len(kept) + len(left_out) == 1, "each annotation is kept or told to be left out"
    for each in kept:
        left, top, right, bottom = each.box
        slack = 1e-3 if each.shape in (LINE, POINTS) else 0
        assert -slack <= left <= right <= 20 + slack
        assert -slack <= top <= bottom <= 10 + slack
        if each.shape == RECTANGLE:
            assert left < right
            assert top < bottom


@given(shapes)
def test_what_was_cut_is_told_and_what_lay_within_is_left_alone(shape: Shape) -> None:
    found = fitted(shape)
    inside = isinstance(shape, Rectangle) and all(
        0 <= edge <= bound for edge, bound in zip(shape.edges, (20, 10, 20, 10), strict=True)
    )
    if inside and isinstance(found[0], FittedAnnotation):
        left, top, right, bottom = shape.edges  # type: ignore[union-attr]
        assert found[0].box == (left, top, right, bottom)
    if len(found) == 2:
        (told,) = [each.kind for each in found if isinstance(each, Problem)]
        assert told in (ProblemKind.CLIPPED, ProblemKind.OVERLAPPING)


def read_back(annotation: FittedAnnotation) -> Shape:
    if annotation.shape == RECTANGLE:
        return Rectangle(annotation.box)
    outline = json.loads(annotation.outline)
    if annotation.shape == POLYGON:
        return Polygon(tuple(tuple((x, y) for x, y in ring) for ring in outline))
    if annotation.shape == MASK:
        height, width = outline["size"]
        return Mask(height, width, tuple(outline["counts"]))
    points = tuple((x, y) for x, y in outline)
    return Line(points) if annotation.shape == LINE else Points(points)


@given(shapes)
def test_fitting_what_was_fitted_changes_nothing(shape: Shape) -> None:
    kept = [each for each in fitted(shape) if isinstance(each, FittedAnnotation)]
    for each in kept:
        (second,) = fitted(read_back(each))
        assert isinstance(second, FittedAnnotation)
        assert second.box == each.box


def test_a_polygon_is_cut_at_the_picture_s_edge() -> None:
    told, cut = fitted(Polygon((((-10, 5), (10, -5), (10, 15)),)))
    assert isinstance(told, Problem)
    assert told.kind is ProblemKind.CLIPPED
    assert isinstance(cut, FittedAnnotation)
    (ring,) = json.loads(cut.outline)
    area = (
        abs(sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2
    )
    # The triangle's 200 less what lies left of the picture (50) and in the corners above and below (25 each).
    assert isclose(area, 100)
    assert cut.box == (0, 0, 10, 10)


def test_a_polygon_that_is_cut_in_a_corner_does_not_end_with_its_first_point() -> None:
    _, cut = fitted(Polygon((((35, -8), (5, 5), (20, 10)),)))
    assert isinstance(cut, FittedAnnotation)
    (ring,) = json.loads(cut.outline)
    assert ring[0] == [20, 10]
    assert ring[-1] != ring[0]


def test_a_part_that_only_touches_the_picture_s_edge_does_not_widen_the_box_of_the_rest() -> None:
    part = ((4, 4), (8, 4), (8, 8))
    for outside in (((12, 0), (11, -5), (15, -5)), ((12, 0), (18, 0), (15, -5))):
        _, cut = fitted(Polygon((outside, part)))
        assert isinstance(cut, FittedAnnotation)
        assert json.loads(cut.outline) == [[list(point) for point in part]]
        assert cut.box == (4, 4, 8, 8)


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (Rectangle((5, 5, 5, 9)), ProblemKind.NO_AREA),
        (Rectangle((5, 9, 8, 4)), ProblemKind.NO_AREA),
        (Polygon((((1, 1), (5, 5), (3, 3)),)), ProblemKind.NO_AREA),
        (Polygon((((1, 1),),)), ProblemKind.NO_AREA),
        (Line(((1, 1), (1, 1))), ProblemKind.NO_AREA),
        (Rectangle((20, 0, 25, 5)), ProblemKind.OUTSIDE),
        (Points(((-5, 5),)), ProblemKind.OUTSIDE),
        (Line(((1, 1), (50, 5))), ProblemKind.OUTSIDE),
        (Mask(10, 20, (200,)), ProblemKind.NO_AREA),
        (Mask(10, 20, (0, 199)), ProblemKind.BAD_ANNOTATION),
        (Mask(20, 10, (0, 200)), ProblemKind.BAD_ANNOTATION),
        (Mask(10**7, 10**7, (0, 10**14)), ProblemKind.BAD_ANNOTATION),
    ],
)
def test_what_cannot_be_kept_is_left_out_for_a_reason(shape: Shape, kind: ProblemKind) -> None:
    (found,) = fitted(shape)
    assert isinstance(found, Problem)
    assert (found.kind, found.left_out) == (kind, ("L",))


@pytest.mark.parametrize(
    ("edges", "negative"),
    [
        ((15, 2, 5, 8), "width is"),
        ((5, 8, 15, 2), "height is"),
        ((15, 8, 5, 2), "width and height are"),
    ],
)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_box_that_is_turned_round_is_told_however_its_picture_lies(
    edges: tuple[float, float, float, float], negative: str, orientation: int
) -> None:
    canvas = Canvas(10, 20, orientation) if orientation >= 5 else Canvas(20, 10, orientation)
    (found,) = fitted(Rectangle(edges), canvas, stated_size=canvas.size_in_file)
    assert isinstance(found, Problem)
    told = ", ".join(map(str, edges))
    assert found.detail == f"L rectangle {told} of a.png, whose {negative} negative"


def test_of_a_mask_s_runs_it_is_told_how_many_pixels_they_make() -> None:
    (found,) = fitted(Mask(80, 100, (5, 10)), Canvas(100, 80))
    assert isinstance(found, Problem)
    assert found.detail == "L mask of 100×80 of a.png, whose runs make 15 of 8,000 pixels"


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_mask_that_was_drawn_on_the_picture_as_it_lay_is_turned_with_it(orientation: int) -> None:
    lying = Canvas(10, 20, orientation) if orientation >= 5 else Canvas(20, 10, orientation)
    # The pixels of the fourth and fifth columns in the second row.
    (mask,) = fitted(Mask(10, 20, (31, 1, 9, 1, 158)), lying, stated_size=(20, 10))
    (box,) = fitted(Rectangle((3, 1, 5, 2)), lying, stated_size=(20, 10))
    assert isinstance(mask, FittedAnnotation) and isinstance(box, FittedAnnotation)
    assert mask.box == box.box
    counts = json.loads(mask.outline)["counts"]
    assert (sum(counts), sum(counts[1::2])) == (200, 2)


def test_a_mask_knows_its_hull() -> None:
    # Column by column: 3 columns of 10 outside, then 2 columns of which rows 4 and 5 are inside, the rest outside.
    (found,) = fitted(Mask(10, 20, (34, 2, 8, 2, 154)))
    assert isinstance(found, FittedAnnotation)
    assert found.box == (3, 4, 5, 6)


def test_a_part_that_covers_nothing_does_not_widen_the_box_of_the_rest() -> None:
    triangle = ((1.0, 1.0), (5.0, 1.0), (5.0, 5.0))
    (found,) = fitted(Polygon((triangle, ((8.0, 2.0), (19.0, 9.0)), ((12.0, 2.0),)), together=True))
    assert isinstance(found, FittedAnnotation)
    assert (found.box, json.loads(found.outline)) == ((1, 1, 5, 5), [[[1, 1], [5, 1], [5, 5]]])


def test_fractions_are_of_the_picture_s_size() -> None:
    (found,) = fitted(Rectangle((0.25, 0.5, 0.5, 1)), normalized=True)
    assert isinstance(found, FittedAnnotation)
    assert found.box == (5, 5, 10, 10)


def test_rounding_that_leaves_the_picture_by_a_hair_is_not_worth_a_word() -> None:
    (found,) = fitted(Rectangle((-0.0004, 0, 20.0004, 10)))
    assert isinstance(found, FittedAnnotation)
    assert found.box == (0, 0, 20, 10)


def ring(left: float, top: float, right: float, bottom: float) -> tuple[tuple[float, float], ...]:
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def test_parts_that_are_meant_together_are_a_mask_where_they_lie_over_each_other() -> None:
    """As pycocotools takes them: 4 × 4 and 4 × 4 pixels, 2 × 2 of which are in both."""
    told, kept = fitted(Polygon((ring(1, 1, 5, 5), ring(3, 3, 7, 7)), together=True))
    assert isinstance(told, Problem)
    assert (told.kind, told.left_out) == (ProblemKind.OVERLAPPING, ())
    assert isinstance(kept, FittedAnnotation)
    assert (kept.shape, kept.box) == (MASK, (1, 1, 7, 7))
    assert sum(json.loads(kept.outline)["counts"][1::2]) == 16 + 16 - 4


def test_a_part_within_another_is_no_hole_where_they_are_meant_together() -> None:
    _, kept = fitted(Polygon((ring(-5, 1, 9, 9), ring(3, 3, 7, 7)), together=True))[-2:]
    assert isinstance(kept, FittedAnnotation)
    assert kept.shape == MASK
    assert sum(json.loads(kept.outline)["counts"][1::2]) == 9 * 8


@pytest.mark.parametrize("other", [ring(5, 1, 9, 5), ring(5, 5, 9, 9), ring(12, 1, 15, 9)])
def test_parts_that_at_most_touch_stay_a_polygon(other: tuple[tuple[float, float], ...]) -> None:
    (kept,) = fitted(Polygon((ring(1, 1, 5, 5), other), together=True))
    assert isinstance(kept, FittedAnnotation)
    assert kept.shape == POLYGON


def test_of_very_many_parts_it_is_soon_known_whether_they_meet() -> None:
    apart = tuple(ring(x, y, x + 1, y + 1) for x in range(20) for y in range(10))
    (kept,) = fitted(Polygon(apart, together=True))
    assert isinstance(kept, FittedAnnotation)
    assert kept.shape == POLYGON
    assert len(fitted(Polygon((*apart, apart[0]), together=True))) == 2


def test_very_many_large_parts_are_never_all_in_memory() -> None:
    """A file of some kilobytes tells of them, and each may cover all of the largest picture."""
    parts = tuple(ring(0, 0, 1000, 1000 - number) for number in range(60))
    tracemalloc.start()
    try:
        found = fitted(Polygon(parts, together=True), Canvas(1000, 1000))
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 20_000_000
    assert isinstance(found[-1], FittedAnnotation)
    assert found[-1].box == (0, 0, 1000, 1000)
