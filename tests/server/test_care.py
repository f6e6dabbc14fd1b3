"""The server tells how it is: to those who watch it, and in its log; and holds to its limits."""

from __future__ import annotations

import json
import logging
import re
import socket
import time
from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from itertools import islice
from typing import TYPE_CHECKING

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.remotes.lake_server.wire import MembershipsWish, MembershipWish
from setwright.server.commands.serve import HEAVY, HEAVY_WAITING
from setwright.server.keys import Role
from setwright.server.metrics import Metrics
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SAMPLE = re.compile(r'^[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+$')


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    Lake.create(tmp_path / "lake").close()
    with serving(tmp_path / "lake") as served:
        yield served


def ask(running: Serving, path: str, role: Role | None = Role.READ, **said: object) -> requests.Response:
    pair = None if role is None else running.keys[role]
    return requests.request(
        str(said.pop("method", "GET")),
        running.url + path,
        auth=pair,
        timeout=20,
        **said,  # type: ignore[arg-type]
    )


def test_requests_are_counted_by_their_routes_and_never_by_what_their_paths_say(running: Serving) -> None:
    for version in ("secret-one", "secret-two"):
        ask(running, f"/lake/v1/versions/{version}")
    ask(running, "/nothing/secret-three")
    ask(running, "/files/secret-four", None)
    told = ask(running, "/metrics")
    assert told.headers["content-type"].startswith("text/plain; version=0.0.4")
    text = told.text
    assert "secret" not in text
    assert 'setwright_requests_total{method="GET",route="/lake/v1/versions/{version}",status="404"} 2' in text
    assert 'setwright_requests_total{method="GET",route="none",status="404"} 1' in text
    assert 'setwright_request_seconds_count{route="/lake/v1/versions/{version}"} 2' in text
    assert "setwright_lake_revision 0" in text and "setwright_jobs_running 0" in text
    lines = text.splitlines()
    assert [line for line in lines if not line.startswith("#") and not SAMPLE.match(line)] == []
    families = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert len(families) == len(set(families)), "Prometheus wants each once"


def test_the_counts_are_for_those_who_have_a_key_and_health_is_for_everybody(running: Serving) -> None:
    assert ask(running, "/metrics", None).status_code == 401
    assert ask(running, "/health", None).json()["status"] == "ok"


def test_a_lake_that_cannot_be_read_is_told_to_the_log_and_to_nobody_without_a_key(
    running: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    for part in running.service.lake.folder.glob("catalog.sqlite*"):
        part.write_bytes(b"no database" * 1000)
    with caplog.at_level(logging.ERROR, logger="setwright.server"):
        answer = ask(running, "/health", None)
    assert (answer.status_code, answer.json()["status"]) == (503, "down")
    assert caplog.records and str(running.service.lake.folder) not in answer.text


def test_times_are_counted_up_to_each_bound() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.005, 0.2, 100.0):
        metrics.begin()
        metrics.end("GET", "/x", 200, seconds, 10)
    text = metrics.text({})
    for bound, count in (("0.005", 2), ("0.1", 2), ("0.5", 3), ("60.0", 3), ("+Inf", 4)):
        assert f'setwright_request_seconds_bucket{{route="/x",le="{bound}"}} {count}\n' in text
    assert 'setwright_response_bytes_total{route="/x"} 40\n' in text
    assert "setwright_requests_in_flight 0\n" in text


def test_the_log_has_a_line_for_each_request_and_no_query_of_it(
    running: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="setwright.server.access"):
        ask(running, "/lake/v1/state", params={"project": "a-name"})
        for _ in range(200):  # the line is written when the answer is sent
            if any("access" in record.name for record in caplog.records):
                break
            time.sleep(0.05)
    (line,) = [json.loads(record.getMessage()) for record in caplog.records if "access" in record.name]
    assert line["path"] == "/lake/v1/state" and line["status"] == 200 and line["bytes"] > 0
    assert line["key"] == running.keys[Role.READ][0]
    assert "a-name" not in caplog.text and running.keys[Role.READ][1] not in caplog.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/lake/v1/datasets/observe", b"[" * 2**25, 413),
        ("POST", "/lake/v1/datasets/observe", json.dumps({"names": ["x"] * 1001}).encode(), 422),
        ("POST", "/lake/v1/datasets/observe", b'{"names":[' + b"[]," * 500_000 + b"[]]}", 413),
        ("POST", "/lake/v1/datasets/observe", b'{"names":["' + b'[:,\\"' * 200_000 + b'"]}', 422),
        ("POST", "/datalake/api/client/explorer/objects/list", b"[" + b"1," * 500_001 + b"1]", 413),
        ("POST", "/lake/v1/pictures", json.dumps({"digests": ["0" * 64] * 1001}).encode(), 422),
        ("POST", "/lake/v1/pictures", json.dumps({"digests": ["0" * 64]}).encode(), 404),
        ("POST", "/lake/v1/recipes", json.dumps({"recipes": ["../../etc/passwd"]}).encode(), 422),
        ("PUT", f"/lake/v1/manifests/{'0' * 64}", b"something else", 422),
        ("PUT", "/lake/v1/manifests/..%2f..%2fkeys.json", b"", 404),
        ("GET", f"/lake/v1/pictures/{'0' * 64}", b"", 404),
        ("GET", "/lake/v1/pictures/..%2F..%2Fkeys.json", b"", 404),
        ("GET", "/lake/v1/versions/..", b"", 404),
        ("POST", "/lake/v1/leases/take", b'{"name": "a\\u0000b"}', 422),
        ("POST", "/lake/v1/leases/take", b'{"name": "\\ud800"}', 422),
        ("POST", "/lake/v1/datasets/observe", b'{"names": ["a"], "names": ["b"]}', 400),
        ("POST", "/lake/v1/memberships", b'{"asked": [{"revision": 1, "revision": 2}]}', 400),
        ("POST", "/lake/v1/leases/take", b'{"\\ud800": 1, "\\ud800": 1}', 400),
    ],
)
def test_what_is_too_much_or_leads_elsewhere_is_refused(
    running: Serving, method: str, path: str, body: bytes, status: int
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = ask(running, path, Role.ADMIN, method=method, data=body, headers=headers)
    assert answer.status_code == status, answer.text
    if path.startswith("/lake/v1/") and ".." not in path:
        problem = answer.json()
        assert answer.headers["content-type"] == "application/problem+json" and problem["status"] == status
    left = [
        path.name
        for path in running.service.lake.folder.rglob("*")
        if "manifests" in path.parts and path.is_file()
    ]
    assert left == []


def test_a_body_that_does_not_come_is_not_waited_for_for_ever(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setwright.server.bodies.PATIENCE", 0.2)
    host, _, port = running.url.removeprefix("http://").partition(":")
    key = b64encode(":".join(running.keys[Role.READ]).encode()).decode()
    for path in ("/datalake/api/client/explorer/objects/count", "/lake/v1/datasets/observe"):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(
                f"POST {path} HTTP/1.1\r\nHost: lake\r\nAuthorization: Basic {key}\r\n"
                "Content-Type: application/json\r\nContent-Length: 20\r\n\r\n{".encode()
            )
            assert connection.recv(100).startswith(b"HTTP/1.1 408")


def test_a_body_of_somebody_without_a_key_is_not_kept(
    running: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setwright.server.bodies.HELD", 1500)
    body = json.dumps({"names": ["x" * 2000]})
    for path in ("/lake/v1/datasets/observe", "/datalake/api/client/explorer/objects/count"):
        busy = ask(running, path, method="POST", data=body)
        assert (busy.status_code, busy.headers["retry-after"]) == (503, "1")
        assert ask(running, path, None, method="POST", data=body).status_code == 401
        for _ in range(2):  # what was held is given back
            assert ask(running, path, method="POST", data="{}").status_code in (200, 406, 422)


def test_those_who_ask_for_much_at_once_leave_threads_to_everybody_else(running: Serving) -> None:
    turns = running.service.heavy
    everything = Selection(source=LakeSource(), query="", filter=Filter(), operations=(), labels=())
    asked_for = MembershipsWish(asked=(MembershipWish(selection=everything, revision=0),))
    wish = asked_for.model_dump(mode="json")
    with ExitStack() as held:
        for _ in range(HEAVY):
            held.enter_context(turns)
        with ThreadPoolExecutor(60) as clients:
            asked = [
                clients.submit(ask, running, "/lake/v1/memberships", Role.PLAN, method="POST", json=wish)
                for _ in range(60)
            ]
            refused = [each.result() for each in islice(as_completed(asked), 60 - HEAVY_WAITING)]
            assert {(each.status_code, each.headers["retry-after"]) for each in refused} == {(503, "1")}
            assert ask(running, "/health", None).status_code == 200
            held.close()
    statuses = [each.result().status_code for each in asked]
    assert statuses.count(503) == 60 - HEAVY_WAITING


def test_a_path_that_is_described_allows_what_is_described_of_it_alone(running: Serving) -> None:
    for path, allowed in (("versions/manifests", "POST"), ("versions/1", "GET"), ("state", "GET, PUT")):
        answer = ask(running, f"/lake/v1/{path}", method="OPTIONS")
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
