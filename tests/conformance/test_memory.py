"""The memory remote keeps to the protocol."""

from __future__ import annotations

from datetime import date

import pytest

from setwright.query.evaluate import AnnotationFacts, FrameFacts
from setwright.remotes.memory import MemoryRemote, StoredFrame
from tests.conformance.remotes import Filled, RemoteConformance
from tests.lake.lakes import picture


def stored(collection: str, file_name: str, labels: list[str]) -> StoredFrame:
    shown = picture(f"{collection}/{file_name}", size=(40, 30))
    annotations = tuple(AnnotationFacts(label=label, operation="project") for label in labels)
    facts = FrameFacts(
        file_name=file_name,
        collection=collection,
        width=40,
        height=30,
        bytes=len(shown),
        day=date(2026, 1, 1),
        digest="",
        annotations=annotations,
    )
    return StoredFrame(facts=facts, picture=shown)


class TestMemoryRemote(RemoteConformance):
    @pytest.fixture
    def filled(self) -> Filled:
        remote = MemoryRemote()

        def put(collection: str, frames: dict[str, list[str]]) -> None:
            remote.put(stored(collection, name, labels) for name, labels in frames.items())

        return Filled(remote, put)
