"""Near hashes in crowds: many thousands that are much alike, such as those of one video.

Comparing all of a crowd with each other takes ever longer, and hardly tells anything, since most are long known to be
together. So a tree is laid over each crowd, in the order of its hashes. A node knows which bits all below it have set,
and which any has, so two nodes whose bits are too different are never looked into; nor are two below which all are
together already. The nodes of one parent are compared first, from the leaves up, and so the parts of a crowd have grown
together by the time that large nodes meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.split.components import Components

_CHILDREN = 4
_AT_ONCE = 1 << 14
"""Pairs of nodes that are looked at together: the room they take is bounded, and what joined is soon made use of."""

_ALL = np.stack(np.meshgrid(np.arange(_CHILDREN), np.arange(_CHILDREN), indexing="ij"), axis=-1).reshape(
    -1, 2
)
_SIBLINGS = _ALL[_ALL[:, 0] < _ALL[:, 1]]


def join_crowds(
    hashes: NDArray[np.uint64],
    members: NDArray[np.int64],
    lengths: NDArray[np.int64],
    bits: int,
    parts: Components,
) -> None:
    """Join in `parts` what is near within each crowd: the hashes at `members`, of which so many are of each crowd."""
    first = np.cumsum(lengths) - lengths
    together = parts.lowest[members]
    divided = np.minimum.reduceat(together, first) != np.maximum.reduceat(together, first)
    members, lengths = members[np.repeat(divided, lengths)], lengths[divided]
    if not len(lengths):
        return
    levels = _tree(hashes[members], members, lengths)
    for height in range(len(levels) - 1):
        known = _wholly_together(levels, parts)
        above = levels[height + 1]
        one, other = _below(above, np.arange(len(above.begin)), np.arange(len(above.begin)), _SIBLINGS)
        waiting = [(height, one, other)]
        while waiting:
            at, one, other = waiting.pop()
            if len(one) > _AT_ONCE:
                waiting.append((at, one[_AT_ONCE:], other[_AT_ONCE:]))
                one, other = one[:_AT_ONCE], other[:_AT_ONCE]
            level = levels[at]
            near = np.flatnonzero(level.least_difference(one, other) <= bits)
            one, other = one[near], other[near]
            apart = parts.lowest[level.first[one]] != parts.lowest[level.first[other]]
            apart |= ~(known[at][one] & known[at][other])
            one, other = one[apart], other[apart]
            if at == 0:
                parts.join(level.first[one], level.first[other])
            elif len(one):
                waiting.append((at - 1, *_below(level, one, other, _ALL)))


@dataclass(frozen=True, slots=True, eq=False)
class _Level:
    """The nodes of one level of all trees, in order: the first of their hashes, and the bits of all and of any.

    Their children, on the level below, are `begin` up to `end`; leaves are one hash and have none.
    """

    first: NDArray[np.int64]
    all: NDArray[np.uint64]
    any: NDArray[np.uint64]
    begin: NDArray[np.int64]
    end: NDArray[np.int64]

    def least_difference(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.uint8]:
        """In how many bits each hash below `one` surely differs from each below `other`."""
        surely = self.all[one] & ~self.any[other] | self.all[other] & ~self.any[one]
        return np.bitwise_count(surely)


def _tree(hashes: NDArray[np.uint64], members: NDArray[np.int64], lengths: NDArray[np.int64]) -> list[_Level]:
    """The levels from the leaves up to where each crowd is one node."""
    none = np.zeros(0, np.int64)
    levels = [_Level(members, hashes, hashes, none, none)]
    count = lengths
    while count.max() > 1:
        below, above = count, -(-count // _CHILDREN)
        offset = (np.cumsum(below) - below) - _CHILDREN * (np.cumsum(above) - above)
        begin = np.repeat(offset, above) + _CHILDREN * np.arange(int(above.sum()))
        last = levels[-1]
        levels.append(
            _Level(
                last.first[begin],
                np.bitwise_and.reduceat(last.all, begin),
                np.bitwise_or.reduceat(last.any, begin),
                begin,
                np.append(begin[1:], len(last.first)),
            )
        )
        count = above
    return levels


def _wholly_together(levels: list[_Level], parts: Components) -> list[NDArray[np.bool_]]:
    """Below which nodes of each level all hashes are together."""
    low = high = parts.lowest[levels[0].first]
    whole = [np.ones(len(low), np.bool_)]
    for level in levels[1:]:
        low, high = np.minimum.reduceat(low, level.begin), np.maximum.reduceat(high, level.begin)
        whole.append(low == high)
    return whole


def _below(
    level: _Level, one: NDArray[np.int64], other: NDArray[np.int64], which: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The pairs of a child of `one` and a child of `other`, by `which` children there are."""
    here = level.begin[one, None] + which[:, 0]
    there = level.begin[other, None] + which[:, 1]
    exist = (here < level.end[one, None]) & (there < level.end[other, None])
    return here[exist], there[exist]
