"""What is said where a division is not as asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given

from setwright.model.frames import Annotations
from setwright.model.splits import Split, SplitWish
from setwright.split.assign import assign
from setwright.split.division import Division, division, standing
from tests.split.frames import frames_of, pictures, version_of, wishes

HALVES = SplitWish(train=50, validation=0, test=50)


def made(
    shown: list[int], groups: list[str], wish: SplitWish, before: tuple[list[int], list[int]] | None = None
) -> Division:
    frames = frames_of(shown, groups)
    parent = None if before is None else version_of(frames_of(before[0]), np.array(before[1], np.int8))
    split = assign(frames, Annotations.empty(), wish, parent)
    return division(version_of(frames, split), wish, parent)


@given(pictures=pictures, wish=wishes)
def test_nothing_is_said_where_nothing_binds(pictures: list[int], wish: SplitWish) -> None:
    found = made(pictures, [""] * len(pictures), SplitWish(train=100, validation=0, test=0))
    assert found.as_asked
    assert found.targets == found.actual


def test_frames_that_belong_together_are_named_as_the_reason() -> None:
    found = made([1, 2, 3, 4], ["walk"] * 3 + [""], HALVES)
    assert (found.targets, found.actual, found.why) == ((2, 0, 2), (3, 0, 1), ("together",))


def test_frames_that_stay_where_they_were_are_named_as_the_reason() -> None:
    found = made([1, 2, 3, 4], [""] * 4, HALVES, ([1, 2, 3], [0, 0, 0]))
    assert (found.actual, found.why, found.apart) == ((3, 0, 1), ("kept",), 0)


def test_new_frames_that_may_go_to_some_splits_alone_are_named_as_the_reason() -> None:
    wish = replace(HALVES, grow=(Split.TRAIN,))
    found = made([1, 2, 3, 4], [""] * 4, wish, ([1, 2], [0, 2]))
    assert (found.targets, found.actual, found.why) == ((2, 0, 2), (3, 0, 1), ("grow",))


def test_both_reasons_are_named_where_each_changed_something() -> None:
    found = made([1, 2, 3, 4, 5, 6], ["", "", "", "", "a", "a"], HALVES, ([1, 2, 3, 4, 5], [0, 0, 0, 0, 0]))
    assert (found.actual, found.why) == ((6, 0, 0), ("kept", "together"))


def test_units_that_were_divided_before_are_counted() -> None:
    found = made([1, 2, 3, 4], ["a", "a", "b", "b"], HALVES, ([1, 2, 3, 4], [0, 2, 0, 2]))
    assert (found.why, found.apart) == ((), 2)
    assert not found.as_asked


def test_a_wish_that_was_changed_since_is_unmet_because_frames_stay() -> None:
    frames = frames_of([1, 2, 3, 4], [""] * 4)
    content = version_of(frames, np.array([0, 0, 2, 2], np.int8))
    found = standing(content, HALVES, replace(HALVES, train=75, test=25), None)
    assert (found.targets, found.actual, found.why) == ((3, 0, 1), (2, 0, 2), ("kept",))


def test_a_wish_for_the_same_sizes_stands_as_it_was_divided() -> None:
    content = version_of(frames_of([1, 2, 3, 4], ["walk"] * 3 + [""]), np.array([0, 0, 0, 2], np.int8))
    found = standing(content, replace(HALVES, resplit=True), HALVES, content)
    assert found.why == ("together",)
