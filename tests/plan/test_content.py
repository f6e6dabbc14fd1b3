"""From what a selection gives to what a dataset holds."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

from hypothesis import given

from setwright.augment.decode import decode
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.frames import Membership
from setwright.model.statistics import count
from setwright.plan.content import desired_content
from tests.contents import membership, memberships

CELLS = DatasetConfig(
    name="cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="red", sources=("RBC",))),
)


def test_class_ids_are_the_order_of_the_spec_and_labels_not_chosen_stay_out() -> None:
    made = desired_content(CELLS, membership({"a": ["RBC", "platelet", "WBC"]}), None)
    assert made.classes == ("WBC", "red")
    assert made.annotations.label.tolist() == [1, 0]


def test_labels_are_merged_into_one_class() -> None:
    cell = replace(CELLS, labels=(LabelClass(name="cell", sources=("RBC", "WBC")),))
    assert count(desired_content(cell, membership({"a": ["RBC", "WBC"]}), None)).labels == {"cell": 2}


def test_frames_without_a_chosen_annotation_stay_as_background() -> None:
    made = desired_content(CELLS, membership({"a": ["platelet"], "b": ["WBC"]}), None)
    assert made.frames.name.tolist() == ["a", "b"]
    assert sum(split.background for split in count(made).splits) == 1


def test_background_goes_when_the_spec_says_so_and_annotations_follow_their_frames() -> None:
    drop = replace(CELLS, background="drop")
    made = desired_content(drop, membership({"a": ["platelet"], "b": ["WBC"], "c": [], "d": ["RBC"]}), None)
    assert made.frames.name.tolist() == ["b", "d"]
    assert made.annotations.frame.tolist() == [0, 1]


@given(members=memberships)
def test_the_content_that_follows_itself_is_itself(members: Membership) -> None:
    made = desired_content(CELLS, members, None)
    assert desired_content(CELLS, members, made).digest == made.digest


@given(members=memberships)
def test_every_chosen_annotation_is_counted_once(members: Membership) -> None:
    statistics = count(desired_content(CELLS, members, None))
    lake = [members.annotations.labels[label] for label in members.annotations.label.tolist()]
    assert statistics.labels == {"WBC": lake.count("WBC"), "red": lake.count("RBC")}
    assert statistics.frames == len(members.frames)


def test_objects_of_copies_are_counted_without_having_them_all_at_a_time() -> None:
    members = membership({f"frame-{number}": ["RBC"] * 60 for number in range(20)})

    def most(copies: int) -> int:
        wish, _ = decode({"rotate": [-10, 10], "copies": copies})
        tracemalloc.start()
        try:
            desired_content(replace(CELLS, augmentations=wish), members, None)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert most(100) < 1.5 * most(25)
