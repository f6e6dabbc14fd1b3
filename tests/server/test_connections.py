"""Whoever holds connections and asks nothing, or takes no answers, holds them for a while; others are served."""

from __future__ import annotations

import json
import logging
import socket
import time
from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
import requests
from starlette.responses import Response

from setwright.lake.lake import Lake
from setwright.server import bodies, connections
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    Lake.create(tmp_path / "lake").close()
    with serving(tmp_path / "lake") as served:
        yield served


def connect(running: Serving) -> socket.socket:
    host, _, port = running.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def ended(connection: socket.socket) -> bool:
    """Whether the server has let it go, waiting for that."""
    try:
        while connection.recv(1 << 16):
            pass
    except ConnectionError:
        return True
    except TimeoutError:
        return False
    return True


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"GET /health HT",
        b"GET /health HTTP/1.1\r\nHost: lake\r\nX: ",
        # A whole request, and then a piece of the next one.
        b"GET /health HTTP/1.1\r\nHost: lake\r\n\r\nGET /health HT",
        # A body that goes on when the answer was given.
        b"POST /nothing HTTP/1.1\r\nHost: lake\r\nContent-Length: 99999999\r\n\r\n",
    ],
)
def test_a_request_that_does_not_come_ends_the_connection(
    running: Serving, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS", 0.3)
    with closing(connect(running)) as connection:
        connection.sendall(said)
        assert ended(connection)


def test_500_connections_that_send_a_byte_now_and_then_end_and_keep_nobody_out(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HEADERS", 2.0)
    monkeypatch.setattr(connections, "MOST", 400)
    with ExitStack() as all:
        slow = [all.enter_context(closing(connect(running))) for _ in range(500)]
        for connection in slow:
            connection.setblocking(False)
        left = set(slow)
        while left:
            for connection in list(left):
                try:
                    connection.send(b"G")
                except BlockingIOError:
                    pass
                except ConnectionError:
                    left.discard(connection)
            answer = requests.get(f"{running.url}/health", timeout=30)
            assert answer.status_code == 200
            time.sleep(0.1)


def test_beyond_the_most_connections_the_one_that_waited_longest_makes_room(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "MOST", 3)
    with ExitStack() as all:
        held = [all.enter_context(closing(connect(running))) for _ in range(4)]
        assert ended(held[0])
        for connection in held[1:]:
            connection.settimeout(0.2)
            assert not ended(connection)
        held[-1].settimeout(30)
        held[-1].sendall(b"GET /health HTTP/1.1\r\nHost: lake\r\n\r\n")
        assert held[-1].recv(1 << 16).startswith(b"HTTP/1.1 200")


def test_a_body_that_comes_byte_by_byte_is_given_up(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.5)
    with closing(connect(running)) as connection:
        connection.sendall(
            b"POST /lake/v1/datasets/observe HTTP/1.1\r\nHost: lake\r\nContent-Length: 1000000\r\n\r\n"
        )
        connection.settimeout(0.02)
        came = b""
        while not came:
            connection.sendall(b" ")
            try:
                came = connection.recv(100)
            except TimeoutError:
                continue
        assert came.startswith(b"HTTP/1.1 408")


def test_an_answer_that_nobody_takes_ends_and_one_that_is_taken_slowly_does_not(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PAUSE", 0.5)
    content = b"x" * 2**25
    running.app.add_api_route("/large", lambda: Response(content))
    ask = b"GET /large HTTP/1.1\r\nHost: lake\r\nConnection: close\r\n\r\n"
    with closing(connect(running)) as idle, closing(connect(running)) as slow:
        idle.sendall(ask)
        slow.sendall(ask)
        took = 0
        while piece := slow.recv(1 << 19):
            took += len(piece)
            time.sleep(0.02)
        assert took > len(content)
        got = 0
        try:
            while piece := idle.recv(1 << 16):
                got += len(piece)
        except ConnectionError:
            pass
        assert got < len(content)


@pytest.mark.parametrize(
    ("proxies", "client"), [((), "127.0.0.1"), (("127.0.0.0/8",), "192.0.2.7"), (("10.0.0.1",), "127.0.0.1")]
)
def test_who_asks_is_told_by_a_proxy_that_is_believed_and_by_no_other(
    tmp_path: Path, proxies: tuple[str, ...], client: str, caplog: pytest.LogCaptureFixture
) -> None:
    Lake.create(tmp_path / "lake").close()
    with caplog.at_level(logging.INFO, logger="setwright.server.access"):
        with serving(tmp_path / "lake", proxies) as running:
            headers = {"X-Forwarded-For": "203.0.113.9, 192.0.2.7"}
            requests.get(f"{running.url}/health", headers=headers, timeout=30)
    lines = [json.loads(record.getMessage()) for record in caplog.records]
    assert [line["client"] for line in lines] == [client]
