"""What may not be divided."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.split.near import NEAR, NOTHING, near_pairs
from setwright.split.units import connected, units
from tests.split.frames import frames_of

places = st.integers(0, 30)


def by_hand(count: int, pairs: list[tuple[int, int]]) -> list[set[int]]:
    """The components, found by joining sets."""
    parts = [{place} for place in range(count)]
    for one, other in pairs:
        mine = next(part for part in parts if one in part)
        theirs = next(part for part in parts if other in part)
        if mine is not theirs:
            parts.remove(theirs)
            mine |= theirs
    return sorted(parts, key=min)


def as_sets(unit: list[int]) -> list[set[int]]:
    parts: dict[int, set[int]] = {}
    for place, number in enumerate(unit):
        parts.setdefault(number, set()).add(place)
    return sorted(parts.values(), key=min)


@given(pairs=st.lists(st.tuples(places, places), max_size=40))
def test_what_is_connected_is_one_unit(pairs: list[tuple[int, int]]) -> None:
    found = connected(31, np.array(pairs, np.int64).reshape(-1, 2))
    assert as_sets(found.tolist()) == by_hand(31, pairs)


def test_a_long_chain_in_the_worst_order_is_one_unit() -> None:
    count = 5000
    order = np.random.default_rng(1).permutation(count)
    pairs = np.stack([order[:-1], order[1:]], axis=1)
    assert connected(count, pairs).max() == 0


# Few bits set and many alike, so that neighbours at every distance up to the limit are drawn.
hashes = st.lists(
    st.lists(st.integers(0, 63), max_size=9).map(lambda bits: sum({1 << bit for bit in bits})), max_size=40
)


@given(hashes=hashes, bits=st.integers(0, 12))
def test_near_pairs_lead_to_all_that_are_near_and_to_no_others(hashes: list[int], bits: int) -> None:
    near = [
        (one, other)
        for one in range(len(hashes))
        for other in range(one)
        if NOTHING not in (hashes[one], hashes[other]) and (hashes[one] ^ hashes[other]).bit_count() <= bits
    ]
    pairs = near_pairs(np.array(hashes, np.uint64), bits)
    assert as_sets(connected(len(hashes), pairs).tolist()) == by_hand(len(hashes), near)
    assert {tuple(sorted(pair, reverse=True)) for pair in pairs.tolist()} <= set(near)


def test_near_duplicates_are_one_unit_and_pictures_of_nothing_are_not() -> None:
    close, far = (1 << NEAR) - 1 << 8, (1 << NEAR + 1) - 1 << 40
    unit = units(frames_of([1, 2, 3, 4, 5], hashes=[1 << 63, 1 << 63 | close, 1 << 63 | far, 0, 0])).tolist()
    assert unit[0] == unit[1]
    assert len(set(unit)) == 4


def test_a_near_duplicate_joins_the_groups_of_both() -> None:
    frames = frames_of([1, 2, 3, 4], groups=["a", "a", "b", "b"], hashes=[0, 0xF0, 0xF1, 0])
    assert set(units(frames).tolist()) == {0}
