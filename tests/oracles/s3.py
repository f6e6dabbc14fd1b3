"""A server of S3 for tests, moto's, on a real socket; and one before it at which things go wrong."""

from __future__ import annotations

import http.client
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_connection, socket

import pytest

from tests.oracles.datumaro import PYTHON

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"


def environment(endpoint: str) -> dict[str, str]:
    """What the tools of S3 read: where the server is, and a key with its secret."""
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "AWS_REGION": "us-east-1",
    }


@contextmanager
def running(folder: Path) -> Iterator[str]:
    """A server without buckets; its address. A test that asks is marked `oracle`, and skipped without .venv-oracles."""
    program = PYTHON.with_name("moto_server")
    if not program.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which moto lives")
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (folder / "moto.log").open("wb") as log:
        server = subprocess.Popen(
            [program, "-H", "127.0.0.1", "-p", str(port)], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(600):
            assert server.poll() is None, (folder / "moto.log").read_text()
            try:
                create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.kill()
        server.wait()


def made_bucket(endpoint: str, folder: Path) -> str:
    """A new bucket, whose name is a test's own, as its folder is."""
    name = f"b-{abs(hash(folder))}"
    with closing(http.client.HTTPConnection(endpoint.removeprefix("http://"))) as connection:
        connection.request("PUT", f"/{name}")
        assert connection.getresponse().status == 200
    return name


@dataclass
class Trouble:
    """What goes wrong with requests whose path ends so: how often they fail, are cut in the middle, or wait."""

    fails: dict[str, int] = field(default_factory=dict)
    status: int = 503
    cut: set[str] = field(default_factory=set)
    seconds: dict[str, float] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)


@contextmanager
def troubled(endpoint: str, trouble: Trouble) -> Iterator[str]:
    """A server that hands everything on to `endpoint`, but for `trouble`; its address."""
    host = endpoint.removeprefix("http://")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            trouble.asked.append(self.path)
            time.sleep(sum(wait for end, wait in trouble.seconds.items() if path.endswith(end)))
            for end, left in trouble.fails.items():
                if path.endswith(end) and left:
                    trouble.fails[end] = left - 1
                    self.send_response(trouble.status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
            with closing(http.client.HTTPConnection(host)) as behind:
                behind.request("GET", self.path, headers=dict(self.headers.items()))
                answer = behind.getresponse()
                content = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "connection", "date", "server"):
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            if any(path.endswith(end) for end in trouble.cut):
                content = content[: len(content) // 2]
                self.close_connection = True
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
