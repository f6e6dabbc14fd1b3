"""How far a division is from the sizes that were asked for, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.split.assign import UNASSIGNED, fill, inherited
from setwright.split.quotas import quotas
from setwright.split.units import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest
    from setwright.model.splits import SplitWish

Why: TypeAlias = Literal["kept", "together"]
"""`kept`: frames stay in the splits that they had; `together`: frames that belong together are not divided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The sizes of a division beside those asked for, in frames, in the order train, validation, test.

    `why` says what kept them from being equal, each reason only where it changed something; it is empty where they are.
    `apart` counts the units, groups of frames that belong together, that are in several splits all the same, because
    their frames were before.
    """

    targets: tuple[int, ...]
    actual: tuple[int, ...]
    why: tuple[Why, ...]
    apart: int

    @property
    def as_asked(self) -> bool:
        """Whether every wish was met."""
        return not self.why and not self.apart


def division(manifest: Manifest, wish: SplitWish, parent: Manifest | None) -> Division:
    """How `manifest`, whose frames were divided after `wish` and the version before, came out."""
    frames, split = manifest.frames, manifest.split
    targets = tuple(quotas(len(frames), wish).values())
    actual = _sizes(split)
    kept = inherited(frames, wish, parent)
    why: list[Why] = []
    if actual != targets:
        # What the sizes were if each new frame could go anywhere.
        before = _sizes(kept)
        room = [target - here for target, here in zip(targets, before, strict=True)]
        freely = _sizes(np.concatenate([kept, fill(room, int(np.count_nonzero(kept == UNASSIGNED)))]))
        why += ["kept"] if freely != targets else []
        why += ["together"] if freely != actual else []
    return Division(targets=targets, actual=actual, why=tuple(why), apart=_apart(frames, split, kept))


def _sizes(split: NDArray[np.int8]) -> tuple[int, ...]:
    return tuple(int(np.count_nonzero(split == part.code)) for part in SPLITS)


def _apart(frames: Frames, split: NDArray[np.int8], kept: NDArray[np.int8]) -> int:
    if not bool(np.any(kept != UNASSIGNED)):
        return 0  # nothing but the version before divides a unit, and `units` takes its time
    unit = units(frames)
    highest = np.full(int(unit.max()) + 1, -1, np.int8)
    lowest = np.full(len(highest), len(SPLITS), np.int8)
    np.maximum.at(highest, unit, split)
    np.minimum.at(lowest, unit, split)
    return int(np.count_nonzero(highest > lowest))
