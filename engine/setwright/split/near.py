"""Which pictures are near duplicates: those whose perceptual hashes differ in few bits.

All pairs of a million hashes would be too many to compare. A hash is cut into blocks; two that differ in at most `bits`
places differ in at most so many blocks, so all the others are equal. For every choice of that many blocks the hashes
are sorted by them, and only neighbours with equal blocks are compared. See G. S. Manku, A. Jain and A. Das Sarma,
"Detecting Near-Duplicates for Web Crawling" (2007), section 4.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import comb
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HASH_BITS = 64

NEAR = 4
"""Pictures are near duplicates if their hashes differ in at most so many bits (decision 0012)."""

NOTHING = 0
"""The hash of a picture that shows nothing, or that was not hashed: it is near to no other."""


_MIXER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that a product tells all numbers apart; its upper bits depend on all bits. See Knuth, TAOCP 3, 6.4."""


def near_pairs(hashes: NDArray[np.uint64], bits: int = NEAR) -> NDArray[np.int64]:
    """The places in `hashes`, `(N,) uint64`, of those that differ in at most `bits` of 64 bits.

    `(K, 2)`, unsorted, with doubles. Not all pairs, but enough of them to lead from each hash to every one that is near
    to it: equal hashes are a chain, and of them one stands for all in the other pairs.
    """
    order = np.argsort(hashes, kind="stable")
    order = order[hashes[order] != NOTHING]
    ordered = hashes[order]
    equal = ordered[1:] == ordered[:-1]
    first = order[np.concatenate([[True], ~equal])] if len(order) else order
    found = [np.stack([order[:-1][equal], order[1:][equal]], axis=1)]
    for one, other in _candidates(hashes[first], bits):
        near = np.bitwise_count(hashes[first[one]] ^ hashes[first[other]]) <= bits
        found.append(np.stack([first[one[near]], first[other[near]]], axis=1))
    return np.concatenate(found)


def _candidates(
    distinct: NDArray[np.uint64], bits: int
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Pairs of places that agree in enough blocks, a few million at a time."""
    if len(distinct) < 2 or bits < 1:
        return
    place = np.arange(len(distinct), dtype=np.uint64)
    below = np.uint64((1 << len(distinct).bit_length()) - 1)
    blocks = [np.uint64((1 << high) - (1 << low)) for low, high in pairwise(_edges(len(distinct), bits))]
    for kept in combinations(blocks, len(blocks) - min(bits, len(blocks))):
        # The blocks mixed into the upper bits, the place in the lower ones: sorting numbers is ten times faster than
        # finding the order of numbers. Blocks that are mixed alike by chance are told apart when they are compared.
        mixed = (distinct & np.bitwise_or.reduce(kept)) * _MIXER if kept else place & np.uint64(0)
        key = np.sort(mixed & ~below | place)
        order = (key & below).astype(np.int64)
        key &= ~below
        here, step = np.arange(len(key) - 1), 1
        # Each pass compares with the next one further on those that still have a neighbour with the same key.
        while len(here := here[: np.searchsorted(here, len(key) - step)]):
            here = here[key[here] == key[here + step]]
            yield order[here], order[here + step]
            step += 1


def _edges(count: int, bits: int) -> list[int]:
    """Where the blocks begin and end: so many blocks that sorting and comparing together cost least.

    With more blocks fewer hashes agree by chance, but there are more choices of blocks to sort by.
    """

    def cost(blocks: int) -> float:
        by_chance = count / 2 ** (HASH_BITS * (blocks - bits) / blocks)
        return comb(blocks, bits) * (8 + by_chance)  # sorting one costs what comparing eight does

    best = min(range(min(bits + 1, HASH_BITS), min(bits + 6, HASH_BITS) + 1), key=cost)
    return [HASH_BITS * place // best for place in range(best + 1)]
