"""The document of a plan says what the plan holds, counted, and keeps to its schema."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setwright.augment.decode import decode
from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document
from setwright.model.frames import Membership, texts
from setwright.model.splits import SplitWish
from setwright.plan.describe import describe
from setwright.plan.document import DatasetChange, PlanDocument, plain
from setwright.plan.identity import plan_digest
from setwright.plan.plan import Plan, plan
from tests.contents import membership, memberships
from tests.plan.test_plan import CELLS, carried_out, configs, settled, untouched

SCHEMA = json.loads((Path(__file__).parents[2] / "schemas" / "plan.schema.json").read_text())


def document(made: Plan, *, all_frames: bool = False) -> PlanDocument:
    return describe(made, project="blood", specs={}, losses={}, all_frames=all_frames)


def changed(before: DatasetConfig, after: DatasetConfig, old: Membership, new: Membership) -> Plan:
    """The plan from a dataset that was made of `old` to one made of `new`."""
    return plan({"cells": after}, replace(settled(before, old), memberships={"cells": new}))


plans = st.one_of(
    st.builds(lambda config, members: plan({"cells": config}, untouched(members)), configs, memberships),
    st.builds(changed, configs, configs, memberships, memberships),
    st.builds(lambda config, members: plan({}, settled(config, members)), configs, memberships),
)


@given(plans)
def test_the_document_keeps_to_its_schema(made: Plan) -> None:
    Draft202012Validator(SCHEMA).validate(plain(document(made)))


@given(plans)
def test_the_document_can_be_read_back(made: Plan) -> None:
    written = document(made, all_frames=True)
    assert from_document(PlanDocument, json.loads(json.dumps(plain(written)))) == written


@given(plans)
def test_the_counts_add_up(made: Plan) -> None:
    for change in document(made).changes:
        if change.frames is None:
            continue
        frames = change.frames
        assert frames.before + frames.entering.count - frames.leaving.count == frames.after
        assert sum(split.before for split in change.splits) == frames.before
        assert sum(split.after for split in change.splits) == frames.after
        assert sum(split.target for split in change.splits) == 100


@given(plans)
def test_all_frames_are_listed_on_request_and_else_a_sample(made: Plan) -> None:
    for all_frames in (True, False):
        for change in document(made, all_frames=all_frames).changes:
            frames = change.frames
            for kind in (frames.entering, frames.leaving, frames.moving, frames.relabelled) if frames else ():
                assert len(kind.listed) == (kind.count if all_frames else min(kind.count, 5))
                assert [line.name for line in kind.listed] == sorted(line.name for line in kind.listed)


@given(plans)
def test_a_frame_that_moves_says_from_where_to_where(made: Plan) -> None:
    for change in document(made, all_frames=True).changes:
        frames = change.frames
        if frames is not None:
            assert all(line.before is None and line.after for line in frames.entering.listed)
            assert all(line.before and line.after is None for line in frames.leaving.listed)
            assert all(line.before != line.after for line in frames.moving.listed)


def only(made: Plan) -> DatasetChange:
    (change,) = document(made).changes
    return change


def labels(change: DatasetChange) -> Mapping[str, tuple[int, int]]:
    """Annotations before and after, by class."""
    return {
        label.label: (sum(s.before for s in label.splits), sum(s.after for s in label.splits))
        for label in change.labels
    }


def test_labels_are_counted_before_and_after_by_class() -> None:
    change = only(changed(CELLS, CELLS, membership({"a": ["WBC"]}), membership({"a": ["WBC", "RBC", "RBC"]})))
    assert labels(change) == {"WBC": (1, 1), "RBC": (0, 2)}


def test_a_class_that_goes_is_listed_last_without_an_id_after() -> None:
    without = replace(CELLS, labels=CELLS.labels[1:])
    members = membership({"a": ["WBC", "RBC"]})
    change = only(changed(CELLS, without, members, members))
    assert [(label.label, label.id_before, label.id_after) for label in change.labels] == [
        ("RBC", 1, 0),
        ("WBC", 0, None),
    ]
    assert labels(change)["WBC"] == (1, 0)


@pytest.mark.parametrize(
    ("before", "after", "actions"),
    [
        (("RAW",), ("RAW", "YOLO Darknet"), {"RAW": "keep", "YOLO Darknet": "add"}),
        (("RAW", "YOLO Darknet"), ("RAW",), {"RAW": "keep", "YOLO Darknet": "remove"}),
    ],
)
def test_exports_say_what_becomes_of_them(
    before: tuple[str, ...], after: tuple[str, ...], actions: dict[str, str]
) -> None:
    members = membership({"a": ["WBC"]})
    change = only(changed(replace(CELLS, exports=before), replace(CELLS, exports=after), members, members))
    assert {export.export: export.action for export in change.exports} == actions


def test_the_exports_of_a_new_content_are_rebuilt() -> None:
    config = replace(CELLS, exports=("RAW",))
    change = only(changed(config, config, membership({"a": []}), membership({"a": [], "b": []})))
    assert [export.action for export in change.exports] == ["rebuild"]


@given(configs, memberships, st.integers(0, 5))
def test_the_digest_is_of_what_would_be_done_and_of_nothing_else(
    config: DatasetConfig, members: Membership, serial: int
) -> None:
    survey = untouched(members)
    made = plan({"cells": config}, survey)
    later = replace(survey, revision=9, state=replace(survey.state, serial=serial, lineage="other"))
    assert plan_digest(plan({"cells": config}, later)) == plan_digest(made)
    other = replace(config, description="another")
    assert plan_digest(plan({"cells": other}, survey)) != plan_digest(made)


def test_the_digest_tells_contents_apart() -> None:
    few, more = membership({"a": ["WBC"]}), membership({"a": ["WBC"], "b": ["WBC"]})
    assert plan_digest(plan({"cells": CELLS}, untouched(few))) != plan_digest(
        plan({"cells": CELLS}, untouched(more))
    )


def test_a_plan_without_changes_is_not_applyable() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    written = document(plan({"cells": CELLS}, survey))
    assert not written.applyable
    assert written.summary.unchanged == 1
    assert only(plan({"cells": CELLS}, survey)).actions == ("no-op",)


def test_applying_a_plan_leaves_a_document_without_changes() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"], "b": [], "c": ["RBC"]}))
    config = replace(CELLS, split=SplitWish(train=34, validation=33, test=33, resplit=True))
    survey = carried_out(plan({"cells": config}, survey), survey)
    assert not document(plan({"cells": config}, survey)).applyable


@given(plans)
def test_the_annotations_add_up(made: Plan) -> None:
    for change in document(made).changes:
        if change.annotations is None:
            continue
        counts = change.annotations
        whole = counts.before + counts.entering - counts.leaving + counts.added - counts.removed
        assert whole == counts.after
        assert sum(flip.count for flip in counts.flips) == counts.relabelled
        labels = sum(split.after for label in change.labels for split in label.splits)
        assert labels == counts.after


def test_an_annotation_that_gets_another_label_is_neither_added_nor_removed() -> None:
    old = membership({"a": ["WBC"], "b": ["WBC", "RBC"], "c": ["RBC"]})
    new = membership({"a": ["RBC"], "b": ["WBC", "RBC"], "c": ["RBC"]})
    (change,) = document(changed(CELLS, CELLS, old, new)).changes
    assert change.annotations is not None
    assert (change.annotations.added, change.annotations.removed) == (0, 0)
    (flip,) = change.annotations.flips
    assert (flip.before, flip.after, flip.count) == ("WBC", "RBC", 1)


def test_sizes_that_cannot_be_as_asked_are_told_with_the_quota_and_the_reason() -> None:
    alike = membership({"a": [], "b": [], "c": [], "d": []}, pictures={"a": "one", "b": "one", "c": "one"})
    halves = replace(CELLS, split=SplitWish(train=50, validation=0, test=50))
    told = document(plan({"cells": halves}, untouched(alike))).changes[0]
    assert [(split.quota, split.after) for split in told.splits] == [(2, 3), (0, 0), (2, 1)]
    assert told.unmet is not None
    assert (told.unmet.why, told.unmet.apart) == (("together",), 0)


def test_sizes_that_are_as_asked_need_no_reason() -> None:
    told = document(plan({"cells": CELLS}, untouched(membership({"a": [], "b": []})))).changes[0]
    assert told.unmet is None


def test_sizes_that_a_spec_asks_for_and_that_frames_which_stay_do_not_give_are_told_where_nothing_else_is() -> (
    None
):
    members = membership({f"{number:02}": [] for number in range(10)})
    other = replace(CELLS, split=SplitWish(train=50, validation=30, test=20))
    (change,) = document(changed(CELLS, other, members, members)).changes
    assert change.actions == ("update",)
    assert change.unmet is not None
    assert (change.unmet.why, [split.quota for split in change.splits]) == (("kept",), [5, 3, 2])


def test_groups_that_a_spec_asks_for_later_are_told_where_frames_that_stay_divide_them() -> None:
    members = membership({f"{number:02}": [] for number in range(10)})
    halves = replace(CELLS, split=SplitWish(train=50, validation=0, test=50))
    grouped = replace(halves, split=replace(halves.split, group_by="guest"))
    by_guest = replace(members, frames=replace(members.frames, group=texts(["ada"] * 10)))
    (change,) = document(changed(halves, grouped, members, by_guest)).changes
    assert change.actions == ("update",)
    assert change.unmet is not None
    assert (change.unmet.why, change.unmet.apart) == ((), 1)
    assert [(leak.kind, leak.frames.count) for leak in change.leakage] == [("group", 10)]


@pytest.mark.parametrize("before", [{}, {"a": ["WBC"]}])
def test_frames_that_are_dropped_as_background_are_counted(before: dict[str, list[str]]) -> None:
    new = membership({"a": ["WBC"], "b": [], "c": ["platelet"], "d": ["RBC"]})
    dropping = replace(CELLS, background="drop")
    made = (
        changed(dropping, dropping, membership(before), new)
        if before
        else plan({"cells": dropping}, untouched(new))
    )
    frames = only(made).frames
    assert frames is not None
    assert (frames.after, frames.dropped) == (2, 2)


@pytest.mark.parametrize(("background", "left_out"), [("keep", 0), ("drop", 20)])
def test_copies_that_lose_all_objects_are_counted_where_background_is_left_out(
    background: str, left_out: int
) -> None:
    wish, _ = decode({"crop": 99, "flip": {"horizontal": True}, "copies": 20, "min_visibility": 1})
    train = SplitWish(train=100, validation=0, test=0)
    config = replace(CELLS, background=background, augmentations=wish, split=train)  # type: ignore[arg-type]
    copies = only(plan({"cells": config}, untouched(membership({"a": ["WBC"]})))).copies
    assert copies is not None
    assert (copies.after, copies.background) == (21 - left_out, left_out)
