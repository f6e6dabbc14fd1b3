"""A lake behind its own HTTP API keeps to the protocol, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.server.keys import Role
from tests.conformance.remotes import Filled, RemoteConformance
from tests.conformance.test_lake import filling
from tests.server.serving import connected, serving


class TestServedLakeRemote(RemoteConformance):
    @pytest.fixture
    def filled(self, tmp_path: Path) -> Iterator[Filled]:
        Lake.create(tmp_path / "lake").close()
        with (
            serving(tmp_path / "lake") as running,
            connected(running.url, running.keys[Role.ADMIN]) as remote,
        ):
            yield filling(running.service.lake, tmp_path, remote)
