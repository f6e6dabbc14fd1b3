"""Whoever does the work, all of it is done; a process that dies is replaced, and does not take the work with it."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from setwright.model.errors import SetwrightError
from setwright.pixels.executor import Executor, Processes, Threads, only_waits, stopping

EXECUTORS: list[Callable[[], Executor]] = [lambda: Threads(2), lambda: Processes(2)]
EACH = pytest.mark.parametrize("executor", EXECUTORS, ids=["threads", "processes"])


def squared(number: int) -> int:
    return number * number


def refused(number: int) -> int:
    if number == 3:
        raise ValueError("three")
    return number


def dying_once(mark: Path, number: int) -> int:
    """The first process that comes to 3 dies of it."""
    if number == 3:
        try:
            mark.open("x").close()
        except FileExistsError:
            return number
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def dying(number: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return number


@EACH
def test_all_pieces_are_done_once(executor: Callable[[], Executor]) -> None:
    assert sorted(executor().done(squared, range(50))) == [(n, n * n) for n in range(50)]
    assert list(executor().done(squared, [])) == []


@EACH
def test_only_as_many_pieces_are_taken_as_are_worked_on_soon(executor: Callable[[], Executor]) -> None:
    endless = itertools.count()
    with closing(executor().done(squared, endless)) as results:
        assert [next(results)[0] < 10 for _ in range(3)] == [True] * 3
    assert next(endless) < 20


@EACH
def test_a_piece_that_fails_is_told_as_it_failed(executor: Callable[[], Executor]) -> None:
    with pytest.raises(ValueError, match="three"):
        list(executor().done(refused, range(9)))


def long(interrupted: threading.Event, number: int) -> int:
    """Counts until it is told to stop; once the second has begun, the main thread is interrupted as by Ctrl-C."""
    for count in range(1, 10_000):
        if number == 1 and not interrupted.is_set():
            interrupted.set()
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        if stopping():
            return count
        time.sleep(0.001)
    return -1


def test_ctrl_c_ends_work_that_is_under_way_and_gives_what_it_came_to() -> None:
    given = []
    with pytest.raises(KeyboardInterrupt):
        for _, count in Threads(2).done(partial(long, threading.Event()), itertools.count()):
            given.append(count)
    assert given
    assert all(0 < count < 10_000 for count in given)


def test_as_many_work_at_a_time_as_are_asked_for_and_as_many_more_wait() -> None:
    working: list[int] = []
    seen: list[int] = []
    four = threading.Barrier(4)

    def work(number: int) -> int:
        working.append(number)
        time.sleep(0.01)
        seen.append(len(working))
        working.remove(number)
        only_waits()
        four.wait(timeout=30)
        return number

    assert sorted(number for number, _ in Threads(2).done(work, range(40))) == list(range(40))
    assert max(seen) == 2


def test_a_process_that_dies_is_replaced_and_what_it_was_at_is_done_again(tmp_path: Path) -> None:
    done = Processes(2).done(partial(dying_once, tmp_path / "mark"), range(20))
    assert sorted(number for number, _ in done) == list(range(20))
    assert (tmp_path / "mark").exists()


def test_work_that_kills_whoever_does_it_is_given_up() -> None:
    with pytest.raises(SetwrightError, match="die"):
        list(Processes(1).done(dying, [1]))


ORPHANS = """
import itertools, os, sys
from setwright.pixels.executor import Processes

if __name__ == "__main__":
    for _, worker in Processes(2).done(abs, itertools.count()):
        import multiprocessing
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        sys.stdin.read()
"""


def test_processes_end_with_who_started_them_even_if_that_one_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, script], stdin=pipe, stdout=pipe, text=True) as parent:
        assert parent.stdout is not None
        workers = [int(each) for each in parent.stdout.readline().split()]
        assert workers
        parent.kill()
    for _ in range(200):
        if not any(Path(f"/proc/{each}/stat").exists() and _runs(each) for each in workers):
            return
        time.sleep(0.05)
    pytest.fail(f"{workers} run on")


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
