"""Specs that are held to a lock file: what they are held to, and what an upgrade of it would bring."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.membership import membership_digest
from setwright.model.values import dataclass
from setwright.model.versions import ChangeSeverity
from setwright.plan.changes import Create, Follow
from setwright.plan.severity import content_severity

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest
    from setwright.plan.changes import MadeChange
    from setwright.spec.pin import Pin


def kept(pin: Pin, membership: Membership) -> bool:
    """Whether `membership` is what was locked: as many frames, and the same."""
    return len(membership.frames) == pin.frames and membership_digest(membership) == pin.membership


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Held:
    """What was found at the remote for a spec that is pinned.

    `moved` says whether frames may be others at the pin than those of the current version. `outdated` says that the
    spec selects otherwise than it did when it was locked: it is held to the revision alone. `broken` says that the lake
    gives other frames than those that were locked: the lock file contradicts itself, or this is another lake, or one
    that cannot be asked about the past. `newest` is what the selection gives now, at `revision`; None where that is
    what it is held to. `base`, the content of the current version, is there beside it if there is a current version.
    """

    pin: Pin
    moved: bool = True
    outdated: bool = False
    broken: bool = False
    newest: Membership | None = None
    revision: int = 0
    base: Manifest | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """What the content would become if the pin were moved to `revision`, beside what is planned; counts of frames."""

    revision: int
    entering: int
    leaving: int
    moving: int
    repainted: int
    relabelled: int
    severity: ChangeSeverity


@dataclass(frozen=True, slots=True, kw_only=True)
class Pinned:
    """What a plan says of the pin of one spec; `Held` tells what `outdated` and `broken` mean.

    `upgrade` is None where the lake has nothing else for it.
    """

    pin: Pin
    outdated: bool
    broken: bool
    upgrade: Upgrade | None


def pinned(change: MadeChange, held: Held) -> Pinned:
    """What is to be said of the pin of a spec that `change` is planned for."""
    planned = change.content if isinstance(change, Create | Follow) else held.base
    return Pinned(
        pin=held.pin,
        outdated=held.outdated,
        broken=held.broken,
        upgrade=None if planned is None else _upgrade(change.config, planned, held),
    )


def _upgrade(config: DatasetConfig, before: Manifest, held: Held) -> Upgrade | None:
    if held.newest is None:
        return None
    from setwright.diff.data import data_diff
    from setwright.plan.content import desired_content

    after = desired_content(config, held.newest, before)
    diff = data_diff(before, after)
    if diff.empty:
        return None
    return Upgrade(
        revision=held.revision,
        entering=len(diff.entering),
        leaving=len(diff.leaving),
        moving=len(diff.moving),
        repainted=len(diff.repainted),
        relabelled=len(diff.relabelled),
        severity=content_severity(before, after, diff) or ChangeSeverity.ADDITIVE,
    )
