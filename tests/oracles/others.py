"""What libraries that know nothing of setwright find in a dataset that we wrote, and datasets that they write.

They live in .venv-oracles, beside datumaro, and answer from a process of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.oracles.datumaro import PYTHON

SCRIPT = Path(__file__).with_name("read_with_others.py")
WRITING = Path(__file__).with_name("write_with_others.py")


def read_with(library: str, *arguments: str | Path, cwd: Path | None = None) -> Any:
    """What the function called `library` in `read_with_others.py` answers."""
    return read_all((library, *arguments), cwd=cwd)[0]


def write_with(library: str, *arguments: str | Path) -> None:
    """Let the function called `library` in `write_with_others.py` write its dataset."""
    read_all((library, *arguments), script=WRITING)


def read_all(*calls: tuple[str | Path, ...], cwd: Path | None = None, script: Path = SCRIPT) -> list[Any]:
    """What each call, a library with its arguments, answers; all in one process, since these libraries load slowly.

    A test that calls this is marked `oracle`. Without .venv-oracles it is skipped, but not on a build server.
    """
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which other libraries live")
    # -P, or else an import over there would find the files beside the script.
    answer = subprocess.run(
        [PYTHON, "-P", script, json.dumps([list(map(str, call)) for call in calls])],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
    )
    assert answer.returncode == 0, f"Others cannot do it:\n{answer.stderr}"
    answers: list[Any] = json.loads(answer.stdout)
    return answers
