"""Which places are connected, where pairs of them become known bit by bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Components:
    """The components of so many places, which grow together as pairs join them.

    `lowest` `(count,) int64` is the smallest place of the component of each: equal for places that are together.
    """

    def __init__(self, count: int) -> None:
        """Each of `count` places is alone."""
        self.lowest = np.arange(count)

    def join(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> None:
        """Each place in `one` is together with the one beside it in `other` from now on.

        Every place points at the smallest of its component; the pairs that are not together yet pull the larger of
        their two to the smaller. Each round at least halves what is left of a chain.
        """
        while len(one):
            here, there = self.lowest[one], self.lowest[other]
            apart = here != there
            if not apart.any():
                return
            one, other, here, there = one[apart], other[apart], here[apart], there[apart]
            np.minimum.at(self.lowest, np.maximum(here, there), np.minimum(here, there))
            while not np.array_equal(self.lowest, nearer := self.lowest[self.lowest]):
                self.lowest = nearer

    def numbers(self) -> NDArray[np.int64]:
        """The components counted from 0, `(count,)`."""
        _, number = np.unique(self.lowest, return_inverse=True)
        return number.astype(np.int64)


def connected(count: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """For each of `count` places the number of its component, where `pairs` `(K, 2)` connect places."""
    components = Components(count)
    components.join(pairs[:, 0], pairs[:, 1])
    return components.numbers()
