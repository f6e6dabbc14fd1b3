"""People's annotations before a model's: what stays, in the lake and in the memory remote alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from setwright.formats.reading.fit import FittedAnnotation
from setwright.lake.catalogue import new_revision
from setwright.lake.lake import Lake
from setwright.lake.membership import read_membership
from setwright.lake.record import NewFrame, Recorder
from setwright.lake.stored import StoredPicture
from setwright.model.dataset import Filter, HumanOverMachine, LakeSource, Operations, Selection
from setwright.model.frames import RECTANGLE, Membership
from setwright.query.evaluate import AnnotationFacts
from setwright.remotes.memory import MemoryRemote
from tests.conformance.test_memory import stored
from tests.laws import examples

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MODES: Mapping[str, Any] = {"people-1": "human", "people-2": "human", "run-1": "machine", "run-2": "machine"}
MODELS = frozenset(name for name, mode in MODES.items() if mode == "machine")

Said: TypeAlias = dict[str, dict[str, list[str]]]
"""The labels of each frame, by operation."""

labels = st.lists(st.sampled_from(["A", "B", "C"]), min_size=1, max_size=2)
lakes: st.SearchStrategy[Said] = st.dictionaries(
    st.sampled_from([f"{number}.png" for number in range(6)]),
    st.dictionaries(st.sampled_from(sorted(MODES)), labels),
    max_size=6,
)
takes = st.none() | st.sets(st.sampled_from([*sorted(MODES), "nobody"]), min_size=2).map(
    lambda names: tuple(sorted(names))
)
wanted = st.lists(st.sampled_from(["A", "B", "C", "D"]), unique=True).map(lambda names: tuple(sorted(names)))


@pytest.fixture(scope="module")
def lake(catalog: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    with Lake.create(tmp_path_factory.mktemp("law") / "lake", catalog) as lake:
        yield lake


def in_memory(said: Said) -> MemoryRemote:
    remote = MemoryRemote()
    for name, operations in said.items():
        frame = stored("c", name, [])
        annotations = tuple(
            AnnotationFacts(label=label, operation=operation)
            for operation in sorted(operations)
            for label in operations[operation]
        )
        remote.put([replace(frame, facts=replace(frame.facts, annotations=annotations), models=MODELS)])
    return remote


def record(connection: Connection, said: Said) -> int:
    """Record what was said in a lake; the newest revision."""
    revision = 0
    for operation, mode in MODES.items():
        new = [_new(name, labels.get(operation, [])) for name, labels in said.items()]
        revision = new_revision(connection, at=NOON, author="test", message="", touches_frames=True, rows={})
        Recorder(connection, revision, NOON, "lake").record("c", operation, mode, new)
    return revision


def _new(name: str, labels: list[str]) -> NewFrame:
    picture = StoredPicture(
        digest=name,
        source_digest=name,
        width=4,
        height=4,
        size=1,
        media_type="image/png",
        pixels="RGB",
        orientation=1,
        phash=0,
    )
    found = tuple(
        FittedAnnotation(
            label=label, shape=RECTANGLE, box=(0, 0, 1, 1), outline="", confidence=None, extra=""
        )
        for label in labels
    )
    return NewFrame(name=name, picture=picture, annotations=found, metadata={}, tags=())


def asked(operations: Operations, labels: tuple[str, ...]) -> Selection:
    return Selection(source=LakeSource(), query="", filter=Filter(), operations=operations, labels=labels)


def rows(members: Membership) -> list[tuple[str, str, str]]:
    """The annotations in their order: frame, operation, label."""
    annotations = members.annotations
    return [
        (str(members.frames.name[frame]), annotations.operations[operation], annotations.labels[label])
        for frame, operation, label in zip(
            annotations.frame, annotations.operation, annotations.label, strict=True
        )
    ]


@settings(max_examples=examples(40))
@given(said=lakes, take=takes, labels=wanted)
def test_the_lake_and_the_memory_remote_leave_out_the_same(
    lake: Lake, said: Said, take: tuple[str, ...] | None, labels: tuple[str, ...]
) -> None:
    selection = asked(HumanOverMachine(take=take), labels)
    remote = in_memory(said)
    with lake._catalogue.writing() as connection:
        found = read_membership(connection, selection, record(connection, said), lake._blobs)
        connection.rollback()
    expected = remote.membership(selection, remote.revision())
    assert rows(found) == rows(expected)
    assert np.array_equal(found.frames.name, expected.frames.name)


@settings(max_examples=examples(100))
@given(said=lakes, take=takes, labels=wanted)
def test_what_is_left_out_is_a_model_s_on_frames_that_people_annotated(
    said: Said, take: tuple[str, ...] | None, labels: tuple[str, ...]
) -> None:
    remote = in_memory(said)
    whole = rows(remote.membership(asked(take, labels), remote.revision()))
    preferring = rows(remote.membership(asked(HumanOverMachine(take=take), labels), remote.revision()))
    people = {
        f"c_{name}"
        for name, operations in said.items()
        if any(MODES[each] == "human" and (take is None or each in take) for each in operations)
    }
    # Nothing comes in that was not there, and nothing changes its place.
    assert preferring == [row for row in whole if not (row[0] in people and row[1] in MODELS)]


@settings(max_examples=examples(50))
@given(said=lakes, labels=wanted)
def test_where_no_frame_has_both_the_preference_changes_nothing(said: Said, labels: tuple[str, ...]) -> None:
    for operations in said.values():
        if not MODELS.issuperset(operations):
            for model in MODELS:
                operations.pop(model, None)
    remote = in_memory(said)
    whole, preferring = (
        rows(remote.membership(asked(operations, labels), remote.revision()))
        for operations in (None, HumanOverMachine())
    )
    assert preferring == whole
