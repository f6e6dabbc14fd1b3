"""How frames are divided: exact where nothing binds, and steady when frames come."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.frames import Annotations, Frames, digests, texts
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS, Split, SplitWish
from setwright.split.assign import assign
from setwright.split.quotas import quotas

if TYPE_CHECKING:
    from numpy.typing import NDArray

shares = st.integers(0, 100).flatmap(lambda train: st.tuples(st.just(train), st.integers(0, 100 - train)))
wishes = st.builds(
    lambda pair, seed: SplitWish(train=pair[0], validation=pair[1], test=100 - sum(pair), seed=seed),
    shares,
    st.integers(0, 5),
)
pictures = st.lists(st.integers(0, 1000), unique=True, max_size=60)


def frames_of(pictures: list[int], groups: list[str] | None = None) -> Frames:
    """A frame for each picture, named after its place; equal numbers are equal pictures."""
    count = len(pictures)
    return replace(
        Frames.empty(),
        number=np.arange(count),
        name=texts(f"{place:06d}" for place in range(count)),
        file_name=texts(f"{place:06d}.png" for place in range(count)),
        collection=texts(["party"] * count),
        digest=digests(hashlib.sha256(str(picture).encode()).hexdigest() for picture in pictures),
        width=np.full(count, 4, np.int32),
        height=np.full(count, 3, np.int32),
        size=np.full(count, 9),
        media_type=texts(["image/png"] * count),
        group=texts(groups or [""] * count),
    )


def version_of(frames: Frames, split: NDArray[np.int8]) -> Manifest:
    return Manifest(frames=frames, split=split, annotations=Annotations.empty())


def sizes(split: NDArray[np.int8]) -> dict[Split, int]:
    return {part: int(np.count_nonzero(split == part.code)) for part in SPLITS}


def test_the_remainders_go_to_those_who_lack_most() -> None:
    assert quotas(364, SplitWish(train=70, validation=20, test=10)) == {
        Split.TRAIN: 255,
        Split.VALIDATION: 73,
        Split.TEST: 36,
    }


@given(total=st.integers(0, 10_000), wish=wishes)
def test_the_quotas_make_the_whole_and_miss_no_share_by_a_frame(total: int, wish: SplitWish) -> None:
    parts = quotas(total, wish)
    assert sum(parts.values()) == total
    assert all(abs(parts[split] - total * wish.percent[split] / 100) < 1 for split in SPLITS)


@given(pictures=pictures, wish=wishes)
def test_sizes_are_exact_where_nothing_binds(pictures: list[int], wish: SplitWish) -> None:
    assert sizes(assign(frames_of(pictures), wish, None)) == quotas(len(pictures), wish)


@given(pictures=pictures, wish=wishes, data=st.data())
def test_the_order_of_the_frames_does_not_matter(
    pictures: list[int], wish: SplitWish, data: st.DataObject
) -> None:
    frames = frames_of(pictures)
    order = np.array(data.draw(st.permutations(range(len(pictures)))), np.int64)
    assert assign(frames.take(order), wish, None).tolist() == assign(frames, wish, None)[order].tolist()


@given(old=pictures, new=pictures, before=wishes, after=wishes)
def test_frames_that_come_move_none_of_the_old(
    old: list[int], new: list[int], before: SplitWish, after: SplitWish
) -> None:
    frames = frames_of(old)
    first = assign(frames, before, None)
    grown = frames_of(old + [picture for picture in new if picture not in old])
    assert assign(grown, after, version_of(frames, first))[: len(old)].tolist() == first.tolist()


@given(pictures=pictures, before=wishes, after=wishes)
def test_resplit_divides_as_if_there_had_been_no_version(
    pictures: list[int], before: SplitWish, after: SplitWish
) -> None:
    frames = frames_of(pictures)
    parent = version_of(frames, assign(frames, before, None))
    again = assign(frames, replace(after, resplit=True), parent)
    assert again.tolist() == assign(frames, after, None).tolist()


@given(
    frames=st.lists(st.tuples(st.integers(0, 20), st.sampled_from(["", "a", "b", "c", "d"])), max_size=40),
    wish=wishes,
)
def test_no_picture_and_no_group_is_divided(frames: list[tuple[int, str]], wish: SplitWish) -> None:
    split = assign(frames_of([p for p, _ in frames], [g for _, g in frames]), wish, None).tolist()
    for key in (0, 1):
        for value in {frame[key] for frame in frames} - {""}:
            assert len({part for part, frame in zip(split, frames, strict=True) if frame[key] == value}) == 1


def test_a_group_that_joins_train_and_test_goes_to_train() -> None:
    apart = frames_of([1, 2])
    parent = version_of(apart, np.array([Split.TEST.code, Split.TRAIN.code], np.int8))
    joined = frames_of([1, 2], ["walk", "walk"])
    assert assign(joined, SplitWish(), parent).tolist() == [Split.TRAIN.code] * 2


@given(pictures=st.lists(st.integers(0, 1000), unique=True, min_size=30, max_size=60))
def test_another_seed_is_another_draw_of_the_same_sizes(pictures: list[int]) -> None:
    frames = frames_of(pictures)
    draws = [
        assign(frames, SplitWish(train=50, validation=25, test=25, seed=seed), None) for seed in range(4)
    ]
    assert len({tuple(draw.tolist()) for draw in draws}) > 1
