"""What becomes of objects in varied copies."""

from __future__ import annotations

import json
import os
import tracemalloc
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from setwright.augment import objects
from setwright.augment.cutting import cut_polygon
from setwright.augment.masks import patch_of
from setwright.augment.objects import Varied, vary
from setwright.augment.placement import placement
from setwright.augment.point_map import FRACTION, PointMap
from setwright.model.canonical import canonical_json
from setwright.model.frames import POLYGON
from setwright.model.runs import Patch, run_lengths, runs_cover
from setwright.pixels.warp import warp
from tests.augment.copies import (
    BLUR,
    CLOCKWISE,
    COUNTER_CLOCKWISE,
    CROP,
    FLIP_H,
    FLIP_V,
    HUE,
    ROTATE,
    SHEAR_H,
    SHEAR_V,
    UPSIDE_DOWN,
    Thing,
    box,
    copies,
    frames,
    line,
    objects_in,
    points,
    polygon,
)

W, H = 80, 60
EXAMPLES = int(os.environ.get("SHAPES", "150"))
"""Outlines to compare with their masks: `SHAPES=4000 pytest tests/augment --timeout 1800` tries thousands."""

moves = st.one_of(
    st.sampled_from([FLIP_H, FLIP_V, CLOCKWISE, COUNTER_CLOCKWISE, UPSIDE_DOWN]).map(lambda each: (each, ())),
    st.floats(-360, 360).map(lambda angle: (ROTATE, (round(angle, 4),))),
    st.tuples(st.sampled_from([SHEAR_H, SHEAR_V]), st.floats(-40, 40)).map(
        lambda each: (each[0], (round(each[1], 4),))
    ),
    st.tuples(st.floats(0, 95), st.floats(0, 0.99), st.floats(0, 0.99)).map(lambda each: (CROP, each)),
)


def varied(thing: Thing, property: str, values: Sequence[float] = (), **rules: float) -> Varied:
    """One thing in a frame of 80 × 60, in one copy."""
    return vary(objects_in([(0, thing)]), frames((W, H)), copies((0, property, values), **rules))


def outline_of(found: Varied, row: int = 0) -> Any:
    return json.loads(str(found.annotations.outline[row]))


def outcome(found: Varied) -> tuple[int, int, int]:
    """Annotations, clipped, dropped."""
    return len(found.annotations), int(found.clipped[0]), int(found.dropped[0])


def test_boxes_go_where_their_pictures_go() -> None:
    thing = box(10, 20, 30, 25)
    where = {
        FLIP_H: [50, 20, 70, 25],
        FLIP_V: [10, 35, 30, 40],
        CLOCKWISE: [35, 10, 40, 30],
        COUNTER_CLOCKWISE: [20, 50, 25, 70],
        UPSIDE_DOWN: [50, 35, 70, 40],
    }
    for property, expected in where.items():
        assert varied(thing, property).annotations.box.tolist() == [expected], property


def test_a_box_turned_is_the_hull_of_its_four_turned_corners() -> None:
    found = vary(objects_in([(0, box(80, 40, 120, 60))]), frames((200, 100)), copies((0, ROTATE, (30,))))
    # The figures are those that albumentations gives, see tests/oracles.
    assert found.annotations.box[0] == pytest.approx([77.7, 31.3, 122.3, 68.7], abs=0.05)


def test_a_turned_polygon_has_the_hull_of_itself_which_is_tighter() -> None:
    diamond = polygon([[40, 20], [50, 30], [40, 40], [30, 30]])
    found = varied(diamond, ROTATE, (45,))
    side = 10 / np.sqrt(2)
    assert found.annotations.box[0] == pytest.approx([40 - side, 30 - side, 40 + side, 30 + side], abs=1e-4)


def test_colours_move_nothing() -> None:
    thing = polygon([[-1, 3], [50.123456789, 30], [40, 70]])
    for property in (BLUR, HUE):
        found = varied(thing, property, (5,))
        assert outcome(found) == (1, 0, 0)
        assert outline_of(found) == thing.outline


def test_a_horseshoe_cut_by_the_edge_comes_to_two_parts() -> None:
    # The crop keeps the left half; the horseshoe opens to the left.
    horseshoe = polygon([[10, 10], [70, 10], [70, 50], [10, 50], [10, 40], [60, 40], [60, 20], [10, 20]])
    found = varied(horseshoe, CROP, (75, 0.0, 0.5))
    parts = outline_of(found)
    assert len(parts) == 2
    assert all(abs(_area(part) - 30 * 5) < 1e-6 for part in parts)
    assert outcome(found) == (1, 1, 0)


def test_a_hole_stays_a_hole() -> None:
    ring = polygon([[10, 10], [50, 10], [50, 50], [10, 50]], [[20, 20], [40, 20], [40, 40], [20, 40]])
    found = varied(ring, CROP, (75, 0.0, 0.0))  # keeps 40 × 30, so the corner
    assert np.count_nonzero(_drawn(outline_of(found), 40, 30)) == 30 * 20 - 20 * 10


def test_a_line_that_leaves_and_comes_back_comes_to_two_lines() -> None:
    # The crop keeps [0, 40) of the columns.
    found = varied(line([10, 10], [70, 10], [70, 20], [10, 20]), CROP, (75, 0.0, 0.0))
    assert [outline_of(found, row) for row in range(2)] == [[[10, 10], [40, 10]], [[40, 20], [10, 20]]]
    assert found.annotations.box.tolist() == [[10, 10, 40, 10], [10, 20, 40, 20]]
    assert outcome(found) == (2, 1, 0)


def test_points_outside_are_left_out() -> None:
    found = varied(points([10, 10], [70, 10], [30, 20]), CROP, (75, 0.0, 0.0))
    assert outline_of(found) == [[10, 10], [30, 20]]
    assert outcome(found) == (1, 1, 0)


def test_an_object_of_which_too_little_is_left_is_dropped_and_counted() -> None:
    # The crop keeps the left 40 columns: 2 of the box's 20.
    thing = box(38, 5, 58, 15)
    assert outcome(varied(thing, CROP, (75, 0.0, 0.0), min_visibility=0.11)) == (0, 0, 1)
    assert outcome(varied(thing, CROP, (75, 0.0, 0.0), min_visibility=0.1)) == (1, 1, 0)
    assert outcome(varied(thing, CROP, (75, 0.0, 0.0), min_visibility=0, min_size=3)) == (0, 0, 1)


def test_an_object_that_is_outside_is_dropped_even_where_any_remainder_is_kept() -> None:
    for thing in (
        box(50, 5, 58, 15),
        polygon([[50, 5], [60, 5], [60, 9]]),
        line([50, 5], [60, 5]),
        points([50, 5]),
    ):
        assert outcome(varied(thing, CROP, (75, 0.0, 0.0), min_visibility=0)) == (0, 0, 1)


def test_no_object_is_lost_to_thresholds_that_nothing_cut() -> None:
    assert outcome(varied(box(10, 10, 10.5, 10.5), FLIP_H, min_visibility=1)) == (1, 0, 0)


@given(moves, st.tuples(*[st.floats(-5, 85)] * 4))
def test_a_kept_box_lies_in_its_picture_and_is_as_large_as_is_asked(
    move: tuple[str, tuple[float, ...]], edges: tuple[float, ...]
) -> None:
    left, right = sorted(edges[:2])
    top, bottom = sorted(edges[2:])
    assume(right - left > 0.1 and bottom - top > 0.1)
    found = varied(box(left, top, right, bottom), *move)
    width, height = _size(move)
    for kept in found.annotations.box.tolist():
        assert 0 <= kept[0] < kept[2] <= width and 0 <= kept[1] < kept[3] <= height
    annotated, clipped, dropped = outcome(found)
    assert annotated + dropped == 1 and clipped <= annotated
    if clipped:
        assert min(kept[2] - kept[0], kept[3] - kept[1]) >= 2


@given(st.lists(st.tuples(st.integers(0, 3), moves), max_size=12), st.integers(1, 50))
def test_counting_alone_gives_the_same_as_drawing_and_so_do_small_chunks(
    wishes: list[tuple[int, tuple[str, tuple[float, ...]]]], chunk: int
) -> None:
    things = [
        (0, box(5, 5, 40, 30)),
        (0, polygon([[60, 40], [79, 42], [70, 58]])),
        (1, line([1, 1], [70, 50])),
        (1, points([3, 3], [77, 55])),
        (3, box(60, 2, 80, 9)),
    ]
    recipes = copies(*sorted(((row, *move) for row, move in wishes), key=lambda each: each[0]))
    of = frames(*[(W, H)] * 4)
    drawn = vary(objects_in(things), of, recipes)
    before = objects._AT_ONCE
    objects._AT_ONCE = chunk * objects._EACH
    try:
        counted = vary(objects_in(things), of, recipes, outlines=False)
    finally:
        objects._AT_ONCE = before
    assert counted.annotations.box.tolist() == drawn.annotations.box.tolist()
    assert counted.annotations.frame.tolist() == drawn.annotations.frame.tolist()
    assert (counted.clipped.tolist(), counted.dropped.tolist()) == (
        drawn.clipped.tolist(),
        drawn.dropped.tolist(),
    )


@given(st.lists(st.integers(0, 5), max_size=9))
def test_of_run_lengths_what_they_cover_is_read_and_told_again(runs: list[int]) -> None:
    counts = [*runs, 48 - sum(runs)] if sum(runs) <= 48 else [48]
    mask = runs_cover(counts, 8, 6).covered
    patch = patch_of(counts, 6)
    assert (patch is None) == (not mask.any())
    if patch is not None:
        rows, columns = np.nonzero(mask)
        assert patch.box == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert (runs_cover(run_lengths(patch, 8, 6), 8, 6).covered == mask).all()
        assert 0 not in run_lengths(patch, 8, 6)[1:]


@given(st.tuples(st.integers(0, W - 1), st.integers(0, H - 1), st.integers(1, W), st.integers(1, H)), moves)
def test_every_pixel_of_a_moved_mask_is_the_nearest_one_of_its_source(
    place: tuple[int, int, int, int], move: tuple[str, tuple[float, ...]]
) -> None:
    left, top, right, bottom = place
    mask = np.zeros((H, W), bool)
    mask[top : top + bottom, left : left + right : 2] = True
    found = varied(
        Thing("mask", {"size": [H, W], "counts": whole(mask)}), *move, min_visibility=0, min_size=0
    )
    matrix, width, height = _placed(move)
    x, y = (
        (points + FRACTION // 2) // FRACTION for points in PointMap(matrix, width, height).rows(0, height)
    )
    inside = (x >= 0) & (y >= 0) & (x < W) & (y < H)
    expected = inside & mask[np.where(inside, y, 0), np.where(inside, x, 0)]
    assert bool(len(found.annotations)) == expected.any()
    if len(found.annotations):
        assert (runs_cover(outline_of(found)["counts"], width, height).covered == expected).all()


def test_a_small_mask_costs_what_it_covers_and_not_what_its_picture_measures() -> None:
    width, height = 4000, 3000
    before = width // 2 * height + height // 2
    thing = Thing("mask", {"size": [height, width], "counts": [before, 20, width * height - before - 20]})
    recipes = (FLIP_H, ()), (CLOCKWISE, ()), (ROTATE, (30,)), (SHEAR_V, (20,)), (CROP, (40, 0.5, 0.5))
    tracemalloc.start()
    try:
        for property, values in recipes:
            found = vary(
                objects_in([(0, thing)]), frames((width, height)), copies((0, property, values), min_size=0)
            )
            assert len(found.annotations) == 1
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < width * height / 8


def test_outlines_of_many_points_are_worked_on_a_few_at_a_time() -> None:
    turns = np.linspace(0, 2 * np.pi, 5000)[:-1]
    traced = polygon(np.round(np.stack([40 + 9 * np.cos(turns), 30 + 9 * np.sin(turns)], axis=1), 3).tolist())
    things, of = objects_in([(0, traced)] * 10), frames((W, H))
    recipes = copies(*[(0, ROTATE, (angle,)) for angle in range(40)])
    tracemalloc.start()
    try:
        parts = [len(part.annotations) for part in objects.vary_in_parts(things, of, recipes)]
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(parts) == 400
    assert most < 130 * 2**20, f"{most / 2**20:.0f} MB"  # two million points, which took 340 MB at once


def whole(mask: np.ndarray) -> list[int]:
    return run_lengths(Patch(0, 0, mask), mask.shape[1], mask.shape[0])


# --- A polygon and its mask ---------------------------------------------------------------------------------------

corners = st.tuples(st.floats(2, W - 2), st.floats(2, H - 2))
shapes = st.lists(corners, min_size=3, max_size=9)


@settings(max_examples=EXAMPLES)
@given(st.lists(shapes, min_size=1, max_size=3), moves)
def test_a_mask_drawn_from_the_moved_polygon_is_the_moved_mask(
    rings: list[list[tuple[float, float]]], move: tuple[str, tuple[float, ...]]
) -> None:
    """But for pixels whose centres lie within 1 pixel of the outline: both round there, each in its way."""
    scale = 4  # the mask is drawn finer, and moved finer, so that only roundings of a quarter pixel are left
    found = varied(polygon(*rings), *move, min_visibility=0, min_size=0)
    width, height = _size(move)
    drawn = np.zeros((height, width), bool)
    if len(found.annotations):
        drawn = _drawn(outline_of(found), width, height)
    whole = _drawn([[[x * scale, y * scale] for x, y in ring] for ring in rings], W * scale, H * scale)
    moved = _moved(whole, move, scale)[scale // 2 :: scale, scale // 2 :: scale]
    # Centres of the coarse pixels fall between the fine ones, half a fine pixel away.
    differ = drawn != moved[:height, :width]
    assert not (differ & ~_near_outline(rings, move, width, height)).any()


@pytest.mark.parametrize(
    ("width", "height", "corners"),
    [
        (
            10,
            3,
            "14.9999 9.0001, 3.9999 9.0001, 12.9999 -1.9999, -4.0001 15.0001, 8.9999 2.0001, 11.9999 14.0001",
        ),
        (
            8,
            5,
            "-4.0912 12.7693, 14.9088 7.7693, 0.6588 11.5193, -2.0912 -2.2307, 11.9088 9.7693, 4.9088 3.7693,"
            "9.9088 1.7693, -2.0912 -2.2307, 3.9088 -0.2307",
        ),
        (
            8,
            4,
            "14.2255 -1.6471, -0.7745 4.3529, 10.4755 -0.1471, 12.2255 1.3529, 7.2255 -0.6471, 4.7255 -1.6471,"
            "3.2255 5.3529, 7.2255 10.3529, 4.2255 6.6029, 12.2255 9.3529, 10.2255 13.3529, 10.7255 12.3529",
        ),
        (
            64,
            64,
            "-5.4767 39.7782, 28.8486 74.1034, -6.8909 38.364, -12.6184 31.3636, -1.9411 20.6863, -13.2548 32,"
            "-1.9411 20.6863, 12.484 57.7388, 32 77.2548, 77.2548 32, -12.6961 31.4413, 77.2548 32, 36.498 31.7469,"
            "77.2548 32, -9.2245 27.9697, 68.0624 22.8076",
        ),
    ],
    ids=["point-on-line", "point-beside-line", "sides-all-but-the-same", "crossing-all-but-along"],
)
def test_an_outline_that_runs_back_along_itself_but_for_rounding_is_cut_as_its_pixels_are(
    width: int, height: int, corners: str
) -> None:
    ring = [[float(number) for number in corner.split()] for corner in corners.split(",")]
    left, _ = cut_polygon([np.array(ring)], width, height)
    scale = 10
    finer = [
        _drawn([[[x * scale, y * scale] for x, y in each] for each in rings], width * scale, height * scale)
        for rings in ([ring], [each.tolist() for each in left])
    ]
    assert np.count_nonzero(finer[0] != finer[1]) <= 20


def _moved(mask: np.ndarray, move: tuple[str, tuple[float, ...]], scale: int) -> np.ndarray:
    matrix, width, height = _placed(move)
    finer = matrix.copy()
    finer[:, 2] *= scale
    return warp(mask.astype(np.uint8) * 255, finer, width * scale, height * scale) > 127


def _drawn(rings: list[list[list[float]]], width: int, height: int) -> np.ndarray:
    """The pixels whose centres lie inside by the even-odd rule, by counting crossings: no library's drawing."""
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    inside = np.zeros((height, width), bool)
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if y1 == y2:
                continue
            crosses = (y1 > y) != (y2 > y)
            inside ^= crosses & (x < (x2 - x1) * (y - y1) / (y2 - y1) + x1)
    return inside


def _near_outline(
    rings: list[list[tuple[float, float]]], move: tuple[str, tuple[float, ...]], width: int, height: int
) -> np.ndarray:
    """The pixels within a pixel of the moved outline."""
    matrix, _, _ = _placed(move)
    near = np.zeros((height, width), np.uint8)
    for ring in rings:
        moved = np.array(ring) @ matrix[:, :2].T + matrix[:, 2]
        # In 1/16 of a pixel, with pixel centres at whole numbers; three pixels wide.
        at = np.rint((moved - 0.5) * 16).astype(np.int32)
        cv2.polylines(near, [at], True, 1, thickness=3, shift=4)
    return near.astype(bool)


def _placed(move: tuple[str, tuple[float, ...]]) -> tuple[np.ndarray, int, int]:
    """The matrix of a copy of a frame of 80 × 60, its width and its height."""
    property, values = move
    row = np.array([[*values, *[0] * (3 - len(values))]])
    found = placement(property, row, np.array([W], np.int32), np.array([H], np.int32))
    assert found is not None
    return found[0][0], int(found[1][0]), int(found[2][0])


def _size(move: tuple[str, tuple[float, ...]]) -> tuple[int, int]:
    _, width, height = _placed(move)
    return width, height


def _area(ring: list[list[float]]) -> float:
    x, y = np.array(ring).T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def test_a_mask_moves_as_its_picture_does() -> None:
    mask = np.zeros((H, W), bool)
    mask[10:30, 20:60] = True
    thing = Thing("mask", {"size": [H, W], "counts": whole(mask)})
    found = varied(thing, CLOCKWISE)
    width, height = H, W
    moved = runs_cover(outline_of(found)["counts"], width, height).covered
    assert (moved == np.rot90(mask, -1)).all()
    assert outline_of(found)["size"] == [height, width]
    assert found.annotations.box.tolist() == [[30, 20, 50, 60]]
    turned = varied(thing, ROTATE, (30,))
    expected = warp(mask.astype(np.uint8) * 255, _placed((ROTATE, (30,)))[0], W, H) > 127
    # Nearest against the half of bilinear: they part where a pixel's weight is close to a half.
    assert np.count_nonzero(runs_cover(outline_of(turned)["counts"], W, H).covered != expected) <= 40
    assert turned.annotations.shape.tolist() != [POLYGON]


places = st.one_of(st.integers(0, 60), st.floats(0, 60))


@given(st.lists(st.lists(st.tuples(places, places), min_size=3, max_size=5), min_size=1, max_size=3))
def test_outlines_of_copies_are_spelled_as_annotations_are_stored(
    rings: list[list[tuple[float, float]]],
) -> None:
    """So that equal outlines are equal texts, whoever wrote them."""
    for thing in (polygon(*rings), line(*rings[0]), points(*rings[0])):
        found = varied(thing, FLIP_V, min_size=0)
        assert str(found.annotations.outline[0]) == canonical_json(
            json.loads(str(found.annotations.outline[0]), parse_float=shortest)
        )
        mirrored = [[x, 60 - y] for ring in rings for x, y in ring]
        if thing.kind == "polygon":
            flat = [point for ring in outline_of(found) for point in ring]
            assert np.array(flat) == pytest.approx(np.array(mirrored), abs=1e-4)


def shortest(number: str) -> float | int:
    value = float(number)
    return int(value) if value.is_integer() else value
