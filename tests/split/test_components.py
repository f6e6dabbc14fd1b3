"""What pairs connect."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.split.components import Components, connected
from tests.split.components import as_sets, by_hand

places = st.integers(0, 30)
pairs_of_places = st.lists(st.tuples(places, places), max_size=40)


@given(pairs=pairs_of_places)
def test_what_is_connected_is_one_unit(pairs: list[tuple[int, int]]) -> None:
    found = connected(31, np.array(pairs, np.int64).reshape(-1, 2))
    assert as_sets(found.tolist()) == by_hand(31, pairs)


def test_a_long_chain_in_the_worst_order_is_one_unit() -> None:
    count = 5000
    order = np.random.default_rng(1).permutation(count)
    pairs = np.stack([order[:-1], order[1:]], axis=1)
    assert connected(count, pairs).max() == 0


@given(pairs=pairs_of_places, later=pairs_of_places)
def test_pairs_may_become_known_one_after_the_other(
    pairs: list[tuple[int, int]], later: list[tuple[int, int]]
) -> None:
    components = Components(31)
    for some in (pairs, later):
        components.join(*np.array(some, np.int64).reshape(-1, 2).T)
    assert as_sets(components.numbers().tolist()) == by_hand(31, pairs + later)
    # Who compares `lowest` relies on it at any time.
    assert as_sets(components.lowest.tolist()) == by_hand(31, pairs + later)
