"""Shears slide rows or columns: what whole numbers say of every pixel's point, made with less work."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.augment.point_map import PointMap
from setwright.pixels import shear
from setwright.pixels.kernels import varied
from setwright.pixels.shear import slid
from setwright.pixels.warp import reference
from tests.augment.copies import FLIP_H, ROTATE, SHEAR_H, SHEAR_V, UPSIDE_DOWN
from tests.pixels.pictures import noise
from tests.pixels.test_warp import matrix

angles = st.floats(-89, 89).map(lambda angle: round(angle, 4))


@settings(max_examples=500)
@given(
    st.sampled_from([SHEAR_H, SHEAR_V]),
    angles,
    st.integers(1, 120),
    st.integers(1, 120),
    st.sampled_from([None, 3, 4]),
)
def test_a_shear_is_exactly_what_sums_of_whole_numbers_give(
    property: str, angle: float, width: int, height: int, channels: int | None
) -> None:
    picture = noise(width, height, channels)
    points = PointMap(*matrix(property, angle, width, height))
    found = slid(picture, points.sums())
    assert found is not None
    assert found.shape == picture.shape
    assert (found == reference(picture, *points.rows(0, height))).all()


@pytest.mark.parametrize(("property", "angle"), [(ROTATE, 15), (ROTATE, 90), (FLIP_H, 0), (UPSIDE_DOWN, 0)])
def test_what_does_more_than_to_slide_is_left_to_others(property: str, angle: float) -> None:
    assert slid(noise(40, 40), PointMap(*matrix(property, angle, 40, 40)).sums()) is None


@pytest.mark.parametrize(("across", "down"), [(1, 0), (0, 1), (0, 1 / 32), (1, 1)])
def test_a_shear_about_another_point_is_left_to_others_where_its_rows_move_too(
    across: float, down: float
) -> None:
    slanted = np.array([[1, 0.3, across], [0, 1, down]])
    found = slid(noise(40, 30), PointMap(slanted, 40, 30).sums())
    assert (found is None) == bool(down)


@pytest.mark.parametrize("property", [SHEAR_H, SHEAR_V])
@pytest.mark.parametrize("rows", [0, 1, 7, 10_000])
def test_it_does_not_matter_how_much_is_mixed_at_a_time(
    property: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = noise(50, 50)
    whole = varied(picture, property, (33.3,))
    monkeypatch.setattr(shear, "_BAND", rows * 50)
    assert (varied(picture, property, (33.3,)) == whole).all()
