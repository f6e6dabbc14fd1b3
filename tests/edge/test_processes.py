"""A lock whose holder died on this machine is free at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from setwright.edge.processes import has_ended, this_system
from setwright.lake.lake import Lake
from setwright.model.errors import LockHeldError

HOLD = """
import sys
from pathlib import Path
from setwright.lake.lake import Lake
with Lake.open(Path(sys.argv[1])) as lake, lake.lease("cells", "ada"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_lock_is_free_at_once_when_the_process_that_held_it_was_killed(tmp_path: Path) -> None:
    Lake.create(tmp_path / "lake").close()
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lake")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with Lake.open(tmp_path / "lake") as lake:
            with pytest.raises(LockHeldError, match="locked"), lake.lease("cells", "bob"):
                pytest.fail("two held one lock")
            holder.kill()
            holder.wait()
            with lake.lease("cells", "bob"):
                pass


def test_a_process_of_another_system_is_never_taken_for_dead() -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    assert has_ended(this_system(), ended.pid)
    assert not has_ended("another", ended.pid)
    assert not has_ended(this_system(), os.getpid())
