"""A proxy on this machine before a real server, that spoils one request or its answer."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from setwright.remotes.lake_server.wire import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

Fault = Literal["lost", "never sent", "cut", "bad gateway", "too many"]
"""What becomes of the request: carried out, and its answer lost, cut or replaced; or never carried out."""


@dataclass
class Losing:
    """The proxy: where it is, and what it passed on so far, as in `GET /about`.

    It spoils the request numbered `at`, from 0, and the first one that begins with `on`.
    """

    url: str
    fault: Fault = "lost"
    at: int = -1
    on: str = ""
    seen: list[str] = field(default_factory=list)


@contextmanager
def losing(url: str) -> Iterator[Losing]:
    """A proxy before the server at `url`, until the context ends."""
    behind = urlsplit(url)
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            with lock:
                this = f"{self.command} {urlsplit(self.path).path.removeprefix(ROOT)}"
                spoiled = len(told.seen) == told.at or bool(told.on and this.startswith(told.on))
                told.on = "" if spoiled else told.on
                told.seen.append(this)
            if spoiled and told.fault == "never sent":
                self.close_connection = True
                return
            if spoiled and told.fault == "too many":
                self.answer(429, {"Retry-After": "0.01"}, b"")
                return
            connection = http.client.HTTPConnection(behind.hostname or "", behind.port, timeout=30)
            headers = {name: value for name, value in self.headers.items() if name.lower() != "host"}
            connection.request(self.command, self.path, body, headers)
            response = connection.getresponse()
            content = response.read()
            connection.close()
            if not spoiled:
                kept = ("content-type", "etag", "retry-after", "www-authenticate")
                passed = {name: value for name, value in response.getheaders() if name.lower() in kept}
                self.answer(response.status, passed, content)
            elif told.fault == "bad gateway":
                self.answer(502, {"Content-Type": "text/html"}, b"<html>Bad Gateway</html>")
            elif told.fault == "cut":
                self.answer(response.status, {}, content + b"and more", sent=len(content) // 2)
            self.close_connection = self.close_connection or spoiled

        do_GET = do_POST = do_PUT = pass_on

        def answer(
            self, status: int, headers: dict[str, str], content: bytes, sent: int | None = None
        ) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if status != 204:
                self.wfile.write(content[:sent])
            self.close_connection = self.close_connection or sent is not None

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    told = Losing(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
