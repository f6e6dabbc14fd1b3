"""Whether what must hold of a dataset holds of the content that is planned for it.

A check looks at the content that the dataset has after the change, also where that is the one it has already. What
the remote does not tell cannot be checked, and the verdict says so: `unknown`, never a silent pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from setwright.model.checks import (
    FewestAnnotations,
    FewestFrames,
    FixedClassIds,
    Forbidden,
    FrozenSplit,
    LargestShare,
    MostBytes,
    MostEntering,
    MostLeaving,
    NoLeakage,
    RequiredMetadata,
    RequiredTag,
)
from setwright.plan import findings
from setwright.plan.changes import statistics_of
from setwright.plan.check_changes import churn, fixed_class_ids, frozen_split
from setwright.plan.check_found import NAMES_ONLY
from setwright.plan.check_frames import forbidden, no_leakage, required_metadata, required_tag
from setwright.plan.check_sizes import fewest_annotations, fewest_frames, largest_share, most_bytes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.checks import Check
    from setwright.model.diagnostics import FindingKind
    from setwright.model.frames import Texts
    from setwright.plan.changes import MadeChange
    from setwright.plan.check_found import Evidence

Status: TypeAlias = Literal["pass", "warn", "fail", "unknown"]

KIND_OF: Mapping[type[Check], FindingKind] = {
    FewestFrames: findings.FEW_FRAMES,
    FewestAnnotations: findings.FEW_ANNOTATIONS,
    LargestShare: findings.LARGE_SHARE,
    MostBytes: findings.MANY_BYTES,
    NoLeakage: findings.LEAKAGE,
    MostEntering: findings.MANY_ENTERING,
    MostLeaving: findings.MANY_LEAVING,
    FrozenSplit: findings.FROZEN_SPLIT,
    FixedClassIds: findings.CLASS_IDS,
    RequiredTag: findings.NO_TAG,
    RequiredMetadata: findings.NO_METADATA,
    Forbidden: findings.FORBIDDEN_FRAME,
}
"""The finding that a check is where it does not hold."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Verdict:
    """Whether `check` holds of one dataset, and why, in whole sentences.

    `frames` are the names of those that break it, sorted; none where no single frame does.
    """

    check: Check
    status: Status
    message: str
    frames: Texts


def needs_content(check: Check) -> bool:
    """Whether the statistics of a version do not suffice to tell if `check` holds of it."""
    return isinstance(check, NoLeakage | RequiredTag | RequiredMetadata | Forbidden)


def judge(check: Check, change: MadeChange, evidence: Evidence) -> Verdict:
    """Whether `check` holds after `change`."""
    match check:
        case _ if _is_hidden(check, change):
            found = NAMES_ONLY
        case FewestFrames():
            found = fewest_frames(check, change)
        case FewestAnnotations():
            found = fewest_annotations(check, change)
        case LargestShare():
            found = largest_share(check, change)
        case MostBytes():
            found = most_bytes(check, change)
        case MostEntering() | MostLeaving():
            found = churn(check, change)
        case FrozenSplit():
            found = frozen_split(check, change)
        case FixedClassIds():
            found = fixed_class_ids(change)
        case NoLeakage():
            found = no_leakage(change, evidence)
        case RequiredTag():
            found = required_tag(check, evidence)
        case RequiredMetadata():
            found = required_metadata(check, change, evidence)
        case Forbidden():
            found = forbidden(check, evidence)
        case _:
            assert_never(check)
    status: Status = "unknown"
    if found.holds is not None:
        status = "pass" if found.holds else "warn" if check.level == "warning" else "fail"
    return Verdict(check=check, status=status, message=found.message, frames=found.frames)


def _is_hidden(check: Check, change: MadeChange) -> bool:
    """Whether `check` is of what a remote does not tell that only tells the names of frames."""
    if not statistics_of(change).undivided:
        return False
    return isinstance(check, FewestAnnotations | LargestShare | FrozenSplit | NoLeakage) or (
        isinstance(check, FewestFrames) and check.split is not None
    )
