"""Locks: held by one, free when their holder is done, gone, or has not renewed them for too long."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import LockHeldError
from tests.lake.lakes import NOON


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def clock(catalog: str | None, tmp_path: Path) -> Clock:
    Lake.create(tmp_path / "lake", catalog).close()
    return Clock()


def opened(tmp_path: Path, clock: Clock, life: float = 3600) -> Lake:
    return Lake.open(tmp_path / "lake", clock=clock, lease_life=life)


def test_a_held_lock_names_its_holder_and_since_when(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as lake, lake.lease("cells", "ada@lab"):
        with pytest.raises(LockHeldError) as refused, lake.lease("cells", "bob@lab"):
            pytest.fail("two held one lock")
        assert refused.value.exit_code == 4
        assert refused.value.detail == "ada@lab holds the lock since 2026-01-01 12:00:00 UTC."


def test_locks_of_two_names_do_not_know_each_other(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as lake, lake.lease("cells", "ada"), lake.lease("signs", "bob"):
        pass


def test_a_lock_is_free_after_work_that_failed(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock) as lake:
        with pytest.raises(RuntimeError, match="oops"), lake.lease("cells", "ada"):
            raise RuntimeError("oops")
        with lake.lease("cells", "bob"):
            pass


def test_a_lock_of_a_holder_who_died_is_free_when_its_life_is_over(tmp_path: Path, clock: Clock) -> None:
    with opened(tmp_path, clock, life=60) as dead, opened(tmp_path, clock, life=60) as lake:
        held = dead.lease("cells", "ada")
        held.__enter__()
        for thread in threading.enumerate():
            assert thread.daemon or not thread.name.startswith("lease"), "it would outlive its process"
        clock.pass_(59)
        with pytest.raises(LockHeldError), lake.lease("cells", "bob"):
            pytest.fail("two held one lock")
        clock.pass_(1)
        with lake.lease("cells", "bob"):
            pass
        held.__exit__(None, None, None)


def test_a_holder_who_works_on_keeps_the_lock_past_its_life(tmp_path: Path) -> None:
    """By the real clock, for what renews is a thread."""
    Lake.create(tmp_path / "lake").close()
    with (
        Lake.open(tmp_path / "lake", lease_life=0.6) as ada,
        Lake.open(tmp_path / "lake", lease_life=0.6) as bob,
        ada.lease("cells", "ada"),
    ):
        waiting = threading.Event()
        for _ in range(6):
            waiting.wait(0.25)
            with pytest.raises(LockHeldError), bob.lease("cells", "bob"):
                pytest.fail("two held one lock")


def test_a_holder_who_was_paused_does_not_take_the_lock_from_its_new_holder(
    tmp_path: Path, clock: Clock
) -> None:
    with opened(tmp_path, clock, life=60) as lake, opened(tmp_path, clock, life=60) as other:
        paused = lake.lease("cells", "ada")
        paused.__enter__()
        clock.pass_(61)
        with other.lease("cells", "bob"):
            paused.__exit__(None, None, None)
            with pytest.raises(LockHeldError, match="cells is locked") as refused, lake.lease("cells", "eve"):
                pytest.fail("two held one lock")
            assert refused.value.detail.startswith("bob holds")
