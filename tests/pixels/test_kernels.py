"""What each property does to a picture, beside what Pillow and formulas in floating-point numbers give.

The tolerances, in 255ths, are those that the documentation states.
"""

from __future__ import annotations

import colorsys
import json
import tracemalloc

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter

from setwright.augment.vocabulary import property_ids
from setwright.pixels import colour
from setwright.pixels.kernels import varied
from tests.augment.copies import (
    BLUR,
    BRIGHTNESS,
    CLOCKWISE,
    COUNTER_CLOCKWISE,
    CROP,
    FLIP_H,
    FLIP_V,
    GRAYSCALE,
    HUE,
    NOISE,
    ROTATE,
    SATURATION,
    SHEAR_H,
    SHEAR_V,
    UPSIDE_DOWN,
)
from tests.conftest import Golden
from tests.pixels.pictures import RECIPES, digests, noise, photo


def pillow(picture: np.ndarray) -> Image.Image:
    return Image.fromarray(np.ascontiguousarray(picture[..., ::-1]))


def apart(one: np.ndarray, other: np.ndarray | Image.Image) -> tuple[int, float]:
    """The greatest and the mean difference of two pictures, BGR and Pillow's."""
    if isinstance(other, Image.Image):
        other = np.asarray(other)[..., ::-1]
    assert one.shape == other.shape
    differences = np.abs(one.astype(int) - other.astype(int))
    return int(differences.max()), float(differences.mean())


@pytest.mark.parametrize(
    ("property", "method"),
    [
        (FLIP_H, Image.Transpose.FLIP_LEFT_RIGHT),
        (FLIP_V, Image.Transpose.FLIP_TOP_BOTTOM),
        (CLOCKWISE, Image.Transpose.ROTATE_270),
        (COUNTER_CLOCKWISE, Image.Transpose.ROTATE_90),
        (UPSIDE_DOWN, Image.Transpose.ROTATE_180),
    ],
)
def test_mirrors_and_quarter_turns_are_exact(property: str, method: Image.Transpose) -> None:
    picture = photo()
    assert apart(varied(picture, property, ()), pillow(picture).transpose(method)) == (0, 0)


@pytest.mark.parametrize("angle", [-170, -33.3, -1, 0.5, 15, 90, 200])
def test_a_rotation_is_that_of_pillow_counter_clockwise(angle: float) -> None:
    picture = photo()
    expected = pillow(picture).rotate(angle, Image.Resampling.BILINEAR)
    worst, mean = apart(varied(picture, ROTATE, (angle,)), expected)
    # At the rim Pillow takes a pixel or none, and we mix it with the black beside.
    inner = np.s_[3:-3, 3:-3] if angle in (90,) else np.s_[:, :]
    assert mean <= 2.5
    full = varied(np.full_like(picture, 255), ROTATE, (angle,)).min(axis=2) == 255
    inside = np.abs(
        varied(picture, ROTATE, (angle,)).astype(int) - np.asarray(expected)[..., ::-1].astype(int)
    )
    assert inside[inner][full[inner]].max(initial=0) <= 4, worst


@pytest.mark.parametrize("angle", [-40, -12.5, 7, 40])
@pytest.mark.parametrize("property", [SHEAR_H, SHEAR_V])
def test_a_shear_is_that_of_pillow_about_the_centre(property: str, angle: float) -> None:
    picture = photo()
    height, width = picture.shape[:2]
    slant = np.tan(np.deg2rad(angle))
    data = (
        (1, -slant, slant * height / 2, 0, 1, 0)
        if property == SHEAR_H
        else (1, 0, 0, -slant, 1, slant * width / 2)
    )
    expected = pillow(picture).transform(
        (width, height), Image.Transform.AFFINE, data, Image.Resampling.BILINEAR
    )
    found = varied(picture, property, (angle,))
    full = varied(np.full_like(picture, 255), property, (angle,)).min(axis=2) == 255
    difference = np.abs(found.astype(int) - np.asarray(expected)[..., ::-1].astype(int))
    assert difference[full].max() <= 4
    assert found[0, 0].max() == 0 or found[-1, 0].max() == 0 or found[0, -1].max() == 0


def test_a_positive_shear_moves_what_is_below_the_centre_to_the_right() -> None:
    picture = np.zeros((101, 101), np.uint8)
    picture[:, 50] = 255
    slanted = varied(picture, SHEAR_H, (45,))
    assert (
        int(slanted[80].argmax()) == 80
        and int(slanted[50].argmax()) == 50
        and int(slanted[20].argmax()) == 20
    )


@pytest.mark.parametrize("radius", [0.5, 1, 3.7, 8, 15])
def test_a_blur_is_a_gaussian_of_that_standard_deviation(radius: float) -> None:
    picture = photo()
    found = varied(picture, BLUR, (radius,))
    exact = cv2.GaussianBlur(picture.astype(np.float64), (0, 0), radius, borderType=cv2.BORDER_REFLECT_101)
    assert np.abs(found - exact).max() <= 1.5
    margin = int(4 * radius) + 1
    worst, mean = (
        apart(
            found[margin:-margin, margin:-margin],
            pillow(picture)
            .filter(ImageFilter.GaussianBlur(radius))
            .crop((margin, margin, 160 - margin, 120 - margin)),
        )
        if 2 * margin < 100
        else (0, 0.0)
    )
    assert worst <= 9 and mean <= 1.5


@pytest.mark.parametrize("percent", [-50, -20.5, 0.1, 33.3, 50])
def test_brightness_is_that_of_pillow(percent: float) -> None:
    picture = photo()
    expected = ImageEnhance.Brightness(pillow(picture)).enhance(1 + percent / 100)
    assert apart(varied(picture, BRIGHTNESS, (percent,)), expected)[0] <= 1


@given(st.integers(-1_000_000, 1_000_000))
def test_brightness_is_rounded_as_whole_numbers_are_however_it_is_computed(drawn: int) -> None:
    every = np.tile(np.arange(256, dtype=np.uint8), 3).reshape(1, -1)
    exact = [min((colour * (1_000_000 + drawn) + 500_000) // 1_000_000, 255) for colour in range(256)]
    assert varied(every, BRIGHTNESS, (drawn / 10_000,))[0].tolist() == exact * 3


@pytest.mark.parametrize("percent", [-50, -20.5, 0.1, 33.3, 50])
def test_saturation_is_that_of_pillow(percent: float) -> None:
    picture = photo()
    expected = ImageEnhance.Color(pillow(picture)).enhance(1 + percent / 100)
    assert apart(varied(picture, SATURATION, (percent,)), expected)[0] <= 2


@given(st.integers(-500_000, 500_000), st.integers(0, 1000))
def test_saturation_is_rounded_as_whole_numbers_are(drawn: int, seed: int) -> None:
    picture = noise(23, 7, 3, seed=seed)
    share = round((1_000_000 + drawn) * 4096 / 1_000_000)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(int)[..., None]
    exact = (picture.astype(int) * share + grey * (4096 - share) + 2048) // 4096
    found = varied(picture, SATURATION, (drawn / 10_000,))
    assert (found == np.clip(exact, 0, 255)).all()


@pytest.mark.parametrize("percent", [0.1, 25, 66.6, 100])
def test_grey_is_mixed_in_as_pillow_does(percent: float) -> None:
    picture = photo()
    expected = ImageEnhance.Color(pillow(picture)).enhance(1 - percent / 100)
    found = varied(picture, GRAYSCALE, (percent,))
    assert found.shape == picture.shape
    # Pillow rounds down, and so its grey.
    assert apart(found, expected)[0] <= 2
    if percent == 100:
        assert (found[..., 0] == found[..., 1]).all() and (found[..., 1] == found[..., 2]).all()


def shifted(picture: np.ndarray, degrees: float) -> np.ndarray:
    """The hue shifted in floating-point numbers, by Python's own colorsys."""
    rows = []
    for blue, green, red in picture.reshape(-1, 3) / 255:
        hue, saturation, value = colorsys.rgb_to_hsv(red, green, blue)
        rows.append(colorsys.hsv_to_rgb((hue + degrees / 360) % 1, saturation, value)[::-1])
    return np.asarray(np.rint(np.array(rows) * 255).reshape(picture.shape).astype(int))


@pytest.mark.parametrize("degrees", [-50, -13.7, 0.4, 20, 50])
def test_a_hue_is_shifted_in_degrees_of_the_whole_wheel(degrees: float) -> None:
    picture = np.concatenate([photo(40, 24), noise(40, 24, 3)])
    exact = shifted(picture, degrees)
    assert np.abs(varied(picture, HUE, (degrees,)).astype(int) - exact).max() <= 5
    deep = varied(picture.astype(np.uint16) * 257, HUE, (degrees,))
    assert np.abs(deep / 257 - exact).max() <= 1


@given(st.integers(0, 255), st.floats(-50, 50))
def test_grey_has_no_hue_and_stays(grey: int, degrees: float) -> None:
    picture = np.full((2, 2, 3), grey, np.uint8)
    for property in (HUE, SATURATION, GRAYSCALE):
        assert (varied(picture, property, (degrees if property == HUE else abs(degrees),)) == picture).all()


@given(st.floats(0, 100), st.integers(0, 2**53 - 1), st.integers(1, 70), st.integers(1, 50))
def test_noise_hits_exactly_that_share_of_the_pixels_half_white_half_black(
    percent: float, seed: int, width: int, height: int
) -> None:
    percent = round(percent, 4)
    picture = np.full((height, width, 3), 128, np.uint8)
    found = varied(picture, NOISE, (percent, seed))
    hit = int(width * height * round(percent * 10_000) // 1_000_000)
    assert int((found == 255).all(axis=2).sum()) == (hit + 1) // 2
    assert int((found == 0).all(axis=2).sum()) == hit // 2
    assert int((found == 128).all(axis=2).sum()) == width * height - hit


def test_noise_is_everywhere_and_another_seed_hits_other_pixels() -> None:
    picture = np.full((200, 200), 128, np.uint8)
    hit = [varied(picture, NOISE, (10, seed)) != 128 for seed in (1, 2)]
    quarters = [part.sum() for half in np.split(hit[0], 2) for part in np.split(half, 2, axis=1)]
    assert all(850 < int(each) < 1150 for each in quarters)
    assert 250 < int((hit[0] & hit[1]).sum()) < 550


@given(st.floats(0, 95), st.floats(0, 0.99), st.floats(0, 0.99))
def test_a_crop_is_a_part_of_the_picture(percent: float, x: float, y: float) -> None:
    height, width = 60, 80
    where = np.arange(height * width, dtype=np.uint16).reshape(height, width)
    found = varied(where, CROP, (percent, x, y))
    top, left = divmod(int(found[0, 0]), width)
    assert (found == where[top : top + found.shape[0], left : left + found.shape[1]]).all()


@pytest.mark.parametrize("property", property_ids())
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("channels", [None, 3, 4])
def test_every_kind_of_picture_can_be_varied_and_keeps_its_kind(
    property: str, kind: type, channels: int | None
) -> None:
    picture = noise(30, 20, channels, kind)
    found = varied(picture, property, RECIPES.get(property, ()))
    assert found.dtype == kind and found.shape[2:] == picture.shape[2:]
    assert cv2.imencode(".png", found)[0]
    if channels == 4 and property in (GRAYSCALE, HUE, SATURATION, BRIGHTNESS, NOISE):
        assert (found[..., 3] == picture[..., 3]).all()


@pytest.mark.parametrize("property", property_ids())
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_no_kernel_takes_more_than_four_times_the_picture_beside_it(property: str, kind: type) -> None:
    picture = noise(2000, 1000, 3, kind)
    values = {NOISE: (75.0, 99.0), BLUR: (15.0,)}.get(property, RECIPES.get(property, ()))
    tracemalloc.start()
    try:
        varied(picture, property, values)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most <= 4 * picture.nbytes


@pytest.mark.parametrize("rows", [0, 1, 7])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("property", [HUE, SATURATION, NOISE])
def test_it_does_not_matter_how_many_rows_are_changed_at_a_time(
    property: str, kind: type, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = noise(50, 41, 3, kind)
    whole = varied(picture, property, RECIPES[property])
    monkeypatch.setattr(colour, "_BAND", rows * 50)
    assert (varied(picture, property, RECIPES[property]) == whole).all()


def test_all_pixels_are_the_same_for_ever(golden: Golden) -> None:
    """What these are with this release of OpenCV, they are with every other: `tests/oracles/test_pixels.py`."""
    golden("pixels/digests.json", json.dumps(digests(), indent=2) + "\n")
