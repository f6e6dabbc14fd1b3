"""LayerNext's remote keeps to the protocol, with our server as the other end of the wire."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from setwright.lake.ingest import Mode
from setwright.lake.lake import Lake
from setwright.model.versions import Deletion
from setwright.remotes.protocol import Remote
from tests.conformance.remotes import NOON, Filled, RemoteConformance
from tests.conformance.test_lake import draw
from tests.remotes.layernext.served import connected
from tests.server.serving import serving


class TestLayerNextRemote(RemoteConformance):
    @pytest.fixture
    def filled(self, tmp_path: Path) -> Iterator[Filled]:
        Lake.create(tmp_path / "lake").close()
        with serving(tmp_path / "lake") as server:
            drawn = 0

            def say(operation: str, mode: Mode, collection: str, frames: dict[str, list[str]]) -> None:
                nonlocal drawn
                drawn += 1
                draw(tmp_path / str(drawn), collection, frames)
                server.service.lake.ingest(
                    tmp_path / str(drawn),
                    collection=collection,
                    author="test",
                    at=NOON,
                    format="via",
                    operation=operation,
                    mode=mode,
                )

            with connected(server, tmp_path) as remote:
                yield Filled(remote, partial(say, "project", "human"), partial(say, "model", "machine"))

    @pytest.mark.xfail(
        strict=True,
        reason="a version that is deleted at LayerNext is gone, and ids of datasets are of their names",
    )
    def test_a_deleted_dataset_frees_its_name_and_its_versions_can_still_be_read(
        self, remote: Remote
    ) -> None:
        super().test_a_deleted_dataset_frees_its_name_and_its_versions_can_still_be_read(remote)

    def test_a_deleted_dataset_frees_its_name(self, remote: Remote) -> None:
        first = self.published(remote)
        second = self.published(remote, "k2", first.id)
        deletion = Deletion(key="k3", name="Cells", version=second.id, author="test", at=NOON)
        remote.delete(deletion)
        remote.delete(deletion)
        assert remote.observe(["Cells"]) == {}
        assert remote.versions("Cells") == ()
        third = self.published(remote, "k4")
        remote.delete(deletion)
        assert remote.versions("Cells") == (third,)

    def test_what_it_cannot_do_is_declared(self, remote: Remote) -> None:
        offers: Any = remote.capabilities
        assert not (offers.tells_content or offers.reads_config or offers.pins_revisions or offers.renames)
        assert not offers.numbers
        assert offers.untold
