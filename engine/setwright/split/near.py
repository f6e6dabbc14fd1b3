"""Which pictures are near duplicates: those whose perceptual hashes differ in few bits.

All pairs of a million hashes would be too many to compare. A hash is cut into blocks; two that differ in at most `bits`
places differ in at most so many blocks, so all the others are equal. For every choice of that many blocks the hashes
are sorted by them, and only neighbours with equal blocks are compared. See G. S. Manku, A. Jain and A. Das Sarma,
"Detecting Near-Duplicates for Web Crawling" (2007), section 4. Where very many have equal blocks, `crowds` compares.
"""

from __future__ import annotations

from itertools import combinations, pairwise
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from setwright.split.components import Components
from setwright.split.crowds import join_crowds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

HASH_BITS = 64

NEAR = 4
"""Pictures are near duplicates if their hashes differ in at most so many bits (decision 0012)."""

NOTHING = 0
"""The hash of a picture that shows nothing, or that was not hashed: it is near to no other."""

_CROWD = 24
"""More hashes with equal blocks than these are a crowd."""

_MIXER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that a product tells all numbers apart; its upper bits depend on all bits. See Knuth, TAOCP 3, 6.4."""


def near_groups(hashes: NDArray[np.uint64], bits: int = NEAR) -> NDArray[np.int64]:
    """The group of each of `hashes` `(N,) uint64`, counted from 0, `(N,)`: equal for those that are near, or that
    others lead between, each near to the next. Near are hashes that differ in at most `bits` of 64 bits.
    """
    showing = hashes != NOTHING
    distinct, which = np.unique(hashes[showing], return_inverse=True)
    parts = Components(len(distinct))
    if bits > 0:
        _join_neighbours(distinct, which, bits, parts)
        _join_near(distinct, bits, parts)
    number = parts.numbers()
    groups = np.empty(len(hashes), np.int64)
    groups[showing] = number[which]
    first_alone = int(number.max(initial=-1)) + 1
    groups[~showing] = first_alone + np.arange(len(hashes) - len(which))
    return groups


def _join_neighbours(
    distinct: NDArray[np.uint64], which: NDArray[np.int64], bits: int, parts: Components
) -> None:
    """Join those that stand beside each other, as the pictures of a video do: this spares most of the search."""
    one, other = which[:-1], which[1:]
    near = np.bitwise_count(distinct[one] ^ distinct[other]) <= bits
    parts.join(one[near], other[near])


def _join_near(distinct: NDArray[np.uint64], bits: int, parts: Components) -> None:
    """Join all that are near in `distinct`, which are sorted."""
    crowded = False
    for key, order in _tables(distinct, bits):
        if not parts.lowest.any():
            return  # all are together
        first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
        length = np.diff(first, append=len(key))
        crowd = length > _CROWD
        if crowd.any():
            if not crowded:
                crowded = True
                _join_by_one_bit(distinct, parts)
            members = order[np.repeat(crowd, length)]
            join_crowds(distinct, members, length[crowd], bits, parts)
        here, step = np.flatnonzero(np.repeat(~crowd & (length > 1), length)), 1
        # Each pass compares with the next one further on those that still have a neighbour with the same key.
        while len(here := here[: np.searchsorted(here, len(key) - step)]):
            here = here[key[here] == key[here + step]]
            one, other = order[here], order[here + step]
            near = np.bitwise_count(distinct[one] ^ distinct[other]) <= bits
            parts.join(one[near], other[near])
            step += 1


def _tables(
    distinct: NDArray[np.uint64], bits: int
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    """For each choice of blocks the places, sorted by a key that is equal where these blocks are."""
    if len(distinct) < 2:
        return
    place = np.arange(len(distinct), dtype=np.uint64)
    below = np.uint64((1 << len(distinct).bit_length()) - 1)
    blocks = _blocks(distinct, bits)
    for kept in combinations(blocks, max(len(blocks) - bits, 0)):
        # The blocks mixed into the upper bits, the place in the lower ones: sorting numbers is ten times faster than
        # finding the order of numbers. Blocks that are mixed alike by chance are told apart when they are compared.
        mixed = (distinct & np.bitwise_or.reduce(kept)) * _MIXER if kept else place & np.uint64(0)
        key = np.sort(mixed & ~below | place)
        order = (key & below).astype(np.int64)
        key &= ~below
        yield key, order


def _blocks(distinct: NDArray[np.uint64], bits: int) -> list[np.uint64]:
    """The blocks as masks: of the bits in which hashes differ at all, since others tell nothing."""
    varying = int(np.bitwise_or.reduce(distinct) ^ np.bitwise_and.reduce(distinct))
    places = [place for place in range(HASH_BITS) if varying >> place & 1]
    edges = _edges(len(distinct), len(places), bits)
    return [np.uint64(sum(1 << place for place in places[low:high])) for low, high in pairwise(edges)]


def _edges(count: int, width: int, bits: int) -> list[int]:
    """Where blocks of `width` bits begin and end: so many that sorting and comparing together cost least.

    With more blocks fewer hashes agree by chance, but there are more choices of blocks to sort by.
    """

    def cost(blocks: int) -> float:
        by_chance = count / 2 ** (width * (blocks - bits) / blocks)
        return comb(blocks, bits) * (8 + by_chance)  # sorting one costs what comparing eight does

    best = min(range(min(bits + 1, width), min(bits + 6, width) + 1), key=cost)
    return [width * place // best for place in range(best + 1)]


def _join_by_one_bit(distinct: NDArray[np.uint64], parts: Components) -> None:
    """Join what differs in one bit: most of a crowd, where it is dense."""
    for place in range(HASH_BITS):
        bit = np.uint64(1 << place)
        has = distinct & bit != 0
        without, within = np.flatnonzero(~has), np.flatnonzero(has)
        # Both halves are sorted, with the bit and without it, and a stable sort does no more than merge them.
        both = np.concatenate([distinct[without], distinct[within] ^ bit])
        order = np.argsort(both, kind="stable")
        pair = np.flatnonzero(both[order[1:]] == both[order[:-1]])
        places = np.concatenate([without, within])
        parts.join(places[order[pair]], places[order[pair + 1]])
