"""Time the search for near duplicates among hashes of several kinds, beside sorting them, which is the least it takes.

Times are of the processor. Memory is what the search has in use at once beside the hashes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
from numpy.typing import NDArray

from setwright.split.near import near_groups
from tests.bench.difference import peak, timed

CLIP = 2000
"""Pictures in a video."""

_rng = np.random.default_rng(1)


def main(counts: list[int]) -> None:
    for count in counts:
        print(f"near duplicates among {count:,} hashes:")
        floor, _ = timed(partial(np.sort, anything(count)))
        print(f"  sorting such as are random     {floor * 1000:8.1f} ms")
        for name, kind in KINDS.items():
            search = partial(near_groups, kind(count))
            taken, groups = timed(search, runs=1)
            found = int(groups.max()) + 1
            print(
                f"  {name:30} {taken * 1000:8.1f} ms  {taken / floor:6.1f}  {peak(search):4.0f} MB  {found:9,} groups",
                flush=True,
            )


def anything(count: int) -> NDArray[np.uint64]:
    return _rng.integers(1, 1 << 63, count, np.uint64)


def flips(count: int, share: float) -> NDArray[np.uint64]:
    """Hashes in which each bit is set with a chance of `share`."""
    found = np.zeros(count, np.uint64)
    for place in range(64):
        found |= (_rng.random(count) < share).astype(np.uint64) << np.uint64(place)
    return found


def steady(count: int) -> NDArray[np.uint64]:
    """Videos by a camera that stands still: each picture is like the first, but for some noise."""
    return np.repeat(anything(-(-count // CLIP)), CLIP)[:count] ^ flips(count, 0.04)


def moving(count: int) -> NDArray[np.uint64]:
    """Videos by a camera that moves: each picture is like the one before."""
    steps = flips(count, 0.02)
    steps[::CLIP] = anything(len(steps[::CLIP]))
    return np.bitwise_xor.accumulate(steps)


KINDS: dict[str, Callable[[int], NDArray[np.uint64]]] = {
    "random": anything,
    "all equal": lambda count: np.full(count, 7, np.uint64),
    "one after the other": lambda count: np.arange(1, count + 1, dtype=np.uint64),
    "videos, standing": steady,
    "videos, standing, shuffled": lambda count: _rng.permutation(steady(count)),
    "videos, moving": moving,
    "videos, moving, shuffled": lambda count: _rng.permutation(moving(count)),
}

if __name__ == "__main__":
    main([int(count) for count in sys.argv[1:]] or [100_000, 1_000_000])
