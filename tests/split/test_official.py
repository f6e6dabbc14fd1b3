"""Frames in the splits that they came with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.frames import texts
from setwright.model.splits import SPLITS, OfficialSplits, Split, SplitWish
from setwright.split.assign import UNASSIGNED, assign
from setwright.split.division import division
from setwright.split.leakage import leakage
from setwright.split.official import named_splits, unnamed
from setwright.split.quotas import quotas
from tests.split.frames import frames_of, labelled, labels_of, pictures, sizes, version_of, wishes

if TYPE_CHECKING:
    from numpy.typing import NDArray

SOURCE = OfficialSplits(field="source_split", others="divide")
codes = st.sampled_from([UNASSIGNED, 0, 1, 2])


def divided(
    pictures: list[int], official: list[int], wish: SplitWish, groups: list[str] | None = None
) -> NDArray[np.int8]:
    return assign(
        frames_of(pictures, groups), labelled(labels_of(pictures)), wish, None, np.array(official, np.int8)
    )


def test_the_usual_names_stand_for_their_splits_in_any_case() -> None:
    values = texts(
        ["train", "Training", "val", "VALID", "validation", "dev", "test", "Testing", "", "trainval"]
    )
    assert named_splits(SOURCE, values).tolist() == [0, 0, 1, 1, 1, 1, 2, 2, UNASSIGNED, UNASSIGNED]


def test_a_spec_may_say_otherwise() -> None:
    folds = OfficialSplits(field="fold", train=("1", "2"), validation=("3",), test=())
    assert named_splits(folds, texts(["2", "3", "test"])).tolist() == [0, 1, UNASSIGNED]
    assert unnamed(folds, texts(["2", "test", "", "", "3"])) == [("", 2), ("test", 1)]


def test_no_value_stands_for_two_splits() -> None:
    with pytest.raises(ValueError, match="two splits"):
        OfficialSplits(field="fold", train=("a",), test=("A",))


@given(frames=st.lists(st.tuples(st.integers(0, 30), codes), max_size=60), wish=wishes)
def test_every_frame_is_where_it_came_to_be_whatever_it_belongs_to(
    frames: list[tuple[int, int]], wish: SplitWish
) -> None:
    official = np.array([code for _, code in frames], np.int8)
    split = divided([picture for picture, _ in frames], official.tolist(), wish)
    assert (split[official != UNASSIGNED] == official[official != UNASSIGNED]).all()
    assert all(code in range(len(SPLITS)) for code in split.tolist())


@given(pictures=pictures, wish=wishes, data=st.data())
def test_the_others_are_divided_among_themselves_by_the_percentages(
    pictures: list[int], wish: SplitWish, data: st.DataObject
) -> None:
    official = data.draw(st.lists(codes, min_size=len(pictures), max_size=len(pictures)))
    split = divided(pictures, official, wish)
    others = split[np.array(official, np.int8) == UNASSIGNED]
    assert sizes(others) == quotas(len(others), wish)


def test_a_frame_that_came_with_no_split_goes_with_those_it_belongs_to() -> None:
    split = divided([1, 2, 1, 3], [2, 0, UNASSIGNED, UNASSIGNED], SplitWish(), ["", "b", "", "b"])
    assert split.tolist() == [2, 0, 2, 0]


def test_what_belongs_together_and_came_apart_stays_apart_and_is_told() -> None:
    wish = SplitWish(official=SOURCE)
    frames = frames_of([1, 1, 2])
    made = version_of(frames, divided([1, 1, 2], [0, 2, 1], wish))
    found = division(made, wish, None)
    assert (found.apart, found.why, found.targets) == (1, ("official",), (1, 1, 1))
    assert [(leak.kind, leak.frames.tolist()) for leak in leakage(made)] == [("exact", [0, 1])]


def test_an_official_division_is_as_asked_whatever_the_percentages() -> None:
    wish = SplitWish(official=SOURCE)
    made = version_of(frames_of([1, 2, 3]), np.zeros(3, np.int8))
    assert division(made, wish, None).as_asked


def test_a_frame_of_the_version_before_stays_until_resplit() -> None:
    frames = frames_of([1, 2])
    before = version_of(frames, np.array([0, 1], np.int8))
    came = np.array([2, 2], np.int8)
    none = labelled([])
    assert assign(frames, none, SplitWish(official=SOURCE), before, came).tolist() == [0, 1]
    moved = SplitWish(official=SOURCE, resplit=True)
    assert assign(frames, none, moved, before, came).tolist() == [Split.TEST.code] * 2
