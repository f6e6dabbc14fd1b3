"""What the document says of a dataset's frames and annotations: counted, and a sample of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.plan import document
from setwright.plan.changes import (
    Create,
    Follow,
)
from setwright.plan.document import FrameList
from setwright.plan.told import place

if TYPE_CHECKING:
    from setwright.model.statistics import Statistics
    from setwright.plan.causes import Cause
    from setwright.plan.changes import MadeChange
    from setwright.spec.project import Spec


def frame_changes(
    change: MadeChange, after: int, spec: Spec | None, limit: int | None
) -> document.FrameChanges:
    """`after` counts the frames of the version after the change."""
    none = FrameList(count=0)
    if isinstance(change, Follow):
        from setwright.plan.listed_frames import listed, listed_pairs

        before, content, diff = change.before, change.content, change.diff
        return document.FrameChanges(
            before=len(before.frames),
            after=after,
            entering=listed(content, diff.entering, limit, "after"),
            leaving=listed(before, diff.leaving, limit, "before"),
            moving=listed_pairs(before, content, diff.moving, limit),
            repainted=listed_pairs(before, content, diff.repainted, limit),
            relabelled=listed_pairs(before, content, diff.relabelled, limit),
            causes=tuple(_cause(cause, spec) for cause in change.causes),
            dropped=change.dropped,
        )
    entering = none
    if isinstance(change, Create):
        from setwright.plan.listed_frames import every, listed

        entering = listed(change.content, every(change.content), limit, "after")
    return document.FrameChanges(
        before=after - entering.count,
        after=after,
        entering=entering,
        leaving=none,
        moving=none,
        repainted=none,
        relabelled=none,
        dropped=change.dropped if isinstance(change, Create) else 0,
    )


def annotation_changes(
    change: MadeChange, before: Statistics | None, after: Statistics
) -> document.AnnotationChanges:
    """What happens to annotations: with frames that enter and leave, and in frames that stay."""
    was, becomes = before.annotations if before else 0, after.annotations
    if not isinstance(change, Follow):
        return document.AnnotationChanges(
            before=was,
            after=becomes,
            entering=becomes - was,
            leaving=0,
            added=0,
            removed=0,
            relabelled=0,
            moved=0,
            retouched=0,
        )
    from setwright.plan.listed_frames import count_in, flips

    found = change.annotations
    return document.AnnotationChanges(
        before=was,
        after=becomes,
        entering=count_in(change.content, change.diff.entering),
        leaving=count_in(change.before, change.diff.leaving),
        added=len(found.added),
        removed=len(found.removed),
        relabelled=len(found.relabelled),
        moved=len(found.moved),
        retouched=len(found.retouched),
        flips=tuple(flips(change.before, change.content, found.relabelled)),
    )


def _cause(cause: Cause, spec: Spec | None) -> document.FrameCause:
    written = None if spec is None else spec.fields.get(cause.cause)
    return document.FrameCause(
        cause=cause.cause,
        entering=cause.entering,
        leaving=cause.leaving,
        place=None if written is None else place(written),
    )
