"""Our copies beside those of albumentations 2.0.8, which its users know: pixels and boxes, for what both offer.

Where it draws what nobody can tell it (noise, which quarter), it is no oracle; Pillow and counts are, in tests/pixels.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from setwright.augment.objects import vary
from setwright.augment.placement import crop_window
from setwright.pixels.kernels import varied
from tests.augment.copies import (
    BLUR,
    BRIGHTNESS,
    CROP,
    FLIP_H,
    FLIP_V,
    GRAYSCALE,
    HUE,
    ROTATE,
    SATURATION,
    SHEAR_H,
    SHEAR_V,
    box,
    copies,
    frames,
    objects_in,
)
from tests.pixels.pictures import photo

pytestmark = pytest.mark.oracle

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-oracles" / "bin" / "python"
SCRIPT = Path(__file__).with_name("augment_with_albumentations.py")
W, H = 160, 120
BOXES = [(10.0, 20.0, 60.0, 50.0), (90.0, 15.0, 150.0, 100.0), (70.0, 55.0, 85.0, 65.0)]
WINDOW = [int(each[0]) for each in crop_window(np.array([[30, 0.4, 0.6]]), np.array([W]), np.array([H]))]

# Ours, theirs, and how far apart pixels (the greatest difference, the mean one) and boxes (in pixels) may be. The
# pixels of turned and slanted pictures are compared where neither has a rim. Their boxes are of pixel centres, so
# that a turned box of theirs lies half a pixel beside. A shear of theirs goes the other way.
CASES: list[tuple[str, tuple[float, ...], tuple[str, Any], int, float, float]] = [
    (FLIP_H, (), ("flip_horizontal", None), 0, 0, 1e-4),
    (FLIP_V, (), ("flip_vertical", None), 0, 0, 1e-4),
    (ROTATE, (25,), ("rotate", 25), 4, 0.8, 0.75),
    (ROTATE, (-70.5,), ("rotate", -70.5), 4, 0.8, 0.75),
    (SHEAR_H, (15,), ("shear_x", -15), 4, 0.8, 0.75),
    (SHEAR_V, (-20,), ("shear_y", 20), 4, 0.8, 0.75),
    (
        CROP,
        (30, 0.4, 0.6),
        ("crop", [WINDOW[0], WINDOW[1], WINDOW[0] + WINDOW[2], WINDOW[1] + WINDOW[3]]),
        0,
        0,
        1e-4,
    ),
    (BRIGHTNESS, (-30,), ("brightness", 0.7), 1, 0.6, 0),
    (BRIGHTNESS, (40,), ("brightness", 1.4), 1, 0.6, 0),
    (SATURATION, (-50,), ("saturation", 0.5), 2, 0.6, 0),
    (SATURATION, (50,), ("saturation", 1.5), 2, 0.6, 0),
    (HUE, (36,), ("hue", 0.1), 8, 1.5, 0),
    (HUE, (-50,), ("hue", -50 / 360), 8, 1.5, 0),
    (GRAYSCALE, (100,), ("grayscale", None), 1, 0.5, 0),
    (BLUR, (2.5,), ("blur", 2.5), 2, 0.5, 0),
    (BLUR, (10,), ("blur", 10), 2, 0.5, 0),
]


@pytest.fixture(scope="module")
def theirs(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What albumentations makes, for all cases at once, since it takes seconds to start."""
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which albumentations lives")
    folder = tmp_path_factory.mktemp("albumentations")
    recipes = json.dumps([case[2] for case in CASES])
    np.savez(folder / "request.npz", picture=photo(W, H)[..., ::-1], boxes=np.array(BOXES), recipes=recipes)
    answer = subprocess.run(
        [PYTHON, "-P", SCRIPT, folder / "request.npz", folder / "answer.npz"],
        env={**os.environ, "NO_ALBUMENTATIONS_UPDATE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    return np.load(folder / "answer.npz")


@pytest.mark.parametrize("number", range(len(CASES)), ids=[f"{case[0]}{case[1]}" for case in CASES])
def test_it_makes_the_same(theirs: Any, number: int) -> None:
    property, values, _, most, mean, off = CASES[number]
    ours = varied(photo(W, H), property, values)[..., ::-1]
    found = theirs[f"picture{number}"]
    assert ours.shape == found.shape
    inside = np.ones(ours.shape[:2], bool)
    if property in (ROTATE, SHEAR_H, SHEAR_V):
        inside = _eroded(varied(np.full((H, W), 255, np.uint8), property, values) == 255)
    difference = np.abs(ours.astype(int) - found.astype(int))[inside]
    assert difference.max() <= most
    assert difference.mean() <= mean
    moved = vary(
        objects_in([(0, box(*each)) for each in BOXES]),
        frames((W, H)),
        copies((0, property, values), min_visibility=0, min_size=0),
    )
    expected = theirs[f"boxes{number}"][:, 1:]
    assert moved.annotations.box == pytest.approx(expected, abs=max(off, 1e-4))


def _eroded(inside: np.ndarray) -> np.ndarray:
    """The pixels whose neighbours are inside, too: a rim mixes with the black beside."""
    found = inside.copy()
    for axis in (0, 1):
        for step in (1, -1):
            found &= np.roll(inside, step, axis)
    return found
