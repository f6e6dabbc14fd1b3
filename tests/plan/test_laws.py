"""What a plan says is what can be counted by hand: two contents as plain Python values, compared without the code.

`SETWRIGHT_LAWS=250` tries 250 times as many.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, TypeAlias

from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.model.dataset import DatasetConfig
from setwright.model.frames import Membership
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS
from setwright.model.versions import ChangeSeverity, VersionNumber
from setwright.plan.changes import Adopt, Amend, Create, Follow, digest_after
from setwright.plan.describe import describe
from setwright.plan.document import DatasetChange
from setwright.plan.identity import plan_digest
from setwright.plan.plan import Plan
from tests.contents import memberships
from tests.laws import examples
from tests.plan.test_describe import changed, plans
from tests.plan.test_plan import configs

By_frame: TypeAlias = dict[str, tuple[int, bytes, Counter[Any]]]


def by_frame(content: Manifest) -> By_frame:
    """Of each frame the split, the picture, and its annotations by class, shape and place."""
    marks: dict[int, Counter[Any]] = {row: Counter() for row in range(len(content.frames))}
    annotations = content.annotations
    for row, label, shape, box in zip(
        annotations.frame.tolist(),
        annotations.label.tolist(),
        annotations.shape.tolist(),
        annotations.box.tolist(),
        strict=True,
    ):
        marks[row][content.classes[label], shape, tuple(box)] += 1
    return {
        name: (split, digest, marks[row])
        for row, (name, split, digest) in enumerate(
            zip(
                content.frames.name.tolist(),
                content.split.tolist(),
                content.frames.digest.tolist(),
                strict=True,
            )
        )
    }


def gravest(before: Manifest, after: Manifest) -> ChangeSeverity | None:
    """The severity, as the documentation words it."""
    old, new = by_frame(before), by_frame(after)
    test = SPLITS.index(SPLITS[-1])
    tested = [{name: frame for name, frame in each.items() if frame[0] == test} for each in (old, new)]
    if tested[0] != tested[1]:
        return ChangeSeverity.EVAL
    if after.classes[: len(before.classes)] != before.classes:
        return ChangeSeverity.SCHEMA
    both = old.keys() & new.keys()
    if old.keys() - new.keys() or any(old[name][0] != new[name][0] for name in both):
        return ChangeSeverity.REMOVAL
    if any(old[name] != new[name] for name in both):
        return ChangeSeverity.RELABEL
    return ChangeSeverity.ADDITIVE if old != new or before.classes != after.classes else None


@given(before=configs, after=configs, old=memberships, new=memberships)
@settings(max_examples=examples(100))
def test_severity_and_number_come_from_the_data_and_not_from_what_was_typed(
    before: DatasetConfig, after: DatasetConfig, old: Membership, new: Membership
) -> None:
    made = changed(before, after, old, new)
    (change,) = made.changes
    if isinstance(change, Follow):
        severity = gravest(change.before, change.content)
        number = VersionNumber(1, 0, 0).after(severity or ChangeSeverity.PACKAGING)
        assert (change.severity, change.number) == (severity or change.severity, number)
        if severity is not ChangeSeverity.EVAL:
            assert change.severity is not ChangeSeverity.EVAL
    else:
        assert not isinstance(change, Create)


@given(before=configs, after=configs, old=memberships, new=memberships)
@settings(max_examples=examples(100))
def test_what_the_plan_counts_is_what_can_be_counted_by_hand(
    before: DatasetConfig, after: DatasetConfig, old: Membership, new: Membership
) -> None:
    made = changed(before, after, old, new)
    (change,) = made.changes
    (told,) = describe(made, project="blood", specs={}, losses={}, all_frames=True).changes
    if not isinstance(change, Follow):
        return
    was, becomes = by_frame(change.before), by_frame(change.content)
    both = was.keys() & becomes.keys()
    frames = told.frames
    assert frames is not None
    assert [{line.name for line in kind.listed} for kind in (frames.entering, frames.leaving)] == [
        becomes.keys() - was.keys(),
        was.keys() - becomes.keys(),
    ]
    assert {line.name for line in frames.moving.listed} == {n for n in both if was[n][0] != becomes[n][0]}
    assert {line.name for line in frames.repainted.listed} == {n for n in both if was[n][1] != becomes[n][1]}
    assert {line.name for line in frames.relabelled.listed} == {n for n in both if was[n][2] != becomes[n][2]}
    assert histogram(told) == (counted(was), counted(becomes))
    for row, split in enumerate(told.splits):
        assert (split.before, split.after) == (
            sum(frame[0] == row for frame in was.values()),
            sum(frame[0] == row for frame in becomes.values()),
        )


def counted(frames: By_frame) -> Counter[tuple[str, str]]:
    """Annotations by class and split."""
    found: Counter[tuple[str, str]] = Counter()
    for split, _, marks in frames.values():
        for (label, *_), count in marks.items():
            found[label, SPLITS[split].value] += count
    return found


def histogram(told: DatasetChange) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    before: Counter[tuple[str, str]] = Counter()
    after: Counter[tuple[str, str]] = Counter()
    for label in told.labels:
        for split in label.splits:
            before[label.label, split.split] += split.before
            after[label.label, split.split] += split.after
    return +before, +after


def meaning(made: Plan) -> list[Any]:
    """What a plan would do, as plain values: no time, no reason, no count."""
    found: list[Any] = []
    for change in made.changes:
        told: list[Any] = [type(change).__name__, change.address]
        if isinstance(change, Create | Follow | Amend | Adopt):
            told += [change.config, digest_after(change)]
        if isinstance(change, Follow | Amend | Adopt):
            told += [change.observed.version.id, change.moved_from]
        found.append(told)
    return found


@given(plans, plans)
@settings(max_examples=examples(100))
def test_two_plans_have_one_digest_exactly_if_they_do_the_same(one: Plan, other: Plan) -> None:
    assert (plan_digest(one) == plan_digest(other)) == (meaning(one) == meaning(other))


@given(st.data(), configs, memberships)
@settings(max_examples=examples(100))
def test_plans_that_differ_in_one_thing_have_other_digests(
    data: st.DataObject, config: DatasetConfig, members: Membership
) -> None:
    after, new = data.draw(configs), data.draw(memberships)
    one, other = changed(config, after, members, members), changed(config, after, members, new)
    assert (plan_digest(one) == plan_digest(other)) == (meaning(one) == meaning(other))
