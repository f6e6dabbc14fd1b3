"""Which frame goes to which split.

The rule keeps three wishes honest that pull against each other: sizes that are exact, frames that stay where they
are when others come, and like frames that are never divided.

1. What may not be divided is a unit: frames with the same picture, and frames with an equal value of the field by
   which the spec groups; chains of the two make one unit.
2. A unit of which a frame was in the version before keeps that frame's split, unless the spec says `resplit`.
3. The other units go, in the order of a hash of their pictures, to the split furthest below its quota.

So the outcome depends on pictures, groups, the wish and the version before, and on nothing else: not on the order
of the frames, on names, or on labels.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.splits import SPLITS
from setwright.split.quotas import quotas

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest
    from setwright.model.splits import SplitWish

UNASSIGNED = -1


def assign(frames: Frames, wish: SplitWish, parent: Manifest | None) -> NDArray[np.int8]:
    """The split of each frame, `(N,) int8` of codes, for `frames` in any order."""
    unit = units(frames)
    unit_count = int(unit.max()) + 1 if len(unit) else 0
    sizes = np.bincount(unit, minlength=unit_count)
    split_of_unit = np.full(unit_count, UNASSIGNED, np.int8)
    if parent is not None and not wish.resplit:
        _inherit(split_of_unit, unit, frames, parent)
    target = quotas(len(frames), wish)
    filled = [int(sizes[split_of_unit == split.code].sum()) for split in SPLITS]
    for row in _new_units_in_hash_order(split_of_unit, unit, frames, wish.seed):
        # `max` takes the first of equals: train before validation before test.
        split = max(SPLITS, key=lambda candidate: target[candidate] - filled[candidate.code])
        split_of_unit[row] = split.code
        filled[split.code] += int(sizes[row])
    return split_of_unit[unit]


def units(frames: Frames) -> NDArray[np.int64]:
    """The unit of each frame, `(N,) int64` counted from 0: equal for frames that are never divided."""
    _, by_picture = np.unique(frames.digest, return_inverse=True)
    grouped = frames.group != ""
    if not bool(grouped.any()):
        return by_picture.astype(np.int64)
    _, by_group = np.unique(frames.group, return_inverse=True)
    return _joined(by_picture, by_group, grouped)


def _joined(
    by_picture: NDArray[np.int64], by_group: NDArray[np.int64], grouped: NDArray[np.bool_]
) -> NDArray[np.int64]:
    # Union-find over pictures: the pictures of one group are one unit, whichever frames show them.
    parent = list(range(int(by_picture.max()) + 1))

    def root(picture: int) -> int:
        while parent[picture] != picture:
            parent[picture] = parent[parent[picture]]
            picture = parent[picture]
        return picture

    first_of_group: dict[int, int] = {}
    pairs = np.unique(np.stack([by_group[grouped], by_picture[grouped]], axis=1), axis=0)
    for group, picture in pairs.tolist():
        first = first_of_group.setdefault(group, picture)
        parent[root(picture)] = root(first)
    roots = np.array([root(picture) for picture in range(len(parent))])
    _, dense = np.unique(roots[by_picture], return_inverse=True)
    return dense.astype(np.int64)


def _inherit(
    split_of_unit: NDArray[np.int8], unit: NDArray[np.int64], frames: Frames, parent: Manifest
) -> None:
    # By picture and not by name, so that a picture that is ingested anew under another name stays where it is. A
    # unit may have frames from several splits, when a group joins what was apart: train wins over validation over
    # test, since what was trained on must not become a test.
    before: dict[bytes, int] = {}
    for code in reversed([split.code for split in SPLITS]):
        before.update(dict.fromkeys(parent.frames.digest[parent.split == code].tolist(), code))
    codes = np.array([before.get(digest, len(SPLITS)) for digest in frames.digest.tolist()], np.int8)
    earliest = np.full(len(split_of_unit), len(SPLITS), np.int8)
    np.minimum.at(earliest, unit, codes)
    known = earliest < len(SPLITS)
    split_of_unit[known] = earliest[known]


def _new_units_in_hash_order(
    split_of_unit: NDArray[np.int8], unit: NDArray[np.int64], frames: Frames, seed: int
) -> list[int]:
    is_new = split_of_unit[unit] == UNASSIGNED
    keys: dict[int, bytes] = {}
    for row, digest in zip(unit[is_new].tolist(), frames.digest[is_new].tolist(), strict=True):
        key = hashlib.sha256(f"split-1\n{seed}\n".encode() + digest).digest()
        # A unit stands where the first of its pictures stands.
        keys[row] = min(keys.get(row, key), key)
    return sorted(keys, key=keys.__getitem__)
