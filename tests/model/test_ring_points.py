"""Outlines read by NumPy: the same doubles as a parser reads, however numbers are written."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.ring_points import DECIMALS, _quickly, ring_points, rings_written

short = st.one_of(st.integers(-99_999, 99_999), st.floats(-1e5, 1e5).map(lambda each: round(each, 4)))
any_number = st.one_of(short, st.floats(-1e300, 1e300), st.integers(-(10**20), 10**20))


def outlines(numbers: st.SearchStrategy[float]) -> st.SearchStrategy[list[str]]:
    points = st.tuples(numbers, numbers).map(list)
    polygons = st.lists(st.lists(points, min_size=1, max_size=5), min_size=1, max_size=3)
    return st.lists(polygons.map(lambda each: json.dumps(each, separators=(",", ":"))), max_size=5)


@given(outlines(any_number))
def test_rings_are_what_a_parser_of_json_reads(given: list[str]) -> None:
    rings = ring_points(given)
    read = [(place, ring) for place, outline in enumerate(given) for ring in json.loads(outline)]
    assert rings.outline.tolist() == [place for place, _ in read]
    assert rings.length.tolist() == [len(ring) for _, ring in read]
    assert rings.points.tolist() == [list(map(float, point)) for _, ring in read for point in ring]


@given(outlines(short).filter(bool))
def test_numbers_as_people_draw_them_need_no_parser(given: list[str]) -> None:
    assert _quickly(given) is not None


@pytest.mark.parametrize("number", ["1e2", "1E2", "1e+2", "1.5e-7", "123456789.1234567", "1234567890123456"])
def test_a_number_that_takes_more_than_a_whole_one_and_a_power_of_ten_is_left_to_the_parser(
    number: str,
) -> None:
    outline = f"[[[1,2],[3,{number}],[5,6]]]"
    assert _quickly([outline]) is None
    assert ring_points([outline]).points.tolist() == [[1, 2], [3, float(number)], [5, 6]]


@pytest.mark.parametrize("outline", ["[]", "[[]]", "[[[1,2],[3,4]],[]]"])
def test_outlines_and_rings_without_points_have_none(outline: str) -> None:
    rings = ring_points(["[[[1,2]]]", outline, "[[[7,8]]]"])
    assert rings.points[[0, -1]].tolist() == [[1, 2], [7, 8]]
    assert np.repeat(rings.outline, rings.length)[[0, -1]].tolist() == [0, 2]


four = st.integers(-(10**13), 10**13).map(lambda each: each / 10**DECIMALS)


@given(outlines(st.one_of(short, four)))
def test_what_is_written_is_what_json_writes_but_for_zeros_behind_the_point(given: list[str]) -> None:
    rings = ring_points(given)
    count = np.bincount(rings.outline, minlength=len(given))
    again = rings_written(rings.points, rings.length, count)
    assert [json.loads(each) for each in again] == [json.loads(each) for each in given]
    assert ".0," not in "".join(again)
    assert ".0]" not in "".join(again)
    assert "-0," not in "".join(again).replace("-0.", "")
