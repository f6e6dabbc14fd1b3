"""Other releases of OpenCV, with and without what the processor offers, make the same pixels of the same recipes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from tests.pixels.pictures import digests

ROOT = Path(__file__).parents[2]
ORACLES = ROOT / ".venv-oracles" / "bin" / "python"

pytestmark = pytest.mark.oracle


def asked(python: Path | str, **environment: str) -> tuple[str, dict[str, str]]:
    """The release of OpenCV that `python` has, and the digests of what it makes."""
    answer = subprocess.run(
        [python, "-P", ROOT / "tests" / "pixels" / "pictures.py"],
        env={**os.environ, "PYTHONPATH": str(ROOT / "engine"), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    found = json.loads(answer.stdout)
    return found["opencv"], found["digests"]


def test_another_release_of_opencv_makes_the_same_pixels() -> None:
    if not ORACLES.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which another OpenCV lives")
    release, found = asked(ORACLES)
    assert release != cv2.__version__
    assert found == digests()


@pytest.mark.parametrize("without", ["AVX2,FMA3,FP16", "AVX2,FMA3,FP16,AVX,SSE4.2,SSE4.1,SSSE3"])
def test_a_processor_that_offers_less_makes_the_same_pixels(without: str) -> None:
    assert asked(sys.executable, OPENCV_CPU_DISABLE=without)[1] == digests()
