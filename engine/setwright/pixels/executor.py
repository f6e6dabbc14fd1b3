"""Work in pieces that know nothing of each other, done by whoever can: threads here, or another engine behind this."""

from __future__ import annotations

import os
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Piece = TypeVar("Piece")
Result = TypeVar("Result")


class Executor(Protocol):
    """Whoever does pieces of work."""

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        """Each piece with what `work` makes of it, as they are completed, in any order.

        Only so many pieces are taken at a time as are worked on soon, so `pieces` may be without end. When the
        iterator is closed, or a piece fails, those that run are waited for and no others are begun.
        """


class Threads:
    """Threads of this process. OpenCV, and the disk, let the interpreter go while they work."""

    def __init__(self, count: int | None = None) -> None:
        """`count` threads, one a processor that this process may use if None."""
        self._count = count or _processors()

    def done(
        self, work: Callable[[Piece], Result], pieces: Iterable[Piece]
    ) -> Generator[tuple[Piece, Result]]:
        pool = ThreadPoolExecutor(self._count, thread_name_prefix="pictures")
        running: dict[Future[Result], Piece] = {}
        rest = iter(pieces)
        try:
            while True:
                # One more than there are threads waits, so that none is ever idle; no result is ever kept.
                while len(running) <= self._count and (piece := next(rest, None)) is not None:
                    running[pool.submit(work, piece)] = piece
                if not running:
                    return
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    yield running.pop(future), future.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))  # fewer than there are, in a container
    return os.cpu_count() or 1
