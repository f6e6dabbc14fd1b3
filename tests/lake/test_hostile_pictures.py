"""Seventy pictures that are broken or bombs, and some that only look so: refused with a reason, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.lake.hostile_pictures import refused, taken

PROGRAM = Path(__file__).with_name("hostile_pictures.py")

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="measures memory as Unix does")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    # In a process of its own, whose memory is that of this alone.
    done = subprocess.run(
        [sys.executable, "-W", "ignore", PROGRAM], capture_output=True, text=True, check=False, timeout=100
    )
    assert done.returncode == 0, done.stderr
    answers: dict[str, Any] = json.loads(done.stdout)
    return answers


def test_every_one_is_refused_with_a_reason_or_taken(found: dict[str, Any]) -> None:
    expected = {name: True for name, _ in refused()} | {name: False for name, _ in taken()}
    assert len(expected) >= 60
    assert {name: reason is not None for name, reason in found["answers"].items()} == expected
    assert all(reason is None or len(reason) > 10 for reason in found["answers"].values())


def test_none_of_them_takes_more_memory_than_making_them_did(found: dict[str, Any]) -> None:
    assert found["most"] < max(500_000_000, found["before"] + 50_000_000)
