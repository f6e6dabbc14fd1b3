"""What is in several splits at once is told, by kind."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.frames import texts
from setwright.model.splits import SplitWish
from setwright.split.assign import assign
from setwright.split.leakage import leakage
from setwright.split.near import NEAR
from tests.split.frames import frames_of, labelled, labels_of, pictures, version_of, wishes

TEST = 2


def kinds(
    pictures: Sequence[int],
    split: Sequence[int],
    groups: Sequence[str] | None = None,
    hashes: Sequence[int] | None = None,
) -> dict[str, tuple[int, list[int]]]:
    manifest = version_of(frames_of(pictures, groups, hashes), np.array(split, np.int8))
    return {leak.kind: (leak.divided, leak.frames.tolist()) for leak in leakage(manifest)}


def test_the_same_picture_in_train_and_test_leaks() -> None:
    assert kinds([1, 2, 1, 2], [0, 0, TEST, 0]) == {"exact": (1, [0, 2])}


def test_pictures_that_are_nearly_the_same_leak_and_equal_ones_count_as_equal() -> None:
    some = 0x5555_0F0F_1234_ABCD
    hashes = [some, some ^ 1, some, ~some & (2**64 - 1)]
    assert kinds([1, 2, 1, 3], [0, TEST, TEST, 0], hashes=hashes) == {
        "exact": (1, [0, 2]),
        "near": (1, [0, 1, 2]),
    }
    assert kinds([1, 1, 3], [0, TEST, 0], hashes=[some, some, 0]) == {"exact": (1, [0, 1])}
    assert NEAR >= 1


def test_a_group_that_is_divided_leaks() -> None:
    assert kinds([1, 2, 3, 4], [0, TEST, 0, TEST], ["ada", "ada", "", ""]) == {"group": (1, [0, 1])}


def test_groups_may_be_told_apart_from_the_frames() -> None:
    manifest = version_of(frames_of([1, 2, 3], ["ada", "ada", ""]), np.array([0, TEST, TEST], np.int8))
    (leak,) = leakage(manifest, texts(["x", "", "x"]))
    assert (leak.kind, leak.frames.tolist()) == ("group", [0, 2])


def test_a_frame_whose_picture_is_not_told_is_like_no_other() -> None:
    manifest = version_of(frames_of([1, 1, 2]), np.array([0, TEST, TEST], np.int8))
    manifest.frames.digest[:] = b""
    assert leakage(manifest) == ()


def test_nothing_leaks_within_one_split() -> None:
    assert kinds([1, 1, 2], [TEST, TEST, 0], ["ada", "ada", "bob"], [7, 7, 0]) == {}
    assert kinds([], []) == {}


@given(pictures, wishes, st.data())
def test_nothing_leaks_from_a_first_division(
    numbers: list[int], wish: SplitWish, data: st.DataObject
) -> None:
    doubled = [number // 2 for number in numbers]
    groups = data.draw(
        st.lists(st.sampled_from(["", "a", "b"]), min_size=len(numbers), max_size=len(numbers))
    )
    frames = frames_of(doubled, groups)
    split = assign(frames, labelled(labels_of(doubled)), wish, None)
    assert leakage(version_of(frames, split)) == ()
