"""Units of one size that change places between splits, so that each gets nearer to its share of each class.

Iterative stratification places a unit by its rarest class alone, so a class that nearly every frame has comes
out as the draw has it, if not worse. Here what the splits have too much or too little, squared and over what
they should have, falls with every exchange, until none of those that are tried lets it fall.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

_UNITS = 1 << 13
"""Units that are looked at in one split: the first of very many mend as much as all, and sorting takes its time."""
_CELLS = 1 << 20
"""Units times classes that are looked at in one split, 8 MB of numbers."""
_TRIED = 64
"""Units of each side that are tried with each other: those that would mend most, each by itself."""
_ROUNDS = 1000
_EPSILON = 1e-9
"""What is not worth an exchange, so that rounding never makes two take turns for ever."""


def enough(classes: int) -> int:
    """How many units of one split are to be looked at."""
    return min(_UNITS, max(_TRIED, _CELLS // classes))


def exchange(
    held: Sequence[NDArray[np.float64]], lacking: NDArray[np.float64], weight: NDArray[np.float64]
) -> list[NDArray[np.int64]]:
    """Which units each split gets, as places in `held`, tables `(units, classes)` by split, one after another.

    `lacking` `(classes, splits)` is what each split lacks of each class, and is brought up to date. `weight`, of
    the same shape, is what a difference there counts. Classes are added one after the other, since the order in
    which a library adds may depend on the machine.
    """
    first = np.cumsum([0, *(len(table) for table in held)])
    places = [np.arange(begin, begin + len(table)) for begin, table in zip(first, held, strict=False)]
    tables = [np.ascontiguousarray(table.T) for table in held]
    pairs = [pair for pair in combinations(range(len(held)), 2) if len(held[pair[0]]) and len(held[pair[1]])]
    for _ in range(_ROUNDS):
        mended = False
        for one, other in pairs:
            mended |= _best_exchange(one, other, tables, places, lacking, weight)
        if not mended:
            break
    return places


def _best_exchange(
    one: int,
    other: int,
    tables: Sequence[NDArray[np.float64]],
    places: Sequence[NDArray[np.int64]],
    lacking: NDArray[np.float64],
    weight: NDArray[np.float64],
) -> bool:
    """Exchange the two units of these splits that mend most; whether any two did."""
    here, there = tables[one], tables[other]
    slope = 2 * (lacking[:, one] * weight[:, one] - lacking[:, other] * weight[:, other])
    bend = weight[:, one] + weight[:, other]
    going, coming = _along(here, slope), _along(there, slope)
    out = np.argsort(going, kind="stable")[:_TRIED]
    back = np.argsort(-coming, kind="stable")[:_TRIED]
    mended = coming[back][None, :] - going[out][:, None]
    for row in np.flatnonzero(bend).tolist():
        mended -= bend[row] * (there[row, back][None, :] - here[row, out][:, None]) ** 2
    best = int(np.argmax(mended))
    if mended.flat[best] <= _EPSILON:
        return False
    leaves, enters = out[best // len(back)], back[best % len(back)]
    difference = there[:, enters] - here[:, leaves]
    lacking[:, one] -= difference
    lacking[:, other] += difference
    here[:, leaves] += difference
    there[:, enters] -= difference
    places[one][leaves], places[other][enters] = places[other][enters], places[one][leaves]
    return True


def _along(table: NDArray[np.float64], slope: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sum of each unit's classes, each times its slope."""
    total = np.zeros(table.shape[1])
    for row in np.flatnonzero(slope).tolist():
        total += table[row] * slope[row]
    return total
