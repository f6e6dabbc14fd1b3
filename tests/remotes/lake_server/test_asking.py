"""How often a lake's server is asked: many specs take few requests."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import RemoteError
from setwright.remotes.http.connection import Call, Connection, Reply
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.lake import LakeRemote
from setwright.remotes.lake_server.asking import Asking
from setwright.remotes.lake_server.parcels import parcels
from setwright.remotes.lake_server.remote import ServedLakeRemote
from setwright.remotes.lake_server.together import columns_call, together
from setwright.remotes.lake_server.wire import VersionIds
from setwright.server.keys import Role
from tests.apply.projects import CELLS, carry_out, planned, project
from tests.lake.lakes import ingest, write
from tests.laws import examples
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

MANY = 1000 if examples(1) > 1 else 70


class Counted(Connection):
    """Counts requests by what they ask for."""

    def __init__(self, url: str, pair: tuple[str, str]) -> None:
        credentials = Credentials(key=Secret(pair[0]), secret=Secret(pair[1]), source="the test")
        super().__init__(url, credentials, service="The lake's server")
        self.asked: Counter[str] = Counter()

    def send(self, call: Call) -> Reply:
        self.asked[call.path] += 1
        return super().send(call)


def test_many_specs_are_planned_in_few_requests(tmp_path: Path) -> None:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "cells", {f"{n}.png": ["WBC"] for n in range(3)}), "cells")
    # Each asks otherwise, so that no answer is shared.
    many = project(
        {
            f"c{number}": replace(CELLS, name=f"Cells {number}", query=f"frame.width>{-number}")
            for number in range(MANY)
        }
    )
    with serving(tmp_path / "lake") as server:
        beside = LakeRemote(server.service.lake, server.url)
        carry_out(beside, planned(beside, many), tmp_path)
        connection = Counted(server.url, server.keys[Role.PLAN])
        remote = ServedLakeRemote(connection)
        assert planned(remote, many).plan.empty
        unchanged = connection.asked.total()
        assert unchanged <= 6, connection.asked
        # Frames came, so that all have to be looked at.
        ingest(server.service.lake, write(tmp_path / "more", {"9.png": ["WBC"]}), "cells")
        connection.asked.clear()
        plan = planned(remote, many).plan
        assert len(plan.changes) == MANY
        batches = 4 + MANY // 64
        assert connection.asked.total() <= 6 + 2 * batches, connection.asked
        connection.close()


class Answering(Connection):
    """Answers each request for versions with the ids themselves and `size` bytes more, `short` of them left out."""

    def __init__(self, size: int = 0, short: int = 0) -> None:
        self._url = "http://there"
        self.sizes: list[int] = []
        self._more, self._short = b"." * size, short

    def send(self, call: Call) -> Reply:
        assert call.json is not None
        versions = call.json["versions"]
        self.sizes.append(len(versions))
        contents = [version.encode() + self._more for version in versions]
        return Reply(status=200, body=parcels(contents[self._short :]), headers={})


def taken(connection: Connection, count: int) -> list[str]:
    def wish(some: Sequence[str]) -> Call:
        return columns_call("/versions/manifests", VersionIds(versions=tuple(some)))

    keys = [str(number) for number in range(count)]
    answers = together(Asking(connection), keys, wish, lambda body: body.decode().rstrip("."), 64)
    return list(answers)


def test_more_is_asked_for_as_long_as_answers_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setwright.remotes.lake_server.together.ENOUGH", 800)
    small, large = Answering(), Answering(size=100)
    assert taken(small, 100) == taken(large, 100) == [str(number) for number in range(100)]
    assert small.sizes == [8, 16, 32, 44]
    assert large.sizes[:4] == [8, 4, 8, 4]


def test_an_answer_that_is_short_of_one_is_none() -> None:
    with pytest.raises(RemoteError) as failure:
        taken(Answering(short=1), 3)
    assert "3 were asked for, and 2 came" in failure.value.detail
