"""Turns for requests that take much memory: a few at a time, a few more that wait, and no to those beyond.

Whoever waits holds a thread, of which the server has some forty for all that it answers; without a bound on those who
wait, a client that asks for much at once would have them all.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from setwright.server.answers import Refused

if TYPE_CHECKING:
    from types import TracebackType


class Turns:
    """A context that `at_once` requests may be in, and `waiting` more may wait for. Safe for several threads."""

    def __init__(self, at_once: int, waiting: int) -> None:
        self._turn = threading.BoundedSemaphore(at_once)
        self._room = threading.BoundedSemaphore(at_once + waiting)

    def __enter__(self) -> None:
        """Wait for a turn.

        Raises:
            Refused: too many wait already.
        """
        if not self._room.acquire(blocking=False):
            raise Refused(503, "Too many ask for as much at once. Try again.")
        self._turn.acquire()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the next one in."""
        self._turn.release()
        self._room.release()
