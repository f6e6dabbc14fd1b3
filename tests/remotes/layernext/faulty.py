"""A proxy before a server, which does one thing wrong to one request, and passes the others on as they are."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

Kind: TypeAlias = Literal[
    "drop before", "drop after", "truncate", "500 after", "502 after", "429 before", "late"
]
KINDS: Final[tuple[Kind, ...]] = (
    "drop before",
    "drop after",
    "truncate",
    "500 after",
    "502 after",
    "429 before",
    "late",
)
"""What goes wrong: whether the request still reaches the server, and what becomes of its answer."""

LATE: Final = 1.2
"""Seconds that a late answer takes; who asks gives up before."""


@dataclass(slots=True)
class Fault:
    """`kind` happens to the request number `place`, from 1, among those whose path holds `path`."""

    kind: Kind
    place: int = 1
    path: str = ""
    hidden: tuple[str, ...] = ()
    seen: int = 0
    fired: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    def strikes(self, path: str) -> bool:
        with self.lock:
            if self.path not in path:
                return False
            self.seen += 1
            self.fired = self.fired or self.seen == self.place
            return self.seen == self.place


@contextmanager
def faulty(url: str, fault: Fault) -> Iterator[str]:
    """The address of a proxy before `url`. Paths that hold one of `fault.hidden` it answers with 404."""
    target = urlsplit(url)

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if any(part in self.path for part in fault.hidden):
                self._answer(404, b'{"error": {"message": "unknown"}}')
                return
            kind = fault.kind if fault.strikes(self.path) else None
            if kind == "drop before":
                self.close_connection = True
                return
            if kind == "429 before":
                self._answer(429, b'{"error": {"message": "busy"}}')
                return
            assert target.hostname is not None
            server = HTTPConnection(target.hostname, target.port, timeout=60)
            kept = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
            server.request(self.command, self.path, body or None, kept)
            answer = server.getresponse()
            content = answer.read()
            server.close()
            if kind == "drop after":
                self.close_connection = True
            elif kind == "500 after":
                self._answer(500, b'{"error": {"message": "something broke"}}')
            elif kind == "502 after":
                self._answer(502, b"<html>Bad Gateway</html>")
            elif kind == "truncate":
                self._answer(answer.status, content, cut=len(content) // 2)
            else:
                time.sleep(LATE if kind == "late" else 0)
                self._answer(answer.status, content)

        def _answer(self, status: int, content: bytes, cut: int | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content if cut is None else content[:cut])
            self.close_connection = self.close_connection or cut is not None

        def log_message(self, format: str, *args: object) -> None:
            pass

        do_GET = do_POST = _handle

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            pass  # who asked has gone away, which is what is tried here

    server = Quiet(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
