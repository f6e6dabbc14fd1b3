"""A real HTTP server on this machine that writes down what it is asked and answers as it is told."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived: the path unquoted, the query in order, the body as JSON, None for none."""

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    body: Any
    headers: dict[str, str] = field(compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered: a JSON value or raw bytes, whole or cut after `cut` bytes."""

    status: int = 200
    json: Any = None
    raw: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    cut: int | None = None

    @property
    def body(self) -> bytes:
        return json.dumps(self.json).encode() if self.raw is None else self.raw


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs; `seen` grows with each request."""

    url: str
    seen: list[Seen]


@contextmanager
def serving(answer: Callable[[Seen], Reply]) -> Iterator[Server]:
    """A server on the loopback interface that answers each request with what `answer` gives for it."""
    seen: list[Seen] = []

    class Handler(BaseHTTPRequestHandler):
        def _handle(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            parts = urlsplit(self.path)
            request = Seen(
                method=self.command,
                path=unquote(parts.path),
                query=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                body=json.loads(body) if body else None,
                headers={name.lower(): value for name, value in self.headers.items()},
            )
            seen.append(request)
            reply = answer(request)
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            if not any(name.lower() == "content-length" for name, _ in reply.headers):
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body if reply.cut is None else reply.body[: reply.cut])
            if reply.cut is not None:
                self.close_connection = True

        do_GET = do_POST = _handle

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_address[1]}", seen)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
