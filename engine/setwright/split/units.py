"""What may not be divided: frames of one group, with one picture, or with pictures that are nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import ref

import numpy as np

from setwright.split.components import connected
from setwright.split.near import near_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Digests, Frames

_MIXER = np.uint64(0x9E3779B97F4A7C15)
"""Odd, so that a product tells all numbers apart; its upper bits depend on all bits. See Knuth, TAOCP 3, 6.4."""

_last: tuple[tuple[ref[Any], ...], NDArray[np.int64]] | None = None
"""The columns that were asked about last, and the answer: whoever divides frames also asks how that came out."""


def units(frames: Frames) -> NDArray[np.int64]:
    """The unit of each frame, `(N,) int64` counted from 0: equal for frames that are never divided.

    Chains make one unit: the group of a picture that is nearly one of another group is joined with that group.
    """
    global _last
    columns = frames.group, frames.digest, frames.phash
    last = _last
    if last is not None and all(one() is other for one, other in zip(last[0], columns, strict=True)):
        return last[1]
    found = _units(*columns)
    found.flags.writeable = False  # it is given to others, too
    _last = tuple(map(ref, columns)), found
    return found


def _units(groups: Any, digests: Digests, phash: NDArray[np.uint64]) -> NDArray[np.int64]:
    grouped = np.flatnonzero(groups != "")
    group = _chain(groups[grouped]) if len(grouped) else np.empty((0, 2), np.int64)
    pairs = [_same_pictures(digests), grouped[group], _chain(near_groups(phash))]
    return connected(len(digests), np.concatenate(pairs))


def mixed(digests: Digests) -> NDArray[np.uint64]:
    """A number for each digest, `(N,)`, equal for equal ones, and by chance alone for others."""
    words = np.ascontiguousarray(digests).view(np.uint64).reshape(len(digests), digests.itemsize // 8)
    number = np.zeros(len(digests), np.uint64)
    for word in words.T:
        number = (number ^ word) * _MIXER
        number ^= number >> np.uint64(32)
    return number


def _same_pictures(digests: Digests) -> NDArray[np.int64]:
    """`_chain` of digests: only those that may be equal are sorted, which are few."""
    below = np.uint64((1 << len(digests).bit_length()) - 1)
    # The upper bits of a number, and the place below: sorting numbers is ten times as fast as finding their order.
    key = np.sort(mixed(digests) & ~below | np.arange(len(digests), dtype=np.uint64))
    like_next = key[1:] & ~below == key[:-1] & ~below
    maybe = np.zeros(len(digests), bool)
    maybe[:-1] |= like_next
    maybe[1:] |= like_next
    rows = (key[maybe] & below).astype(np.int64)
    return rows[_chain(digests[rows])]


def _chain(values: Any) -> NDArray[np.int64]:
    """Pairs of places that lead through all equal values."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    equal = ordered[1:] == ordered[:-1]
    return np.stack([order[:-1][equal], order[1:][equal]], axis=1)
