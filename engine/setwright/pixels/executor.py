"""Work in pieces that know nothing of each other, done by whoever can: threads, processes, or another engine."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from setwright.edge.processors import processors
from setwright.model.errors import SetwrightError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Executor(Protocol):
    """Whoever does pieces of work."""

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        """Each piece with what `work` makes of it, as they are completed, in any order.

        Only so many pieces are taken at a time as are worked on soon, so `pieces` may be without end. When the
        iterator is closed, or a piece fails, those that run are waited for and no others are begun. Work that takes
        long ends early where `stopping` says so.
        """


_here = threading.local()


def stopping() -> bool:
    """Whether nobody waits any longer for what this thread works on: it should give what it has so far."""
    stop: threading.Event | None = getattr(_here, "stop", None)
    return stop is not None and stop.is_set()


def only_waits() -> None:
    """Say that this thread has worked, and until its piece is done only waits, for a disk say: another may work now."""
    turns: threading.Semaphore | None = getattr(_here, "turns", None)
    if turns is not None:
        _here.turns = None
        turns.release()


@contextmanager
def _turn(stop: threading.Event, turns: threading.Semaphore) -> Iterator[None]:
    """One of `turns`, waited for, and kept until this thread says that it only waits; `stop` is to be heeded."""
    turns.acquire()
    _here.stop, _here.turns = stop, turns
    try:
        yield
    finally:
        only_waits()


class Threads:
    """Threads of this process. OpenCV, and the disk, let the interpreter go while they work.

    As many work at a time as are asked for. As many more may wait for what they have stored, so that neither the
    processors nor the disk are idle while the other is busy.

    On Ctrl-C work is told to stop, and what it has come to by then is given before the interrupt is raised again.
    """

    def __init__(self, count: int | None = None) -> None:
        """`count` threads that work, one a processor that this process may use if None."""
        self._count = count or processors()

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        stop, turns = threading.Event(), threading.Semaphore(self._count)

        def in_turn(piece: Piece) -> Result:
            with _turn(stop, turns):
                return work(piece)

        threads = 2 * self._count
        pool = ThreadPoolExecutor(threads, "pictures")
        running: dict[Future[Result], Piece] = {}
        rest = iter(pieces)
        try:
            while True:
                # One more than there are threads waits, so that none is ever idle; no result is ever kept.
                while len(running) <= threads and (piece := next(rest, None)) is not None:
                    running[pool.submit(in_turn, piece)] = piece
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        except KeyboardInterrupt:
            stop.set()
            for future in [each for each in running if not each.cancel()]:
                yield running.pop(future), future.result()
            raise
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)


class Processes:
    """Processes of their own, so that who hands out the work can answer others meanwhile.

    Work, pieces and results are sent to and fro, so `work` is a function of a module. A process that dies, for want of
    memory say, is replaced, and what it was at is done again; where that goes on and on, a `SetwrightError` says so.
    """

    def __init__(self, count: int | None = None) -> None:
        """`count` processes, one a processor that this process may use if None."""
        self._count = count or processors()

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        rest, deaths = iter(pieces), 0
        again: list[Piece] = []
        while True:
            pool = _pool(self._count)
            running: dict[Future[Result], Piece] = {}
            try:
                while True:
                    while len(running) <= self._count:
                        piece = again.pop() if again else next(rest, None)
                        if piece is None:
                            break
                        again.append(piece)  # until it is sure that somebody has it
                        running[pool.submit(work, piece)] = piece
                        again.pop()
                    if not running:
                        return
                    for future in wait(running, return_when=FIRST_COMPLETED).done:
                        result = future.result()
                        yield running.pop(future), result
            except BrokenProcessPool as error:
                deaths += 1
                if deaths > _MOST_DEATHS:
                    raise SetwrightError(
                        "The processes that make pictures die",
                        f"It happened {deaths} times; as a rule the system ends them for want of memory.",
                        "give the machine more memory, and try again: what was made is kept",
                    ) from error
                again += running.values()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


_MOST_DEATHS = 3


def _pool(count: int) -> ProcessPoolExecutor:
    # Not by fork, which would copy the locks of the server's threads as they happen to be.
    return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), initializer=_start)


def _start() -> None:
    """In a new process: leave Ctrl-C to who started it, and end when that one is gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
