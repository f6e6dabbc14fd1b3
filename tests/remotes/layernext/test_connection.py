"""Whatever a server does, a request ends: with its answer, or with an error that says what to do."""

from __future__ import annotations

import gzip
import json
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from setwright.model.dataset import Filter
from setwright.model.errors import RemoteError
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext import calls
from setwright.remotes.layernext.client import Client
from setwright.remotes.layernext.connection import Connection, Limits, base_url
from tests.remotes.layernext.dripping import dripping
from tests.remotes.layernext.recording import Reply, Seen, Server, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

CANARY = "canary-7f3a"
CREDENTIALS = Credentials(key=Secret("key_a"), secret=Secret(CANARY), source="the test")
QUICK = Limits(connect=2, read=0.3, total=1, answer=2**20)


@contextmanager
def connected(
    answer: Callable[[Seen], Reply], *, limits: Limits = QUICK
) -> Iterator[tuple[Server, Connection, list[float]]]:
    """A server, a connection to it, and how long it paused between tries."""
    pauses: list[float] = []
    with (
        serving(answer) as server,
        Connection(server.url, CREDENTIALS, limits=limits, sleep=pauses.append) as connection,
    ):
        yield server, connection, pauses


def in_turn(*replies: Reply) -> Callable[[Seen], Reply]:
    """Each reply once, the last one for ever."""
    left = list(replies)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


def test_a_read_is_tried_again_until_the_server_is_there() -> None:
    busy = Reply(status=503, json={"error": {"message": "later"}})
    with connected(in_turn(busy, busy, Reply(json=[]))) as (server, connection, pauses):
        assert connection.send(calls.labels()).json == []
    assert len(server.seen) == 3
    assert len(pauses) == 2 and 0 < pauses[0] <= 1 < 1.01 <= pauses[1] + 0.01 <= 2.01


@pytest.mark.parametrize(
    ("asked", "waited"),
    [("7", 7), ("100000", 300), ("Fri, 01 Jan 2999 00:00:00 GMT", 300)],
)
def test_a_server_that_asks_for_patience_gets_it_within_bounds(asked: str, waited: float) -> None:
    busy = Reply(status=429, json={}, headers=(("Retry-After", asked),))
    with connected(in_turn(busy, Reply(json=[]))) as (_, connection, pauses):
        connection.send(calls.labels())
    assert pauses == [waited]


@pytest.mark.parametrize("asked", ["-5", "nan", "soon", "Fri, 01 Jan 1999 00:00:00 GMT", "inf"])
def test_a_senseless_wish_for_patience_is_passed_over(asked: str) -> None:
    busy = Reply(status=429, json={}, headers=(("Retry-After", asked),))
    with connected(in_turn(busy, Reply(json=[]))) as (_, connection, pauses):
        connection.send(calls.labels())
    assert len(pauses) == 1 and 0 < pauses[0] <= 1


@pytest.mark.parametrize(
    "reply", [Reply(status=503), Reply(json={"a": 1}, cut=3), Reply(status=504, raw=b"<p>")]
)
def test_a_write_is_sent_once_whatever_becomes_of_its_answer(reply: Reply) -> None:
    with connected(in_turn(reply)) as (server, connection, _):
        try:
            answer = connection.send(calls.delete_version("v1"))
        except RemoteError as error:
            assert "may have been carried out" in error.detail
        else:
            assert answer.status in (503, 504)
    assert len(server.seen) == 1


def test_an_answer_that_is_cut_short_is_no_answer() -> None:
    whole = Reply(json=[{"id": "a", "name": "b"}])
    for cut in range(len(whole.body)):
        with connected(in_turn(Reply(raw=whole.body, cut=cut), whole)) as (server, connection, _):
            assert connection.send(calls.labels()).json == whole.json, cut
        assert len(server.seen) == 2, cut


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "to", ["/elsewhere", "http://127.0.0.2:1/x", "https://evil.example/x", "file:///etc/passwd", ""]
)
def test_no_redirect_is_followed(status: int, to: str) -> None:
    with (
        connected(in_turn(Reply(status=status, headers=(("Location", to),)))) as (server, connection, _),
        pytest.raises(RemoteError, match="redirects"),
    ):
        connection.send(calls.labels())
    assert len(server.seen) == 1


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_are_said_at_once(status: int) -> None:
    with (
        connected(in_turn(Reply(status=status, json={"error": {"message": CANARY}}))) as (
            server,
            connection,
            _,
        ),
        pytest.raises(RemoteError, match="refuses the credentials"),
    ):
        connection.send(calls.labels())
    assert len(server.seen) == 1


def test_an_answer_that_unpacks_to_too_much_is_left() -> None:
    bomb = gzip.compress(b" " * 2**26)
    reply = Reply(raw=bomb, headers=(("Content-Encoding", "gzip"),))
    with (
        connected(in_turn(reply)) as (_, connection, _),
        pytest.raises(RemoteError, match="too large"),
    ):
        connection.send(calls.labels())


@pytest.mark.parametrize("raw", [b"<html>Welcome</html>", b"{", b"\xff\xfe", b"[" * 100_000, b'["\\ud800"]'])
def test_a_page_in_place_of_json_is_said_to_be_none(raw: bytes) -> None:
    with (
        connected(in_turn(Reply(raw=raw))) as (_, connection, _),
        pytest.raises(RemoteError, match="no JSON"),
    ):
        connection.send(calls.labels())


OPEN = b"HTTP/1.1 200 OK\r\n"
SIZED = OPEN + b"Content-Length: 1000000\r\n\r\n"
CHUNKED = OPEN + b"Transfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("begun", "then"),
    [
        (SIZED, b"x" * 70_000),
        (SIZED, b"x"),
        (b"", b"H"),
        (OPEN + b"X-Long: ", b"x"),
        (OPEN, b"X-More: x\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (CHUNKED, b"1\r\nx\r\n"),
        (CHUNKED, b"0"),
        (CHUNKED + b"0\r\n", b"X-Trailer: x\r\n"),
    ],
)
def test_a_server_that_never_ends_its_answer_is_left_in_time(begun: bytes, then: bytes) -> None:
    with (
        dripping(begun, then, pause=0.05) as url,
        Connection(url, CREDENTIALS, limits=replace(QUICK, total=0.2, tries=2), sleep=lambda _: None) as to,
        pytest.raises(RemoteError, match="does not answer"),
    ):
        to.send(calls.labels())


def test_the_framing_of_an_answer_is_not_read_without_end() -> None:
    limits = Limits(connect=5, read=5, total=60, tries=1, answer=2**20)
    with (
        dripping(CHUNKED + b"0\r\n", b"X-Trailer: x\r\n" * 2**14, pause=0) as url,
        Connection(url, CREDENTIALS, limits=limits, sleep=lambda _: None) as connection,
        pytest.raises(RemoteError, match="does not answer") as caught,
    ):
        connection.send(calls.labels())
    assert "no end of the answer after 3,145,728 bytes" in caught.value.detail


def test_a_netrc_does_not_replace_the_credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password other\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with connected(in_turn(Reply(json=[]))) as (server, connection, _):
        connection.send(calls.labels())
    assert server.seen[0].headers["authorization"] == "Basic a2V5X2E6Y2FuYXJ5LTdmM2E="


def test_no_error_holds_the_secret() -> None:
    replies = [
        Reply(status=500, json={"error": {"message": "no"}}),
        Reply(status=301),
        Reply(status=401),
        Reply(raw=b"<"),
        Reply(json={}, cut=1),
    ]
    for reply in replies:
        with connected(in_turn(reply)) as (_, connection, _), pytest.raises(RemoteError) as caught:
            Client(connection).labels()
        error: BaseException | None = caught.value
        while error is not None:
            assert CANARY not in repr(error) + str(error) + repr(vars(error))
            assert "a2V5X2E6" not in repr(error) + repr(vars(error))
            error = error.__cause__
    assert CANARY not in repr(CREDENTIALS) + str(CREDENTIALS.secret) + f"{CREDENTIALS.secret!r:>10}"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({"isSuccess": False, "message": "why"}, "why"),
        ({"isSuccess": False, "warningMsg": "why"}, "why"),
        ({"is_success": False, "error": "why"}, "why"),
        ({"success": False, "error": {"message": "why"}}, "why"),
        ({"isSuccess": False}, "without a reason"),
    ],
)
def test_200_with_a_refusal_is_a_failure_with_its_reason(answer: Any, told: str) -> None:
    with (
        connected(in_turn(Reply(json=answer))) as (_, connection, _),
        pytest.raises(RemoteError) as caught,
    ):
        Client(connection).select(collection=None, items="image", query="", filter=Filter())
    assert told in caught.value.detail


def test_a_listing_is_read_to_its_end_and_no_further() -> None:
    objects = [{"id": f"{n:04}", "name": f"{n}.jpg", "uniqueName": f"c_{n}.jpg"} for n in range(2_345)]

    def answer(request: Seen) -> Reply:
        start = request.body["pageIndex"] * request.body["pageSize"]
        return Reply(json=objects[start : start + request.body["pageSize"]])

    with connected(answer) as (server, connection, _):
        listed = list(Client(connection).objects(collection="c", items="image", query="", filter=Filter()))
    assert [each.unique_name for each in listed] == [each["uniqueName"] for each in objects]
    assert len(server.seen) == 3


def test_a_listing_that_goes_round_in_a_circle_is_left() -> None:
    page = [{"id": str(n), "name": str(n)} for n in range(calls.PAGE)]
    with (
        connected(in_turn(Reply(json=page))) as (_, connection, _),
        pytest.raises(RemoteError, match="does not end"),
    ):
        list(Client(connection).objects(collection=None, items="image", query="", filter=Filter()))


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        (7, 7),
        ({"count": 7}, 7),
        ({"isSuccess": True, "totalCount": 7}, 7),
        ({"n": 7}, None),
        (None, 0),
        (True, None),
    ],
)
def test_a_count_is_found_whatever_it_is_called_or_said_to_be_unknown(answer: Any, count: int | None) -> None:
    reply = Reply(status=204, raw=b"") if answer is None else Reply(json=answer)
    with connected(in_turn(reply)) as (_, connection, _):
        told = Client(connection).count(collection=None, items="image", query="", filter=Filter())
    assert told == count


def test_a_failed_job_is_a_failure() -> None:
    def state(status: int, progress: int) -> Reply:
        return Reply(json={"isSuccess": True, "status": status, "progress": progress})

    told: list[float] = []
    with connected(in_turn(state(3, 0), state(1, 40), state(2, 100))) as (_, connection, _):
        Client(connection).wait("j", told=told.append, sleep=lambda _: None)
    assert told == [0, 40, 100]
    with (
        connected(in_turn(state(1, 40), state(4, 40))) as (_, connection, _),
        pytest.raises(RemoteError, match="job failed"),
    ):
        Client(connection).wait("j", told=told.append, sleep=lambda _: None)


@pytest.mark.parametrize(
    "progress", ["9" * 400, "-" + "9" * 400, "1e999", "-Infinity", "NaN", '"most"', "true"]
)
def test_a_job_s_progress_is_within_what_percents_are_whatever_is_said(progress: str) -> None:
    told: list[float] = []
    with connected(in_turn(Reply(raw=f'{{"status": 2, "progress": {progress}}}'.encode()))) as (_, to, _):
        Client(to).wait("j", told=told.append, sleep=lambda _: None)
    assert 0 <= told[0] <= 100


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.layernext.ai",
        "https://api.example.layernext.ai/",
        "http://127.0.0.1:8080",
        "http://[::1]:8080",
        "http://localhost",
    ],
)
def test_a_url_that_keeps_the_credentials_safe_is_taken(url: str) -> None:
    assert base_url(url) == url.rstrip("/")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.layernext.ai",
        "http://127.0.0.1.evil.example",
        "https://key:secret@api.example.layernext.ai",
        "ftp://api.example.layernext.ai",
        "api.example.layernext.ai",
        "https://",
        "https://a:99999",
        "https://a/?x=1",
        "https://a/#x",
        "file:///etc/passwd",
    ],
)
def test_a_url_that_would_not_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(RemoteError, match="cannot be used") as caught:
        base_url(url)
    assert "secret@" not in json.dumps([caught.value.summary, caught.value.detail, caught.value.hint])
