"""Which frames of two contents are the same, and which rows beside each other hold the same."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model import pairing
from setwright.model.frames import Frames, digests, texts
from setwright.model.pairing import Beside, paired, paired_by_number

MANY = 5000
COLUMNS: dict[str, Any] = {
    "text": texts(f"camera-{number % 97:012d}.jpg" for number in range(MANY)),
    "digests": digests(f"{number % 89:064x}" for number in range(MANY)),
    "numbers": np.arange(MANY, dtype=np.int32) % 83,
    "confidence": np.where(np.arange(MANY) % 3, np.arange(MANY) % 7, np.nan),
    "boxes": np.stack([np.arange(MANY) % 5.0, np.zeros(MANY), np.ones(MANY), np.arange(MANY) % 11.0], axis=1),
}


def named(numbers: list[int]) -> Frames:
    """Frames called by numbers, which are other than those that the frames have."""
    frames = Frames.named((f"{number:06d}" for number in numbers), [""] * len(numbers), [""] * len(numbers))
    return replace(frames, number=np.array(numbers, np.int64) * 3 % 1009)


@given(
    one=st.sets(st.integers(0, 400)),
    other=st.sets(st.integers(0, 400)),
    strangers=st.sets(st.integers(0, 400)),
)
def test_frames_are_the_same_where_their_names_are_whatever_numbers_some_of_them_have(
    one: set[int], other: set[int], strangers: set[int]
) -> None:
    before, after = named(sorted(one)), named(sorted(other))
    number = after.number.copy()
    number[[row for row, each in enumerate(sorted(other)) if each in strangers]] = 7
    found = paired(before, replace(after, number=number))
    both = [f"{each:06d}" for each in sorted(one & other)]
    assert before.name[found.before].tolist() == after.name[found.after].tolist() == both
    assert before.name[found.only_before].tolist() == [f"{each:06d}" for each in sorted(one - other)]
    assert after.name[found.only_after].tolist() == [f"{each:06d}" for each in sorted(other - one)]


def test_frames_of_the_same_numbers_in_the_same_order_are_others_where_they_have_other_names() -> None:
    before, after = named(list(range(100))), named(list(range(100)))
    assert paired(before, after).after.tolist() == list(range(100))
    renamed = after.name.copy()
    renamed[50] = "000049b"
    found = paired(before, replace(after, name=renamed))
    assert found.before.tolist() == found.after.tolist() == [row for row in range(100) if row != 50]
    assert (found.only_before.tolist(), found.only_after.tolist()) == ([50], [50])


@given(
    column=st.sampled_from(sorted(COLUMNS)),
    gone=st.integers(0, 4000),
    stride=st.sampled_from([1, 2, 9, 20, 300, MANY]),
    spoilt=st.integers(0, MANY - 1),
)
def test_rows_are_compared_alike_however_they_lie(column: str, gone: int, stride: int, spoilt: int) -> None:
    before = COLUMNS[column]
    after = before.copy()
    after[spoilt] = before[spoilt - 1]
    # Every `stride`th row is left out, so runs are of any length; after, there are rows before them.
    one = np.flatnonzero(np.arange(MANY) % stride != 1)
    found = Beside(one, one + gone).same(before, np.concatenate([after[:gone], after]))
    assert found.tolist() == [repr(before[row]) == repr(after[row]) for row in one.tolist()]


def test_rows_of_other_places_are_other_rows() -> None:
    assert not Beside(np.arange(80), np.arange(1, 81)).same(COLUMNS["text"], COLUMNS["text"]).any()


BLOCKS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=4).map(
    lambda blocks: sorted({each for start, length in blocks for each in range(start, start + length)})
)


@given(
    one=BLOCKS,
    other=BLOCKS,
    at_once=st.integers(1, 40),
    renumbered=st.sets(st.integers(0, 90)),
    renamed=st.sets(st.integers(0, 90)),
    order=st.randoms(use_true_random=False),
)
def test_frames_are_found_by_number_and_name_in_any_order_and_any_parts(
    one: list[int],
    other: list[int],
    at_once: int,
    renumbered: set[int],
    renamed: set[int],
    order: random.Random,
) -> None:
    before = [(f"camera-{each:012d}.jpg", each + 5) for each in one]
    after = [
        (
            f"camera-{each:012d}{'b' * (each in renamed)}.jpg",
            (each + 5) * (-1 if each in renumbered else 1),
        )
        for each in other
    ]
    for frames in (after, order.sample(after, len(after))):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(pairing, "_AT_ONCE", at_once)
            found = paired_by_number(known(before), known(frames))
        expected = [row for row, each in enumerate(frames) if each in before]
        assert found.after.tolist() == expected
        assert found.before.tolist() == [before.index(frames[row]) for row in expected]
        assert found.only_after.tolist() == [row for row, each in enumerate(frames) if each not in before]
        assert found.only_before.tolist() == [row for row, each in enumerate(before) if each not in frames]


def known(pairs: list[tuple[str, int]]) -> Frames:
    """Frames of these names and numbers."""
    frames = Frames.named((name for name, _ in pairs), [""] * len(pairs), [""] * len(pairs))
    return replace(frames, number=np.array([number for _, number in pairs], np.int64))
