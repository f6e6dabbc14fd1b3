"""States in a folder: numbered files, each made once; and locks that the dead do not keep."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from setwright.model.errors import FormatError, LockHeldError, StalePlanError
from setwright.state.document import State, never_applied
from setwright.state.folder import KEPT, FolderStates

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def states(tmp_path: Path, clock: Clock) -> FolderStates:
    return FolderStates(tmp_path / "state", clock)


def after(state: State, times: int = 1) -> State:
    for _ in range(times):
        state = state.forget("nothing")
    return state


FIRST = after(never_applied("lineage"))


def test_nothing_is_written_by_looking(states: FolderStates, tmp_path: Path) -> None:
    assert states.newest("party") is None
    assert not (tmp_path / "state").exists()


def test_a_state_is_a_file_of_its_own_under_its_serial(states: FolderStates, tmp_path: Path) -> None:
    states.add("party", FIRST)
    states.add("party", after(FIRST))
    assert states.newest("party") == after(FIRST)
    folder = tmp_path / "state" / "party"
    assert sorted(file.name for file in folder.iterdir()) == ["0000000001.json", "0000000002.json"]
    assert json.loads((folder / "0000000001.json").read_text())["serial"] == 1


def test_a_serial_is_made_once_and_none_is_left_out(states: FolderStates) -> None:
    states.add("party", FIRST)
    for wrong in (FIRST, after(FIRST, 2)):
        with pytest.raises(StalePlanError, match="has moved on"):
            states.add("party", wrong)
    with pytest.raises(StalePlanError, match="another history"):
        states.add("party", replace(after(FIRST), lineage="another"))
    assert states.newest("party") == FIRST


def test_of_many_writers_who_saw_one_state_exactly_one_wins(states: FolderStates) -> None:
    start = threading.Barrier(8)

    def write(_: int) -> bool:
        start.wait()
        try:
            states.add("party", FIRST)
        except StalePlanError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(write, range(8))) == 1


def test_the_newest_states_are_kept(states: FolderStates, tmp_path: Path) -> None:
    state = FIRST
    for _ in range(KEPT + 5):
        states.add("party", state)
        state = after(state)
    kept = sorted(file.name for file in (tmp_path / "state" / "party").iterdir())
    assert (len(kept), kept[-1]) == (KEPT, f"{KEPT + 5:010}.json")


def test_a_file_that_is_no_state_is_told_as_such(states: FolderStates, tmp_path: Path) -> None:
    states.add("party", FIRST)
    (tmp_path / "state" / "party" / "0000000002.json").write_text("{")
    with pytest.raises(FormatError, match="is no state"):
        states.newest("party")


@pytest.mark.parametrize(
    "name", ["../../etc", "Party", "locks", "a/b", "ä", "x" * 200, "party@staging", " ", "con"]
)
def test_any_name_of_a_project_stays_in_the_folder_and_apart_from_others(
    name: str, states: FolderStates, tmp_path: Path
) -> None:
    states.add("party", after(never_applied("other")))
    states.add(name, FIRST)
    with states.lease(name, "ada"):
        assert states.newest(name) == FIRST
    assert {path.name for path in tmp_path.iterdir()} == {"state"}
    assert len(list((tmp_path / "state").iterdir())) == 3


def test_a_held_lock_names_its_holder_and_since_when(states: FolderStates) -> None:
    with states.lease("cells", "ada@lab"):
        with pytest.raises(LockHeldError) as refused, states.lease("cells", "bob@lab"):
            pytest.fail("two held one lock")
        with states.lease("signs", "bob@lab"):
            pass
    assert refused.value.detail == "ada@lab holds the lock since 2026-01-01 12:00:00 UTC."
    with states.lease("cells", "bob@lab"):
        pass


def test_a_lock_that_nobody_renews_is_free_when_its_life_is_over(states: FolderStates, clock: Clock) -> None:
    held = states.lease("cells", "ada")
    held.__enter__()
    clock.now += timedelta(seconds=59)
    with pytest.raises(LockHeldError), states.lease("cells", "bob"):
        pytest.fail("two held one lock")
    clock.now += timedelta(seconds=1)
    with states.lease("cells", "bob"):
        held.__exit__(None, None, None)
        with pytest.raises(LockHeldError, match="locked"), states.lease("cells", "eve"):
            pytest.fail("ada let go of what was bob's")


def test_a_lock_is_renewed_while_it_is_held(tmp_path: Path, clock: Clock) -> None:
    states = FolderStates(tmp_path / "state", clock, life=0.03)
    lock = tmp_path / "state" / "locks" / "cells.json"
    with states.lease("cells", "ada"):
        before = json.loads(lock.read_text())["expires"]
        clock.now += timedelta(hours=1)
        for _ in range(500):
            if json.loads(lock.read_text())["expires"] != before:
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail("it was not renewed")


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a lock has to run out")
def test_a_holder_that_was_killed_locks_nobody_out(tmp_path: Path) -> None:
    program = (
        "import sys, os, pathlib, datetime\n"
        "from setwright.state.folder import FolderStates\n"
        "states = FolderStates(pathlib.Path(sys.argv[1]), lambda: datetime.datetime.now(datetime.UTC))\n"
        "held = states.lease('cells', 'ada')\n"
        "held.__enter__()\n"
        "os.kill(os.getpid(), 9)\n"
    )
    folder = tmp_path / "state"
    ended = subprocess.run([sys.executable, "-c", program, str(folder)], check=False)
    assert ended.returncode == -9
    assert (folder / "locks" / "cells.json").exists()
    with FolderStates(folder, lambda: datetime.now(UTC)).lease("cells", "bob"):
        pass
