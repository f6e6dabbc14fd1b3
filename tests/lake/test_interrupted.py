"""Ctrl-C, kill, and others at work at the same time: the lake stays whole, and running again does the rest."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from setwright.lake.lake import Lake
from setwright.model.events import Advanced, Event, Finished, Started
from tests.lake.lakes import content, ingest, stored_files, write

FILES = {f"{number}.png": ["RBC"] for number in range(20)}
PROGRAM = Path(__file__).with_name("killed_at_random.py")


@pytest.mark.parametrize("after", [0, 1, 10, 20])
def test_ctrl_c_records_nothing_and_running_again_goes_on(lake: Lake, tmp_path: Path, after: int) -> None:
    folder = write(tmp_path / "in", FILES)
    seen = 0

    def interrupt(event: Event) -> None:
        nonlocal seen
        if isinstance(event, Started) and event.task == "Reading pictures" and after == 0:
            raise KeyboardInterrupt
        if isinstance(event, Advanced) and event.task == "Reading pictures":
            seen += 1
            if seen == after:
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(lake, folder, listener=interrupt)
    assert (lake.revision(), content(lake)) == (0, ([], []))
    assert lake.verify().damages == ()
    assert ingest(lake, folder).frames_new == 20
    assert len(stored_files(lake)) == 20


def test_ctrl_c_after_the_pictures_are_stored_records_nothing(lake: Lake, tmp_path: Path) -> None:
    def interrupt(event: Event) -> None:
        if isinstance(event, Finished) and event.task == "Reading pictures":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(lake, write(tmp_path / "in", FILES), listener=interrupt)
    found = lake.verify()
    assert (found.damages, found.unreferenced, lake.revision()) == ((), 20, 0)


def test_what_a_writer_that_died_has_left_half_written_is_cleared_away(lake: Lake, tmp_path: Path) -> None:
    left = lake.folder / "blobs" / "ab" / ".0123.setwright-part"
    left.parent.mkdir()
    left.write_bytes(b"half")
    ingest(lake, write(tmp_path / "in", {"a.png": []}))
    assert not left.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_two_who_ingest_at_the_same_time_both_succeed(lake: Lake, tmp_path: Path) -> None:
    lake.close()
    answer = run("together", tmp_path)
    assert answer == {"failed": 0}
    with Lake.open(lake.folder) as again:
        assert again.revision() == 4
        assert len(content(again)[0]) == 40
        assert len({row[1] for row in content(again)[0]}) == 40, "a number stands for one frame"
        assert again.verify().damages == ()


@pytest.mark.slow
@pytest.mark.timeout(620)
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("what", ["ingest", "publish"])
def test_killed_at_any_moment_the_lake_is_whole_and_running_again_does_the_rest(
    what: str, tmp_path: Path
) -> None:
    answer = run(what, tmp_path, "50")
    assert answer["complaints"] == []
    # Some children come to their end before they are killed; most must not.
    assert answer["killed"] >= 50


@pytest.mark.slow
@pytest.mark.timeout(620)
@pytest.mark.skipif(sys.platform == "win32", reason="forks")
@pytest.mark.parametrize("what", ["ingest", "publish"])
def test_killed_beside_a_catalogue_in_postgresql_it_goes_on_too_and_no_lock_is_left(
    what: str, tmp_path: Path, postgresql: str
) -> None:
    """At 60 moments each with `SETWRIGHT_MANY`."""
    kills = 60 if "SETWRIGHT_MANY" in os.environ else 6
    answer = run(what, tmp_path, str(kills), postgresql)
    assert answer["complaints"] == []
    assert answer["killed"] >= kills


def run(what: str, folder: Path, *more: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, PROGRAM, what, folder, *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found
