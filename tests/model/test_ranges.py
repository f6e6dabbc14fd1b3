"""Ranges unrolled: each number once, beside the place of its range."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.ranges import unrolled


@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 6)), max_size=12))
def test_ranges_come_one_after_the_other_empty_ones_too(ranges: list[tuple[int, int]]) -> None:
    first, counts = np.array(ranges, np.int64).reshape(-1, 2).T
    place, number = unrolled(first, counts)
    told = [(place, first + step) for place, (first, count) in enumerate(ranges) for step in range(count)]
    assert list(zip(place.tolist(), number.tolist(), strict=True)) == told


def test_columns_of_fewer_bits_do_not_overflow() -> None:
    _, number = unrolled(np.array([0, 100], np.int8), np.array([100, 100], np.int8))
    assert number[-1] == 199
