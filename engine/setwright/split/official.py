"""The splits that frames came with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.model.frames import places
from setwright.model.splits import SPLITS, Split
from setwright.split.assign import UNASSIGNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Membership, Texts
    from setwright.model.splits import OfficialSplits, SplitWish


def official_splits(wish: SplitWish, membership: Membership) -> NDArray[np.int8]:
    """The split that each frame goes to because of what it came with, `(N,) int8`, or `UNASSIGNED`."""
    if wish.official is None or membership.official is None:
        return np.full(len(membership.frames), UNASSIGNED, np.int8)
    found = named_splits(wish.official, membership.official)
    if wish.official.others in ("refuse", "divide"):
        return found
    return np.where(found == UNASSIGNED, Split(wish.official.others).code, found).astype(np.int8)


def named_splits(official: OfficialSplits, values: Texts) -> NDArray[np.int8]:
    """The split that each of `values` stands for, `(N,) int8`, `UNASSIGNED` for one that stands for none."""
    split_of = {value.casefold(): split.code for split in SPLITS for value in official.values[split]}
    different, place = np.unique(values, return_inverse=True)
    codes = [split_of.get(value.casefold(), UNASSIGNED) for value in different.tolist()]
    return np.array(codes, np.int8)[place]


def unnamed(official: OfficialSplits, values: Texts) -> list[tuple[str, int]]:
    """Those of `values` that stand for no split, each with how often it comes, the most frequent first."""
    different, counts = np.unique(values[named_splits(official, values) == UNASSIGNED], return_counts=True)
    return sorted(zip(different.tolist(), counts.tolist(), strict=True), key=lambda row: (-row[1], row[0]))


def elsewhere(wish: SplitWish, membership: Membership, names: Texts, split: NDArray[np.int8]) -> int:
    """How many of the frames called `names` are in another `split` than the one that they came with."""
    came = official_splits(wish, membership)
    if not len(names):
        return 0
    order = np.argsort(names, kind="stable")
    place = places(membership.frames.name, names[order])
    there = names[order][place] == membership.frames.name
    return int(np.count_nonzero(there & (came != UNASSIGNED) & (split[order][place] != came)))
