"""The memory remote keeps to the protocol."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from setwright.query.evaluate import AnnotationFacts, FrameFacts
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.memory_frames import StoredFrame
from setwright.remotes.protocol import Remote
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


def filling(memory: MemoryRemote, remote: Remote) -> Filled:
    """`remote`, whose frames are those of `memory`."""
    people: dict[tuple[str, str], StoredFrame] = {}

    def put(collection: str, frames: dict[str, list[str]]) -> None:
        come = {(collection, name): stored(collection, name, labels) for name, labels in frames.items()}
        people.update(come)
        memory.put(come.values())

    def run(collection: str, frames: dict[str, list[str]]) -> None:
        memory.put(_with_model(people[collection, name], labels) for name, labels in frames.items())

    return Filled(remote, put, run)


def _with_model(frame: StoredFrame, labels: list[str]) -> StoredFrame:
    found = tuple(AnnotationFacts(label=label, operation="model") for label in labels)
    facts = replace(frame.facts, annotations=(*frame.facts.annotations, *found))
    return replace(frame, facts=facts, models=frozenset({"model"}))


class TestMemoryRemote(RemoteConformance):
    @pytest.fixture
    def filled(self) -> Filled:
        remote = MemoryRemote()
        return filling(remote, remote)
