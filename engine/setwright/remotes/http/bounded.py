"""Sessions whose answers end, whatever the server does.

The libraries' own time limits are for one read from the network: a server that sends a byte now and then stays
within them for ever, in the headers as in the body. And lines of an answer's framing are read however long they are.
So the limits are held here where the bytes arrive, below everything that reads them.
"""

from __future__ import annotations

import io
import time
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

if TYPE_CHECKING:
    import socket

    from _typeshed import WriteableBuffer

_FRAMING: Final = 1 << 20
"""Bytes that headers and the like may have beside the content."""


class Bounds:
    """How long an answer may take, and how many bytes it may have on the way. For one thread.

    Each answer begins anew.
    """

    def __init__(self) -> None:
        self._seconds = self._end = float("inf")
        self._slowest: float | None = None
        self._largest = self._left = 0

    def set(self, *, seconds: float, largest: int, slowest: float | None = None) -> None:
        """Set the bounds of the answers from now on. What comes at `slowest` bytes a second may take longer."""
        self._seconds, self._largest, self._slowest = seconds, largest, slowest

    @property
    def passed(self) -> str | None:
        """Which bound the newest answer passed, in words; None for none."""
        if self._left < 0:
            return f"no end of the answer after {2 * self._largest + _FRAMING:,} bytes"
        if time.monotonic() >= self._end:
            return f"no end of the answer within {self._seconds:g} s"
        return None

    def begin(self) -> None:
        """An answer begins: what was asked has gone out."""
        self._end = time.monotonic() + self._seconds
        self._left = 2 * self._largest + _FRAMING

    def left(self) -> float:
        """The seconds that are left.

        Raises:
            TimeoutError: there are none.
        """
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer does not end")
        return left

    def came(self, size: int) -> None:
        """So many bytes more came.

        Raises:
            OSError: they are too many.
        """
        self._left -= size
        if self._left < 0:
            raise OSError("the answer does not end")
        if self._slowest is not None:
            self._end += size / self._slowest


def bounded_session(bounds: Bounds) -> requests.Session:
    """A session that holds every answer to `bounds`."""
    session = requests.Session()
    adapter = _Adapter(bounds)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


class _Adapter(HTTPAdapter):
    def __init__(self, bounds: Bounds) -> None:
        self._bounds = bounds
        super().__init__()

    def init_poolmanager(self, *positional: Any, **named: Any) -> None:
        super().init_poolmanager(*positional, **named)
        self.poolmanager.pool_classes_by_scheme = _pools(self._bounds)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **named)
        if not proxy.lower().startswith("socks"):  # which has connections of its own
            manager.pool_classes_by_scheme = _pools(self._bounds)
        return manager


def _pools(bounds: Bounds) -> dict[str, type[HTTPConnectionPool]]:
    class Answer(_Answer):
        def __init__(self, sock: socket.socket, *positional: Any, **named: Any) -> None:
            super().__init__(sock, *positional, bounds=bounds, **named)

    class Plain(HTTPConnection):
        response_class = Answer

    class Secure(HTTPSConnection):
        response_class = Answer

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Answer(HTTPResponse):
    def __init__(self, sock: socket.socket, *positional: Any, bounds: Bounds, **named: Any) -> None:
        super().__init__(sock, *positional, **named)
        bounds.begin()
        self.fp = io.BufferedReader(_Arriving(self.fp.detach(), sock, bounds))


class _Arriving(io.RawIOBase):
    """The bytes of an answer as they arrive from `sock`, through `raw`."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, bounds: Bounds) -> None:
        self._raw, self._sock, self._bounds = raw, sock, bounds
        self._each = sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int | None:
        left = self._bounds.left()
        self._sock.settimeout(left if self._each is None else min(self._each, left))
        size = self._raw.readinto(buffer)
        self._bounds.came(size or 0)
        return size

    def close(self) -> None:
        self._raw.close()
        super().close()
