"""How frames are divided: exact where nothing binds, and steady when frames come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.frames import Annotations, Frames, digests
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS, Split, SplitWish
from setwright.split.assign import assign, fill
from setwright.split.quotas import quotas
from tests.split.frames import frames_of, labelled, labels_of, pictures, sizes, version_of, wishes

NONE = Annotations.empty()
rooms = st.lists(st.integers(-5, 20), min_size=3, max_size=3).filter(lambda room: sum(room) >= 0)


def divided(pictures: list[int], wish: SplitWish, parent: Manifest | None = None) -> list[int]:
    """The splits of frames with these pictures and the labels that go with them."""
    split = assign(frames_of(pictures), labelled(labels_of(pictures)), wish, parent)
    return [int(code) for code in split]


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
    assert sizes(np.array(divided(pictures, wish), np.int8)) == quotas(len(pictures), wish)


@given(
    frames=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(["", "a", "b", "c"])), max_size=40),
    wish=wishes,
    data=st.data(),
)
def test_the_order_of_the_frames_does_not_matter(
    frames: list[tuple[int, str]], wish: SplitWish, data: st.DataObject
) -> None:
    order = np.array(data.draw(st.permutations(range(len(frames)))), np.int64)
    shuffled = [frames[place] for place in order]

    def split(some: list[tuple[int, str]]) -> list[int]:
        shown = [picture for picture, _ in some]
        found = assign(frames_of(shown, [group for _, group in some]), labelled(labels_of(shown)), wish, None)
        return [int(code) for code in found]

    assert split(shuffled) == [split(frames)[place] for place in order]


@given(
    old=pictures,
    new=pictures,
    groups=st.lists(st.sampled_from(["", "a", "b", "c"]), min_size=120, max_size=120),
    hashes=st.lists(st.sampled_from([0, 1, 3, 0xFFFF00]), min_size=120, max_size=120),
    data=st.data(),
    after=wishes,
)
def test_frames_that_come_move_none_of_the_old_whatever_they_belong_to(
    old: list[int],
    new: list[int],
    groups: list[str],
    hashes: list[int],
    data: st.DataObject,
    after: SplitWish,
) -> None:
    code = st.integers(0, len(SPLITS) - 1)
    first = np.array(data.draw(st.lists(code, min_size=len(old), max_size=len(old))), np.int8)
    grown = old + [picture for picture in new if picture not in old]
    frames = frames_of(grown, groups[: len(grown)], hashes[: len(grown)])
    parent = version_of(frames_of(old), first)
    assert assign(frames, labelled(labels_of(grown)), after, parent)[: len(old)].tolist() == first.tolist()


@given(old=pictures, new=pictures, wish=wishes)
def test_new_frames_go_to_the_splits_that_grow_as_their_shares_are_to_each_other(
    old: list[int], new: list[int], wish: SplitWish
) -> None:
    first = divided(old, wish)
    grown = old + [picture for picture in new if picture not in old]
    then = divided(grown, wish, version_of(frames_of(old), np.array(first, np.int8)))
    fixed = {split: first.count(split.code) for split in SPLITS if split not in wish.grow}
    for split in SPLITS if old else ():
        if split in fixed:
            assert then.count(split.code) == fixed[split]
        else:
            shared = sum(wish.percent[each] for each in wish.grow)
            quota = (len(grown) - sum(fixed.values())) * wish.percent[split] / shared
            assert abs(then.count(split.code) - quota) < 1 or first.count(split.code) > quota - 3


def test_a_new_frame_that_belongs_with_one_of_test_goes_there_though_test_does_not_grow() -> None:
    wish = SplitWish(train=50, validation=0, test=50, grow=(Split.TRAIN,))
    parent = version_of(frames_of([1, 2]), np.array([0, 2], np.int8))
    split = assign(frames_of([1, 2, 3, 4], ["", "walk", "walk", ""]), NONE, wish, parent)
    assert split.tolist() == [0, 2, 2, 0]


def test_what_grows_means_nothing_where_no_frame_of_the_version_before_is_left() -> None:
    wish = SplitWish(train=50, validation=0, test=50, grow=(Split.TRAIN,))
    parent = version_of(frames_of([1, 2]), np.array([0, 2], np.int8))
    assert sizes(np.array(divided([3, 4], wish, parent), np.int8))[Split.TEST] == 1
    assert divided([1, 2, 3, 4], replace(wish, resplit=True), parent).count(2) == 2


@given(pictures=pictures, before=wishes, after=wishes)
def test_resplit_divides_as_if_there_had_been_no_version(
    pictures: list[int], before: SplitWish, after: SplitWish
) -> None:
    parent = version_of(frames_of(pictures), np.array(divided(pictures, before), np.int8))
    assert divided(pictures, replace(after, resplit=True), parent) == divided(pictures, after)


@given(pictures=pictures, wish=wishes, seed=st.integers(0, 5))
def test_without_stratify_no_label_has_a_say(pictures: list[int], wish: SplitWish, seed: int) -> None:
    plain = replace(wish, stratify=False)
    others = labelled(labels_of([picture + seed for picture in pictures]))
    assert assign(frames_of(pictures), others, plain, None).tolist() == divided(pictures, plain)


@given(
    frames=st.lists(
        st.tuples(
            st.integers(0, 20), st.sampled_from(["", "a", "b", "c", "d"]), st.sampled_from([0, 0xFF00, 0x77])
        ),
        max_size=40,
    ),
    wish=wishes,
)
def test_no_picture_no_group_and_no_near_duplicates_are_divided(
    frames: list[tuple[int, str, int]], wish: SplitWish
) -> None:
    shown = [picture for picture, _, _ in frames]
    made = frames_of(shown, [group for _, group, _ in frames], [bits for _, _, bits in frames])
    split = assign(made, labelled(labels_of(shown)), wish, None).tolist()
    for key in (0, 1, 2):
        for value in {frame[key] for frame in frames} - {"", 0 if key == 2 else ""}:
            assert len({part for part, frame in zip(split, frames, strict=True) if frame[key] == value}) == 1


def test_groups_leave_the_sizes_exact_where_single_frames_can_fill_up() -> None:
    shown = list(range(100))
    groups = [f"walk {place // 7}" if place < 56 else "" for place in shown]
    wish = SplitWish(train=70, validation=20, test=10)
    assert sizes(assign(frames_of(shown, groups), NONE, wish, None)) == quotas(100, wish)


def test_a_frame_that_joins_train_and_test_goes_to_train_and_moves_neither() -> None:
    parent = version_of(frames_of([1, 2]), np.array([Split.TEST.code, Split.TRAIN.code], np.int8))
    joined = frames_of([1, 2, 3], ["walk", "walk", "walk"])
    test, train = Split.TEST.code, Split.TRAIN.code
    assert assign(joined, NONE, SplitWish(), parent).tolist() == [test, train, train]


def test_a_frame_with_another_picture_than_before_stays_where_it_was() -> None:
    parent = version_of(frames_of(list(range(10))), np.full(10, Split.TEST.code, np.int8))
    repainted = frames_of([900, *range(1, 10)])
    assert assign(repainted, NONE, SplitWish(train=100, test=0, validation=0), parent).tolist() == [2] * 10


def test_a_picture_under_another_name_stays_where_it_was() -> None:
    before = frames_of([7])
    parent = version_of(before, np.array([Split.TEST.code], np.int8))
    renamed = replace(before, name=frames_of([0, 7]).name[1:])
    assert assign(renamed, NONE, SplitWish(), parent).tolist() == [Split.TEST.code]


@given(pictures=st.lists(st.integers(0, 1000), unique=True, min_size=30, max_size=60))
def test_another_seed_is_another_draw_of_the_same_sizes(pictures: list[int]) -> None:
    draws = [divided(pictures, SplitWish(train=50, validation=25, test=25, seed=seed)) for seed in range(4)]
    assert len({tuple(draw) for draw in draws}) > 1


@given(room=rooms, data=st.data())
def test_frames_go_one_by_one_to_the_split_with_most_room(room: list[int], data: st.DataObject) -> None:
    count = data.draw(st.integers(0, sum(room)))
    left, one_by_one = list(room), []
    for _ in range(count):
        roomiest = max(range(3), key=left.__getitem__)
        one_by_one.append(roomiest)
        left[roomiest] -= 1
    assert fill(room, count).tolist() == one_by_one


@given(
    old=st.lists(st.integers(0, 9), max_size=12),
    codes=st.lists(st.integers(0, 2), min_size=12, max_size=12),
)
def test_nothing_moves_even_from_a_version_that_had_one_picture_in_two_splits(
    old: list[int], codes: list[int]
) -> None:
    split = np.array(codes[: len(old)], np.int8)
    frames: Frames = frames_of(old)
    assert frames.digest.dtype == digests([]).dtype
    assert assign(frames, NONE, SplitWish(), version_of(frames, split)).tolist() == split.tolist()
