"""Killed at any moment, an apply to LayerNext is finished by the next one, and nothing is made twice."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = Path(__file__).with_name("apply_killed_at_random.py")
KILLS = 60 if "SETWRIGHT_MANY" in os.environ else 2


@pytest.mark.slow
@pytest.mark.timeout(1200)
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_an_apply_that_was_killed_at_any_moment_is_finished_by_the_next(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, PROGRAM, tmp_path, str(KILLS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=1100,
    )
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["complaints"] == []
    assert answer["killed"] >= KILLS
