"""Which frame goes to which split.

The rule keeps wishes honest that pull against each other: sizes that are exact, frames that stay where they are when
others come, like frames that are never divided, and like shares of the classes.

1. What may not be divided is a unit (`split.units`).
2. A frame that was in the version before keeps its split, unless the spec says `resplit`: nothing else moves one. It
   is known by its picture or, where its picture is another one now, by its name.
3. A new frame that came with a split of its own, of which the spec makes use, goes there, even if that divides a unit.
   Other new frames join the frames of their unit that have a split by now.
4. The other units go, the large ones first, then in the order of a hash of their pictures, to the split furthest below
   its quota; with `stratify` also by what the split lacks of their classes (`split.stratify`). Where frames of the
   version before are kept, only the splits of `grow` get any. The quotas are of the frames that came with no split.

So the outcome depends on pictures, groups, the splits that frames came with, the wish, the version before and, for
`stratify`, the annotations of the chosen labels; on nothing else: not on the order of the frames, and on no other
label.
"""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.model.frames import places
from setwright.model.pairing import Beside, paired_by_number
from setwright.model.splits import SPLITS
from setwright.split.quotas import grown
from setwright.split.stratify import Stratifier
from setwright.split.units import mixed, units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Annotations, Digests, Frames, Texts
    from setwright.model.manifest import Manifest
    from setwright.model.splits import SplitWish

UNASSIGNED = -1
_AT_ONCE = 1 << 14
"""Digests that are Python objects together."""


def assign(
    frames: Frames,
    annotations: Annotations,
    wish: SplitWish,
    parent: Manifest | None,
    official: NDArray[np.int8] | None = None,
) -> NDArray[np.int8]:
    """The split of each frame, `(N,) int8` of codes, for `frames` in any order.

    `annotations` are those of the dataset's classes; they count only with `stratify`. `official` `(N,)` are the splits
    that frames came with, `UNASSIGNED` for none.
    """
    unit = units(frames)
    if official is None:
        official = np.full(len(frames), UNASSIGNED, np.int8)
    kept = inherited(frames, wish, parent)
    told = np.where(kept == UNASSIGNED, official, kept)
    split_of_unit = _of_units(unit, told)
    # What was apart in the version before stays apart, so a frame that is kept counts where it is.
    split = np.where(told == UNASSIGNED, split_of_unit[unit], told)
    wish = growing(wish, kept)
    shared = np.flatnonzero(official == UNASSIGNED)
    held = [int(np.count_nonzero(split[shared] == part.code)) for part in SPLITS]
    targets = grown(len(shared), wish, held)
    room = [target - here for target, here in zip(targets.values(), held, strict=True)]
    sizes = np.bincount(unit, minlength=len(split_of_unit))
    new = _in_order(np.flatnonzero(split_of_unit == UNASSIGNED), unit, sizes, frames, wish.seed)
    large, single = new[sizes[new] > 1], new[sizes[new] == 1]
    if wish.stratify:
        if min(room) < 0:
            # Others have room for more frames than there are, and which of it counts is no class's say.
            room = np.bincount(fill(room, sum(room)), minlength=len(room)).tolist()
        stratifier = Stratifier(unit[shared], _of_rows(annotations, shared), wish, split_of_unit)
        for some in (large, single):
            stratifier.divide(some, sizes, room, split_of_unit)
    else:
        for row, size in zip(large.tolist(), sizes[large].tolist(), strict=True):
            furthest = _furthest(room)
            split_of_unit[row] = furthest
            room[furthest] -= size
        split_of_unit[single] = fill(room, len(single))
    return np.where(told == UNASSIGNED, split_of_unit[unit], told).astype(np.int8)


def _of_rows(annotations: Annotations, rows: NDArray[np.int64]) -> Annotations:
    """The annotations of the frames at `rows`, sorted, as if there were no others."""
    place = np.searchsorted(rows, annotations.frame)
    there = np.flatnonzero(np.isin(annotations.frame, rows))
    return replace(annotations.take(there), frame=place[there].astype(np.int32))


def inherited(frames: Frames, wish: SplitWish, parent: Manifest | None) -> NDArray[np.int8]:
    """The split that each frame had in the version before, `(N,) int8`, or `UNASSIGNED`."""
    if parent is None or wish.resplit or not len(parent.frames):
        return np.full(len(frames), UNASSIGNED, np.int8)
    kept = np.full(len(frames), UNASSIGNED, np.int8)
    same = paired_by_number(parent.frames, frames)
    shows = Beside(same.before, same.after).same(parent.frames.digest, frames.digest)
    # A frame with the picture that it had is where it was, also where that picture was in several splits.
    kept[same.after[shows]] = parent.split[same.before[shows]]
    known = np.zeros(len(frames), bool)
    known[same.after[shows]] = True
    asked = np.flatnonzero(~known)
    kept[asked] = _by_picture_or_name(frames.digest[asked], frames.name[asked], parent)
    return kept


def _by_picture_or_name(digest: Digests, name: Texts, parent: Manifest) -> NDArray[np.int8]:
    """The split that frames with these pictures and names had in `parent`, or `UNASSIGNED`."""
    kept = np.full(len(digest), UNASSIGNED, np.int8)
    rows = _showing(parent.frames.digest, digest)
    rows = rows[np.lexsort((parent.split[rows], parent.frames.digest[rows]))]
    pictures, split = parent.frames.digest[rows], parent.split[rows]
    if len(rows):
        first = _first_of(digest, pictures)
        kept = np.where(pictures[first] == digest, split[first], UNASSIGNED).astype(np.int8)
    # By name where the picture is another one, or was in several splits, in each under a name of its own.
    divided = pictures[1:][(pictures[1:] == pictures[:-1]) & (split[1:] != split[:-1])]
    asked = np.flatnonzero((kept == UNASSIGNED) | np.isin(digest, divided))
    before = places(name[asked], parent.frames.name)
    same = (parent.frames.name[before] == name[asked]) & (
        (kept[asked] == UNASSIGNED) | (parent.frames.digest[before] == digest[asked])
    )
    kept[asked[same]] = parent.split[before[same]]
    return kept


_BUCKETS = 22
"""Bits of the numbers of the buckets by which pictures are looked for: 4 MB of them."""


def _showing(digests: Digests, wanted: Digests) -> NDArray[np.int64]:
    """The rows of `digests` that hold one of `wanted`. Few are, as a rule, and sorting them all takes its time."""
    if not len(wanted):
        return np.empty(0, np.int64)
    is_wanted = np.zeros(1 << _BUCKETS, bool)
    is_wanted[_bucket(wanted)] = True
    maybe = np.flatnonzero(is_wanted[_bucket(digests)])
    return maybe[np.isin(digests[maybe], wanted)]


def _bucket(digests: Digests) -> NDArray[np.uint64]:
    return mixed(digests) >> np.uint64(64 - _BUCKETS)


def growing(wish: SplitWish, kept: NDArray[np.int8]) -> SplitWish:
    """`wish` as it counts: where no frame keeps a split, there is nothing yet that could not grow."""
    return wish if bool(np.any(kept != UNASSIGNED)) else replace(wish, grow=SPLITS)


def fill(room: list[int], count: int) -> NDArray[np.int8]:
    """The splits of `count` single frames, each given to the split with most room when its turn comes.

    The room of all splits together is for `count` frames.
    """
    codes = np.repeat(np.arange(len(room)), [max(left, 0) for left in room])
    left = np.concatenate([np.arange(left, 0, -1) for left in room])
    # A frame takes one from the room, so each split's turns come at all the rooms that it has on the way down.
    return codes[np.lexsort((codes, -left))][:count].astype(np.int8)


def _furthest(room: list[int]) -> int:
    # `max` takes the first of equals: train before validation before test.
    return max(range(len(SPLITS)), key=room.__getitem__)


def _of_units(unit: NDArray[np.int64], kept: NDArray[np.int8]) -> NDArray[np.int8]:
    """The split of each unit of which a frame has one by now, `UNASSIGNED` for the others.

    Frames of a unit may have been apart. Its new frames then go to train before validation before test, since what
    is like a picture that is trained on must not become a test.
    """
    count = int(unit.max()) + 1 if len(unit) else 0
    earliest = np.full(count, len(SPLITS), np.int8)
    known = kept != UNASSIGNED
    np.minimum.at(earliest, unit[known], kept[known])
    return np.where(earliest == len(SPLITS), UNASSIGNED, earliest).astype(np.int8)


def _first_of(wanted: Any, keys: Any) -> NDArray[np.int64]:
    """Where in `keys`, sorted and not empty, each of `wanted` stands, or where something else does."""
    order = np.argsort(wanted)  # asking in order is faster than asking at random by more than sorting costs
    place = np.empty(len(wanted), np.int64)
    place[order] = np.searchsorted(keys, wanted[order])
    return np.minimum(place, len(keys) - 1)


def _in_order(
    new: NDArray[np.int64],
    unit: NDArray[np.int64],
    sizes: NDArray[np.int64],
    frames: Frames,
    seed: int,
) -> NDArray[np.int64]:
    """The units `new`, the large ones first, equal ones as a hash of their pictures has them.

    Large ones first, because the small ones fill up exactly what these leave.
    """
    is_new = np.zeros(len(sizes), bool)
    is_new[new] = True
    rows = np.flatnonzero(is_new[unit])
    prefix = f"split-1\n{seed}\n".encode()
    drawn = bytearray()
    for start in range(0, len(rows), _AT_ONCE):
        some = frames.digest[rows[start : start + _AT_ONCE]].tolist()
        drawn += b"".join([sha256(prefix + digest).digest()[:8] for digest in some])
    # A unit stands where the first of its pictures stands.
    key = np.full(len(sizes), np.iinfo(np.uint64).max, np.uint64)
    np.minimum.at(key, unit[rows], np.frombuffer(drawn, ">u8").astype(np.uint64))
    return new[np.lexsort((key[new], -sizes[new]))]
