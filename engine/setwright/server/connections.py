"""Connections that people hold without asking anything, or without taking what they asked for, and when they end.

A request has its time to come, and an answer its pace to be taken at; what there is beyond the number of connections
is made room for by the one that has waited longest with no request. A proxy in front does the same, and by address.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Sequence

    from starlette.types import ASGIApp

HEADERS: Final = 20.0
"""Seconds in which a request's line and headers are there, from the connection's or the last answer's end."""

PAUSE: Final = 60.0
"""Seconds after which it is looked at whether an answer that waits is taken."""

SLOWEST: Final = 10_000
"""Bytes a second at which bodies come, and answers are taken, at least."""

MOST: Final = 800
"""Connections at a time. With 1,024 files for a process, as is common, the catalogue's and the pictures' have room."""


def config(app: ASGIApp, proxies: Sequence[str] = ()) -> uvicorn.Config:
    """How the server runs `app`. `proxies` are addresses whose `X-Forwarded-For` is believed."""
    return uvicorn.Config(
        app,
        http=Patient,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=30,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )


class Patient(H11Protocol):
    """A connection that waits for requests, and for who takes answers, no longer than it should."""

    _deadline: asyncio.TimerHandle | None = None
    _look_again: asyncio.TimerHandle | None = None
    _untaken = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait, and make room where there are too many."""
        super().connection_made(transport)
        self._look()
        if len(self.connections) > MOST:
            waiting = [each for each in self.connections if isinstance(each, Patient) and each._deadline]
            min(waiting, key=Patient._since).transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._deadline = _cancelled(self._deadline)
        self._look_again = _cancelled(self._look_again)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Something of a request, or of its body."""
        super().data_received(data)
        self._look()

    def on_response_complete(self) -> None:
        """The next request may come."""
        super().on_response_complete()
        self._look()

    def pause_writing(self) -> None:
        """More of an answer waits than the system takes."""
        super().pause_writing()
        self._untaken = self.transport.get_write_buffer_size()
        self._look_again = self.loop.call_later(PAUSE, self._see_whether_it_is_taken)

    def resume_writing(self) -> None:
        """It was taken."""
        self._look_again = _cancelled(self._look_again)
        super().resume_writing()

    def _look(self) -> None:
        answering = self.cycle is not None and not self.cycle.response_complete
        if answering or self.transport.is_closing():
            self._deadline = _cancelled(self._deadline)
        elif self._deadline is None:
            self._deadline = self.loop.call_later(HEADERS, self.transport.abort)

    def _since(self) -> float:
        return self._deadline.when() if self._deadline is not None else float("inf")

    def _see_whether_it_is_taken(self) -> None:
        left = self.transport.get_write_buffer_size()
        if self._untaken - left < PAUSE * SLOWEST:
            self.transport.abort()
        else:
            self._untaken = left
            self._look_again = self.loop.call_later(PAUSE, self._see_whether_it_is_taken)


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer is not None:
        timer.cancel()
    return None
