"""Pieces of an export or an ingest made ahead of who takes them, in their order, by as many threads as pay."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from setwright.edge.processors import processors

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable

Piece = TypeVar("Piece")
Result = TypeVar("Result")

_MOST = 2
"""More threads would wait for the interpreter, which NumPy lets go for two thirds of the time."""


def threads_that_pay() -> int:
    """Two where there are two processors, else one."""
    return min(_MOST, processors())


def ahead(
    work: Callable[[Piece], Result], pieces: Iterable[Piece], threads: int, held: int | None = None
) -> Generator[Result]:
    """What `work` makes of each of `pieces`, in their order.

    At most one more than `held`, by default as many as there are `threads`, is made before it is asked for. Who closes
    the iterator, and a piece that fails, wait for those under way; no others are begun.
    """
    if threads == 1:
        yield from map(work, pieces)
        return
    pool = ThreadPoolExecutor(threads, thread_name_prefix="ahead")
    waiting: deque[Future[Result]] = deque()
    try:
        for piece in pieces:
            waiting.append(pool.submit(work, piece))
            if len(waiting) > (held or threads):
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
