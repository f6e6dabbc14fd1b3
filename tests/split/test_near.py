"""Which hashes are near, directly or by others between."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.split.components import Components, connected
from setwright.split.crowds import join_crowds
from setwright.split.near import NEAR, NOTHING, near_groups
from tests.laws import examples
from tests.split.components import as_sets, by_hand

if TYPE_CHECKING:
    from numpy.typing import NDArray


# Few bits set and many alike, so that neighbours at every distance up to the limit are drawn.
hashes = st.lists(
    st.lists(st.integers(0, 63), max_size=9).map(lambda bits: sum({1 << bit for bit in bits})), max_size=40
)


def near_by_hand(hashes: list[int], bits: int) -> list[tuple[int, int]]:
    return [
        (one, other)
        for one in range(len(hashes))
        for other in range(one)
        if NOTHING not in (hashes[one], hashes[other]) and (hashes[one] ^ hashes[other]).bit_count() <= bits
    ]


@given(hashes=hashes, bits=st.integers(0, 12))
def test_groups_are_what_comparing_all_with_all_gives(hashes: list[int], bits: int) -> None:
    found = near_groups(np.array(hashes, np.uint64), bits)
    assert as_sets(found.tolist()) == by_hand(len(hashes), near_by_hand(hashes, bits))
    assert set(found.tolist()) == set(range(len(set(found.tolist()))))


@given(crowds=st.lists(hashes, min_size=1, max_size=3), bits=st.integers(0, 12))
def test_in_crowds_all_that_are_near_are_joined_and_no_others(crowds: list[list[int]], bits: int) -> None:
    several = [[1, *(each for each in crowd if each != NOTHING)] for crowd in crowds]
    flat = [each for crowd in several for each in crowd]
    parts = Components(len(flat))
    lengths = np.array([len(crowd) for crowd in several])
    join_crowds(np.array(flat, np.uint64), np.arange(len(flat)), lengths, bits, parts)
    near, first = [], 0
    for crowd in several:
        near += [(first + one, first + other) for one, other in near_by_hand(crowd, bits)]
        first += len(crowd)
    assert as_sets(parts.lowest.tolist()) == by_hand(len(flat), near)


def quadratic(hashes: NDArray[Any], bits: int) -> NDArray[Any]:
    """The groups by comparing all with all."""
    pairs = []
    for place in range(len(hashes)):
        near = place + np.flatnonzero(np.bitwise_count(hashes[place:] ^ hashes[place]) <= bits)
        pairs.append(np.stack([np.full(len(near), place), near], axis=1))
    return connected(len(hashes), np.concatenate(pairs))


def noisy(count: int, clips: int, share: float, seed: int) -> NDArray[Any]:
    """So many clips, in each of which every bit of a picture differs by chance; in no order."""
    rng = np.random.default_rng(seed)
    clip = rng.integers(1, 1 << 63, clips, np.uint64)[rng.integers(0, clips, count)]
    flips = rng.random((count, 64)) < share
    return clip ^ np.packbits(flips, axis=1).view(np.uint64)[:, 0]


@pytest.mark.parametrize("bits", [1, NEAR, 7])
@pytest.mark.parametrize("share", [0.02, 0.06])
@pytest.mark.parametrize("clips", [1, 5])
@pytest.mark.parametrize("seed", range(examples(1)))
def test_the_groups_of_thousands_that_are_alike_are_those_of_comparing_all(
    bits: int, share: float, clips: int, seed: int
) -> None:
    several = noisy(3000, clips, share, seed)
    assert np.array_equal(_firsts(near_groups(several, bits)), _firsts(quadratic(several, bits)))


@pytest.mark.parametrize("width", [12, 17, 24])
def test_the_groups_of_hashes_that_differ_in_few_places_are_those_of_comparing_all(width: int) -> None:
    rng = np.random.default_rng(width)
    several = rng.integers(1, 1 << width, 3000, np.uint64) << np.uint64(9)
    assert np.array_equal(_firsts(near_groups(several)), _firsts(quadratic(several, NEAR)))


def test_the_hashes_of_a_hundred_thousand_in_a_row_are_one_group() -> None:
    """Comparing all with all would take minutes."""
    assert not near_groups(np.arange(1, 100_001, dtype=np.uint64)).any()


def test_pictures_that_show_nothing_are_near_to_none() -> None:
    assert as_sets(near_groups(np.array([0, 1, 0, 2], np.uint64)).tolist()) == [{0}, {1, 3}, {2}]
    assert near_groups(np.array([], np.uint64)).tolist() == []


def _firsts(groups: NDArray[Any]) -> NDArray[Any]:
    """The first place of the group of each."""
    _, first, which = np.unique(groups, return_index=True, return_inverse=True)
    return first[which]
