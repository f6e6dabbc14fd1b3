"""Listings over LayerNext's wire: by pages, all of one moment."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Any

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.server.commands.serve import listening
from setwright.server.keys import Role
from setwright.server.listings import LIFE, Listings
from tests.lake.lakes import ingest, write
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NEWEST = {"sortByField": 3, "sortOrder": "DESC"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "cells", {f"{n}.png": ["RBC"] for n in range(6)}), "cells")
    with serving(tmp_path / "lake") as server:
        yield server


def asked(server: Serving, what: str, role: Role = Role.READ, **wanted: Any) -> Any:
    answer = requests.post(
        f"{server.url}/datalake/api/client/explorer/objects/{what}",
        json={"pageSize": 2, "sortBy": NEWEST, **wanted},
        auth=server.keys[role],
        timeout=20,
    )
    answer.raise_for_status()
    return answer.json()


def page(server: Serving, number: int, role: Role = Role.READ, **wanted: Any) -> list[str]:
    return [each["name"] for each in asked(server, "list", role, pageIndex=number, **wanted)]


def test_all_pages_are_of_the_moment_of_the_first(running: Serving, tmp_path: Path) -> None:
    assert page(running, 0) == ["5.png", "4.png"]
    ingest(running.service.lake, write(tmp_path / "more", {"6.png": ["RBC"]}), "cells")
    assert page(running, 1) == ["3.png", "2.png"]
    assert page(running, 2) == ["1.png", "0.png"]
    # A count, another listing, and another client's are of now.
    assert asked(running, "count")["count"] == 7
    assert page(running, 1, query="annotation.label=RBC") == ["4.png", "3.png"]
    assert page(running, 1, role=Role.PLAN) == ["4.png", "3.png"]
    assert page(running, 0) == ["6.png", "5.png"]
    assert page(running, 3) == ["0.png"]


def test_a_listing_is_held_for_a_while_only() -> None:
    times = iter([0.0, LIFE, LIFE + 1, LIFE + 1])
    listings = Listings(clock=lambda: next(times))
    assert listings.moment("cells", 0, lambda: 1) == 1
    assert listings.moment("cells", 1, lambda: 2) == 1
    assert listings.moment("cells", 2, lambda: 3) == 3


def test_answers_do_not_wait_for_their_first_part_to_be_acknowledged() -> None:
    with listening("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
