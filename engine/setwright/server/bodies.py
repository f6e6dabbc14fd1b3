"""Bodies of requests that are read as a whole: of whom, in what time, how large, and how much of them at a time.

What reads JSON, and says what is wrong with it, takes much more memory than the bytes that came, so the values in a
body count as well. Of somebody without a key nothing is kept.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from setwright.server.answers import Refused
from setwright.server.connections import SLOWEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.types import Message, Receive

PATIENCE: Final = 60.0
"""Seconds for which nothing of a body may come, lest who sends none holds a place for ever."""

VALUES: Final = 500_000
"""Values of JSON, at most, in one body."""

HELD: Final = 2**30
"""Bytes that all bodies may come to at a time."""

_PER_VALUE: Final = 1024
"""Bytes that a value comes to, at most, when it is not what it should be and its sender is told so."""

_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


class Pace:
    """Whether what comes keeps up: the next piece in `PATIENCE`, and all of them at `SLOWEST`."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._began = time.monotonic()
        self._came = 0

    async def next(self) -> Message:
        """The next piece.

        Raises:
            Refused: it does not come, or at no pace.
        """
        left = self._began + PATIENCE + self._came / SLOWEST - time.monotonic()
        try:
            message = await asyncio.wait_for(self._receive(), min(PATIENCE, left))
        except TimeoutError:
            raise Refused(408, "The rest of the body did not come.") from None
        self._came += len(message.get("body", b""))
        return message


class Bodies:
    """The bodies that one server holds. For one event loop."""

    def __init__(self) -> None:
        self._held = 0

    @contextmanager
    def place(self) -> Iterator[Place]:
        """A place for one body, given back when the context ends."""
        place = Place(self)
        try:
            yield place
        finally:
            self._held -= place.held


class Place:
    """Where one body is held."""

    def __init__(self, bodies: Bodies) -> None:
        self._bodies = bodies
        self.held = 0

    async def take(self, receive: Receive, limit: int, *, keep: bool) -> Receive:
        """Read a body of at most `limit` bytes; what `receive` would have given, whole.

        Without `keep` it is read and let go, and given as an empty one.

        Raises:
            Refused: it is too large, too slow, or there is too much.
        """
        pace, pieces, size, more = Pace(receive), [], 0, True
        while more:
            message = await pace.next()
            if message["type"] != "http.request":
                return _again(message, receive)
            piece, more = message.get("body", b""), message.get("more_body", False)
            size += len(piece)
            if size > limit:
                raise Refused(413, f"A body has at most {limit:,} bytes.")
            if keep:
                self._hold(len(piece))
                pieces.append(piece)
        body = b"".join(pieces)
        values = _values(body)
        if values > VALUES:
            raise Refused(413, f"A body has at most {VALUES:,} values.")
        self._hold(values * _PER_VALUE)
        return _again({"type": "http.request", "body": body, "more_body": False}, receive)

    def _hold(self, size: int) -> None:
        if self._bodies._held + size > HELD:
            raise Refused(503, "The server has too much to read. Try again.")
        self._bodies._held += size
        self.held += size


def _values(body: bytes) -> int:
    """How many values JSON in `body` has, or somewhat more where it is not many."""
    values = _marks(body)
    return values if values <= VALUES else _marks(_TEXT.sub(b"", body))


def _marks(body: bytes) -> int:
    return sum(map(body.count, (b",", b"[", b"{", b":")))


def _again(message: Message, receive: Receive) -> Receive:
    """Gives `message` first, and then what comes after it."""
    told = False

    async def given() -> Message:
        nonlocal told
        if told:
            return await receive()
        told = True
        return message

    return given
