"""Like shares of the classes, and sizes that are exact all the same."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.splits import SPLITS, SplitWish
from setwright.split.assign import assign
from setwright.split.quotas import quotas
from tests.split.frames import LABELS, frames_of, labelled, sizes, version_of

WISH = SplitWish(train=70, validation=20, test=10, stratify=True)


def rare_and_common(count: int) -> list[list[int]]:
    """Every fiftieth frame has a tram, every fourth a bus, most cars, some nothing."""
    return [[0] * (place % 4) + [1] * (place % 4 == 1) + [2] * (place % 50 == 7) for place in range(count)]


def histogram(
    labels: list[list[int]], split: np.ndarray[tuple[int, ...], np.dtype[np.int8]]
) -> list[list[int]]:
    """Annotations by class and split, and frames without any last."""
    table = [[0] * len(SPLITS) for _ in range(len(LABELS) + 1)]
    for some, code in zip(labels, split.tolist(), strict=True):
        for label in some or [len(LABELS)]:
            table[label][code] += 1
    return table


def test_each_class_has_its_share_in_each_split_within_one_annotation_or_a_frame() -> None:
    labels = rare_and_common(1000)
    split = assign(frames_of(range(1000)), labelled(labels), WISH, None)
    assert sizes(split) == quotas(1000, WISH)
    for row in histogram(labels, split):
        asked = [sum(row) * percent / 100 for percent in WISH.percent.values()]
        assert max(abs(here - share) for here, share in zip(row, asked, strict=True)) <= 1.5


def test_the_draw_alone_would_not_have_done_it() -> None:
    labels = rare_and_common(1000)
    plain = SplitWish(train=70, validation=20, test=10)
    trams = histogram(labels, assign(frames_of(range(1000)), labelled(labels), plain, None))[2]
    assert trams != [14, 4, 2]


def test_new_frames_mend_what_the_version_before_lacked() -> None:
    labels = [[2]] * 10 + [[0]] * 90
    before = frames_of(range(50))
    split = np.zeros(50, np.int8)  # all ten trams, and forty cars, to train
    grown = labels + [[2]] * 10 + [[0]] * 90
    found = assign(frames_of(range(200)), labelled(grown), WISH, version_of(before, split))
    assert histogram(grown, found)[2][1:] == [4, 2]
    assert sizes(found) == quotas(200, WISH)


def test_groups_are_divided_by_class_as_well() -> None:
    groups = [f"walk {place // 5}" for place in range(200)]
    labels = [[2] if place // 5 % 4 == 0 else [0] for place in range(200)]
    split = assign(frames_of(range(200), groups), labelled(labels), WISH, None)
    assert histogram(labels, split)[2] == [35, 10, 5]
    assert sizes(split) == quotas(200, WISH)


@given(
    labels=st.lists(st.lists(st.integers(0, 2), max_size=4), max_size=60),
    shares=st.tuples(st.integers(1, 60), st.integers(1, 39)),
)
def test_sizes_stay_exact_whatever_the_labels(labels: list[list[int]], shares: tuple[int, int]) -> None:
    wish = SplitWish(train=shares[0], validation=shares[1], test=100 - sum(shares), stratify=True)
    split = assign(frames_of(range(len(labels))), labelled(labels), wish, None)
    assert sizes(split) == quotas(len(labels), wish)


def cells(count: int) -> list[list[int]]:
    """As on slides of blood: many red cells on every frame, one white one on most, platelets on some."""
    return [
        [0] * (5 + place * 7 % 17) + [1] * (place % 9 > 0) + [2] * (place * 5 % 4) for place in range(count)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_class_that_every_frame_has_gets_its_share_too(seed: int) -> None:
    labels = cells(360)
    split = assign(frames_of(range(360)), labelled(labels), replace(WISH, seed=seed), None)
    assert sizes(split) == quotas(360, WISH)
    for row in histogram(labels, split):
        asked = [sum(row) * percent / 100 for percent in WISH.percent.values()]
        assert max(abs(here - share) for here, share in zip(row, asked, strict=True)) <= 2.5


def test_groups_of_one_size_change_places_as_well() -> None:
    groups = [f"walk {place // 3}" for place in range(360)]
    labels = cells(360)
    split = assign(frames_of(range(360), groups), labelled(labels), WISH, None)
    assert all(len(set(split[start : start + 3].tolist())) == 1 for start in range(0, 360, 3))
    for row in histogram(labels, split):
        asked = [sum(row) * percent / 100 for percent in WISH.percent.values()]
        assert max(abs(here - share) for here, share in zip(row, asked, strict=True)) <= 6


def test_what_was_in_the_version_before_changes_no_place() -> None:
    labels = cells(360)
    before = np.random.default_rng(3).integers(0, 3, 200).astype(np.int8)
    found = assign(frames_of(range(360)), labelled(labels), WISH, version_of(frames_of(range(200)), before))
    assert found[:200].tolist() == before.tolist()


@given(labels=st.lists(st.lists(st.integers(0, 2), max_size=4), min_size=20, max_size=60))
def test_where_a_split_holds_too_many_the_others_get_as_many_as_without_labels(
    labels: list[list[int]],
) -> None:
    frames, before = frames_of(range(len(labels))), version_of(frames_of(range(10)), np.full(10, 2, np.int8))
    wish = SplitWish(train=50, validation=50, test=0, stratify=True)
    found = sizes(assign(frames, labelled(labels), wish, before))
    assert found == sizes(assign(frames, labelled(labels), replace(wish, stratify=False), before))
