"""How far a division is from the sizes that were asked for, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.split.assign import UNASSIGNED, fill, growing, inherited
from setwright.split.quotas import grown, quotas
from setwright.split.units import units

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.frames import Frames, Texts
    from setwright.model.manifest import Manifest
    from setwright.model.splits import Split, SplitWish

Why: TypeAlias = Literal["kept", "grow", "together", "official"]
"""`kept`: frames stay in the splits that they had; `grow`: new frames go to the splits that are named there alone;
`together`: frames that belong together are not divided; `official`: frames that do are in the splits that they
came with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Division:
    """The sizes of a division beside those asked for, in frames, in the order train, validation, test.

    `why` says what kept them from being equal, each reason only where it changed something; it is empty where they are.
    `apart` counts the units, groups of frames that belong together, that are in several splits all the same, because
    their frames were before or came so. Where frames came with splits, there are no other targets than these.
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
    if wish.official is not None:
        apart = _apart(frames, split)
        return Division(targets=actual, actual=actual, why=("official",) if apart else (), apart=apart)
    kept = inherited(frames, wish, parent)
    why: list[Why] = []
    if actual != targets:
        # What the sizes were if each new frame could go anywhere, and if each could go to any split that grows.
        freely = _filled(kept, targets)
        within = _filled(kept, tuple(grown(len(frames), growing(wish, kept), _sizes(kept)).values()))
        why += ["kept"] if freely != targets else []
        why += ["grow"] if within != freely else []
        why += ["together"] if within != actual else []
    # Nothing but the version before divides a unit, and `units` takes its time.
    apart = _apart(frames, split) if bool(np.any(kept != UNASSIGNED)) else 0
    return Division(targets=targets, actual=actual, why=tuple(why), apart=apart)


def standing(
    manifest: Manifest, made: SplitWish, now: SplitWish, parent: Manifest | None, groups: Texts | None = None
) -> Division:
    """How `manifest`, which was divided after the wish `made` and the version before, stands to the wish `now`.

    Where other sizes are asked for since, what keeps its frames from them is that they stay in the splits that they
    have, and nothing of how they came there. `groups` `(N,)` are those of the frames by now, where other ones than
    before shall not be divided.
    """
    if _asked(len(manifest.frames), made) == _asked(len(manifest.frames), now):
        found = division(manifest, made, parent)
    else:
        found = division(manifest, now, manifest)
    if groups is None:
        return found
    apart = _apart(replace(manifest.frames, group=groups), manifest.split)
    if now.official is not None:
        return replace(found, why=("official",) if apart else (), apart=apart)
    return replace(found, apart=apart)


def _asked(frames: int, wish: SplitWish) -> dict[Split, int] | None:
    """The sizes that `wish` asks for; None where these are what the frames came with."""
    return quotas(frames, wish) if wish.official is None else None


def _filled(kept: NDArray[np.int8], targets: tuple[int, ...]) -> tuple[int, ...]:
    """The sizes if new frames belonged to no others."""
    room = [target - here for target, here in zip(targets, _sizes(kept), strict=True)]
    return _sizes(np.concatenate([kept, fill(room, int(np.count_nonzero(kept == UNASSIGNED)))]))


def _sizes(split: NDArray[np.int8]) -> tuple[int, ...]:
    return tuple(int(np.count_nonzero(split == part.code)) for part in SPLITS)


def _apart(frames: Frames, split: NDArray[np.int8]) -> int:
    if not len(frames):
        return 0
    unit = units(frames)
    highest = np.full(int(unit.max()) + 1, -1, np.int8)
    lowest = np.full(len(highest), len(SPLITS), np.int8)
    np.maximum.at(highest, unit, split)
    np.minimum.at(lowest, unit, split)
    return int(np.count_nonzero(highest > lowest))
