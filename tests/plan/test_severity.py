"""How grave a change is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given

from setwright.diff.data import data_diff
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.frames import Membership
from setwright.model.manifest import Manifest
from setwright.model.versions import ChangeSeverity, VersionNumber
from setwright.plan.severity import content_severity, settings_severity
from tests.contents import membership, memberships

TRAIN, VALIDATION, TEST = range(3)


def content(labels: Mapping[str, Sequence[str]], splits: Mapping[str, int] | None = None) -> Manifest:
    """Frames with labels, in train unless `splits` says otherwise."""
    members = membership(labels)
    split = np.array([(splits or {}).get(name, TRAIN) for name in members.frames.name.tolist()], np.int8)
    return Manifest(frames=members.frames, split=split, annotations=members.annotations)


def severity(before: Manifest, after: Manifest) -> ChangeSeverity | None:
    return content_severity(before, after, data_diff(before, after))


def test_frames_that_come_to_train_are_additive() -> None:
    assert severity(content({"a": []}), content({"a": [], "b": []})) is ChangeSeverity.ADDITIVE


def test_frames_that_leave_train_are_a_removal() -> None:
    assert severity(content({"a": [], "b": []}), content({"a": []})) is ChangeSeverity.REMOVAL


def test_other_annotations_in_train_are_a_relabelling() -> None:
    assert severity(content({"a": ["RBC"]}), content({"a": ["WBC"]})) is ChangeSeverity.RELABEL


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (content({"a": []}), content({"a": [], "t": []}, {"t": TEST})),
        (content({"a": [], "t": []}, {"t": TEST}), content({"a": []})),
        (content({"t": []}), content({"t": []}, {"t": TEST})),
        (content({"t": []}, {"t": TEST}), content({"t": []}, {"t": VALIDATION})),
        (content({"t": ["RBC"]}, {"t": TEST}), content({"t": []}, {"t": TEST})),
    ],
    ids=["a frame comes", "a frame leaves", "moves in", "moves out", "is relabelled"],
)
def test_whatever_happens_to_the_test_split_breaks_evaluation(before: Manifest, after: Manifest) -> None:
    assert severity(before, after) is ChangeSeverity.EVAL


def test_a_test_split_that_stays_lets_a_change_beside_it_be_what_it_is() -> None:
    before = content({"a": [], "t": ["RBC"]}, {"t": TEST})
    after = content({"a": [], "b": [], "t": ["RBC"]}, {"t": TEST})
    assert severity(before, after) is ChangeSeverity.ADDITIVE


def with_classes(manifest: Manifest, classes: tuple[str, ...]) -> Manifest:
    return replace(manifest, annotations=replace(manifest.annotations, labels=classes))


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        (("a", "b", "c"), ChangeSeverity.ADDITIVE),
        (("b", "a"), ChangeSeverity.SCHEMA),
        (("a",), ChangeSeverity.SCHEMA),
    ],
)
def test_appending_a_class_is_additive_and_reordering_or_removing_one_is_not(
    classes: tuple[str, ...], expected: ChangeSeverity
) -> None:
    empty = content({"frame": []})
    assert severity(with_classes(empty, ("a", "b")), with_classes(empty, classes)) is expected


@pytest.mark.parametrize(
    ("classes", "ids", "expected"),
    [
        (("Red", "WBC"), [0, 1], ChangeSeverity.SCHEMA),
        (("Red", "White", "new"), [0, 1], ChangeSeverity.SCHEMA),
        (("WBC", "Red"), [1, 0], ChangeSeverity.EVAL),
        (("Red", "WBC"), [0, 0], ChangeSeverity.EVAL),
    ],
    ids=["one", "all, and one is new", "its id moves", "an annotation changes"],
)
def test_what_is_only_called_otherwise_breaks_no_evaluation(
    classes: tuple[str, ...], ids: list[int], expected: ChangeSeverity
) -> None:
    before = with_classes(content({"t": ["RBC", "WBC"]}, {"t": TEST}), ("RBC", "WBC"))
    annotations = replace(before.annotations, labels=classes, label=np.array(ids, np.int32))
    assert severity(before, replace(before, annotations=annotations)) is expected


@given(members=memberships)
def test_the_same_content_is_no_change(members: Membership) -> None:
    same = Manifest(
        frames=members.frames, split=np.zeros(len(members.frames), np.int8), annotations=members.annotations
    )
    assert severity(same, same) is None


def test_exports_are_packaging_and_words_are_metadata() -> None:
    labels = (LabelClass(name="a", sources=("a",)),)
    config = DatasetConfig(name="a", source=CollectionSource(name="a"), labels=labels)
    assert settings_severity(config, replace(config, exports=("RAW",))) is ChangeSeverity.PACKAGING
    assert settings_severity(config, replace(config, description="cells")) is ChangeSeverity.METADATA
    assert settings_severity(config, config) is None


@pytest.mark.parametrize(
    ("severity", "number"),
    [
        (ChangeSeverity.METADATA, "1.2.3"),
        (ChangeSeverity.PACKAGING, "1.2.4"),
        (ChangeSeverity.ADDITIVE, "1.3.0"),
        (ChangeSeverity.RELABEL, "1.3.0"),
        (ChangeSeverity.REMOVAL, "1.3.0"),
        (ChangeSeverity.SCHEMA, "2.0.0"),
        (ChangeSeverity.EVAL, "2.0.0"),
    ],
)
def test_the_version_number_says_how_grave_the_change_was(severity: ChangeSeverity, number: str) -> None:
    assert str(VersionNumber.parse("1.2.3").after(severity)) == number
