"""What may not be divided: frames of one group, with one picture, or with pictures that are nearly the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.split.near import near_pairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames


def units(frames: Frames) -> NDArray[np.int64]:
    """The unit of each frame, `(N,) int64` counted from 0: equal for frames that are never divided.

    Chains make one unit: the group of a picture that is nearly one of another group is joined with that group.
    """
    grouped = np.flatnonzero(frames.group != "")
    group = _chain(frames.group[grouped]) if len(grouped) else np.empty((0, 2), np.int64)
    pairs = [_chain(frames.digest), grouped[group], near_pairs(frames.phash)]
    return connected(len(frames), np.concatenate(pairs))


def connected(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` places the number of its component, where `pairs` `(K, 2)` connect places.

    Every place points at a smaller one of its component, and these at smaller ones still; the pairs that are not
    together yet pull the larger of their two to the smaller. Each round at least halves what is left of a chain.
    """
    lowest = np.arange(count)
    one, other = pairs[:, 0], pairs[:, 1]
    while len(one):
        here, there = lowest[one], lowest[other]
        apart = here != there
        one, other, here, there = one[apart], other[apart], here[apart], there[apart]
        np.minimum.at(lowest, np.maximum(here, there), np.minimum(here, there))
        while not np.array_equal(lowest, nearer := lowest[lowest]):
            lowest = nearer
    _, number = np.unique(lowest, return_inverse=True)
    return number.astype(np.int64)


def _chain(values: Any) -> NDArray[np.int64]:
    """Pairs of places that lead through all equal values."""
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    equal = ordered[1:] == ordered[:-1]
    return np.stack([order[:-1][equal], order[1:][equal]], axis=1)
