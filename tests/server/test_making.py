"""What clients of LayerNext's wire wish is made once, and a wish that came too late is not called made."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import StalePlanError
from setwright.server.wire.making import make
from tests.conformance.remotes import CELLS
from tests.lake.lakes import ingest, write
from tests.server.serving import Serving, serving
from tests.server.test_stopping import wish

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ONLY_RED = replace(CELLS, labels=CELLS.labels[1:])
ONLY_WHITE = replace(CELLS, labels=CELLS.labels[:1])


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(
            lake, write(tmp_path / "in", {f"{number}.png": ["RBC", "WBC"] for number in range(4)}), "cells"
        )
    with serving(tmp_path / "lake") as served:
        yield served


def test_of_two_who_replace_the_same_content_the_later_is_told_that_it_changed(running: Serving) -> None:
    service = running.service
    at = service.lake.revision()
    first = make(service, wish(at))
    red, white = (
        wish(at, key=key, config=config, parent=first.id, replacing="in place")
        for key, config in (("red", ONLY_RED), ("white", ONLY_WHITE))
    )
    replaced = make(service, red)
    assert make(service, red) == replaced
    with pytest.raises(StalePlanError):
        make(service, white)
    assert [each.id for each in service.lake.versions(CELLS.name)] == [replaced.id, first.id]
