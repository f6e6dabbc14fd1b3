"""The map of points and what is made of it: whole numbers, the same as a few lines of NumPy say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.augment.placement import placement
from setwright.augment.point_map import PointMap
from setwright.pixels import warp as module
from setwright.pixels.kernels import varied
from setwright.pixels.warp import reference, warp
from tests.augment.copies import CLOCKWISE, FLIP_H, FLIP_V, ROTATE, SHEAR_H, SHEAR_V, UPSIDE_DOWN
from tests.pixels.pictures import noise

recipes = st.one_of(
    st.floats(-360, 360).map(lambda angle: (ROTATE, round(angle, 4))),
    st.tuples(st.sampled_from([SHEAR_H, SHEAR_V]), st.floats(-40, 40).map(lambda angle: round(angle, 4))),
)


def matrix(property: str, value: float, width: int, height: int) -> tuple[np.ndarray, int, int]:
    row = np.array([[value, 0, 0]])
    found = placement(property, row, np.array([width], np.int32), np.array([height], np.int32))
    assert found is not None
    return found[0][0], int(found[1][0]), int(found[2][0])


@given(recipes, st.integers(1, 300), st.integers(1, 200), st.sampled_from([None, 3, 4]))
def test_opencv_gives_exactly_what_sums_of_whole_numbers_give(
    recipe: tuple[str, float], width: int, height: int, channels: int | None
) -> None:
    picture = noise(width, height, channels)
    placed = matrix(*recipe, width, height)
    assert (warp(picture, *placed) == reference(picture, *PointMap(*placed).rows(0, height))).all()


@pytest.mark.parametrize("recipe", [(ROTATE, 0.3), (ROTATE, 180), (SHEAR_H, -40), (SHEAR_V, 0.1)])
@pytest.mark.parametrize(("width", "height"), [(20_000, 5), (5, 20_000), (32_000, 3)])
def test_so_it_does_of_long_pictures_whose_points_have_fewer_bits_behind_the_point(
    recipe: tuple[str, float], width: int, height: int
) -> None:
    picture = noise(width, height, None)
    placed = matrix(*recipe, width, height)
    assert (warp(picture, *placed) == reference(picture, *PointMap(*placed).rows(0, height))).all()


@given(recipes, st.integers(2, 400), st.integers(2, 400))
def test_the_points_are_the_inverse_matrix_to_a_64th_of_a_pixel(
    recipe: tuple[str, float], width: int, height: int
) -> None:
    placed = matrix(*recipe, width, height)
    whole = np.vstack([placed[0], [0, 0, 1]])
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    expected = np.linalg.inv(whole) @ np.stack([x.ravel(), y.ravel(), np.ones(x.size)])
    points = PointMap(*placed).rows(0, height)
    for found, exact in zip(points, expected[:2], strict=True):
        assert np.abs(found.ravel() / 32 - (exact - 0.5)).max() <= 1 / 64 + 1e-4


@pytest.mark.parametrize("property", [FLIP_H, FLIP_V, CLOCKWISE, UPSIDE_DOWN])
def test_a_mirror_as_a_map_is_the_mirror(property: str) -> None:
    picture = noise(37, 23)
    assert (warp(picture, *matrix(property, 0, 37, 23)) == varied(picture, property, ())).all()


@pytest.mark.parametrize("angle", [0, 90, 180, -90, 360])
def test_a_turn_by_quarters_of_a_square_loses_nothing(angle: int) -> None:
    picture = noise(64, 64)
    assert (varied(picture, ROTATE, (angle,)) == np.rot90(picture, angle // 90)).all()


@pytest.mark.parametrize("rows", [1, 7, 10_000])
def test_it_does_not_matter_how_much_is_mapped_at_a_time(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = noise(50, 41)
    whole = varied(picture, ROTATE, (33.3,))
    monkeypatch.setattr(module, "_BLOCK", rows * 50)
    assert (varied(picture, ROTATE, (33.3,)) == whole).all()


def test_pictures_of_16_bits_and_very_long_ones_are_mapped_too() -> None:
    deep = noise(40, 30, 3, np.uint16)
    shallow = (deep >> 8).astype(np.uint8)
    turned = varied(deep, ROTATE, (20,))
    assert turned.dtype == np.uint16
    assert np.abs((turned >> 8).astype(int) - varied(shallow, ROTATE, (20,))).max() <= 1
    long = noise(40_000, 3, None)
    slanted = varied(long, SHEAR_H, (30,))
    # The middle row stays where it is, whatever the angle.
    assert (slanted[1] == long[1]).all() and (slanted[0] != long[0]).any()
