"""What differs between two contents."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.diff.data import data_diff
from setwright.model.frames import Membership
from setwright.model.manifest import Manifest
from tests.contents import membership, memberships


def content(members: Membership, split: int = 0) -> Manifest:
    everywhere = np.full(len(members.frames), split, np.int8)
    return Manifest(frames=members.frames, split=everywhere, annotations=members.annotations)


def test_frames_enter_and_leave_by_name() -> None:
    before, after = content(membership({"a": [], "b": []})), content(membership({"b": [], "c": [], "d": []}))
    found = data_diff(before, after)
    assert after.frames.name[found.entering].tolist() == ["c", "d"]
    assert before.frames.name[found.leaving].tolist() == ["a"]


@given(before=memberships, after=memberships, data=st.data())
def test_numbers_of_frames_make_it_quick_and_decide_nothing(
    before: Membership, after: Membership, data: st.DataObject
) -> None:
    def anew(members: Membership) -> Manifest:
        count = len(members.frames)
        numbers = data.draw(st.lists(st.integers(-2, 2 * count), min_size=count, max_size=count))
        return content(replace(members, frames=replace(members.frames, number=np.array(numbers, np.int64))))

    one, other = anew(before), anew(after)
    found = data_diff(one, other)
    names, others = set(one.frames.name.tolist()), set(other.frames.name.tolist())
    assert other.frames.name[found.entering].tolist() == sorted(others - names)
    assert one.frames.name[found.leaving].tolist() == sorted(names - others)
    assert found.relabelled.tolist() == data_diff(content(before), content(after)).relabelled.tolist()


def test_a_frame_with_another_split_moves_rather_than_leaving_and_entering() -> None:
    before, after = content(membership({"a": [], "b": []})), content(membership({"b": []}), split=2)
    found = data_diff(before, after)
    assert found.moving.tolist() == [[1, 0]]
    assert not len(found.entering)


def test_another_label_is_a_relabelling_and_another_order_of_annotations_is_nothing() -> None:
    before = content(membership({"a": ["RBC", "WBC"], "b": ["RBC"]}))
    after = content(membership({"a": ["WBC", "RBC"], "b": ["WBC"]}))
    assert data_diff(before, after).relabelled.tolist() == [[1, 1]]


def test_another_picture_under_the_same_name_is_noticed() -> None:
    before, after = content(membership({"a": []})), content(membership({"a": []}, pictures={"a": "new"}))
    assert data_diff(before, after).repainted.tolist() == [[0, 0]]


def test_class_ids_that_move_relabel_nobody() -> None:
    before = content(membership({"a": ["RBC", "WBC"]}))
    labels = before.annotations.labels
    reordered = replace(
        before.annotations,
        labels=labels[::-1],
        label=(len(labels) - 1 - before.annotations.label).astype(np.int32),
    )
    assert data_diff(before, replace(before, annotations=reordered)).empty


@given(members=memberships)
def test_a_content_does_not_differ_from_itself(members: Membership) -> None:
    assert data_diff(content(members), content(members)).empty


@given(one=memberships, other=memberships)
def test_what_enters_and_leaves_turns_the_one_into_the_other(one: Membership, other: Membership) -> None:
    before, after = content(one), content(other)
    found = data_diff(before, after)
    names = set(before.frames.name.tolist())
    names -= set(before.frames.name[found.leaving].tolist())
    names |= set(after.frames.name[found.entering].tolist())
    assert names == set(after.frames.name.tolist())
