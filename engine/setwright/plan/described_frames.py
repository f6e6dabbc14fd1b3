"""What the document says of a dataset's frames and annotations: counted, and a sample of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.plan import document
from setwright.plan.changes import (
    Create,
    Follow,
)
from setwright.plan.document import FrameList
from setwright.plan.told import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest
    from setwright.model.statistics import Statistics
    from setwright.plan.causes import Cause
    from setwright.plan.changes import MadeChange
    from setwright.spec.project import Spec

_Side: TypeAlias = Literal["before", "after"]


def frame_changes(
    change: MadeChange, after: int, spec: Spec | None, limit: int | None
) -> document.FrameChanges:
    """`after` counts the frames of the version after the change."""
    none = FrameList(count=0)
    if isinstance(change, Follow):
        before, content, diff = change.before, change.content, change.diff
        return document.FrameChanges(
            before=len(before.frames),
            after=after,
            entering=_listed(content, diff.entering, limit, "after"),
            leaving=_listed(before, diff.leaving, limit, "before"),
            moving=_listed_pairs(before, content, diff.moving, limit),
            repainted=_listed_pairs(before, content, diff.repainted, limit),
            relabelled=_listed_pairs(before, content, diff.relabelled, limit),
            causes=tuple(_cause(cause, spec) for cause in change.causes),
        )
    entering = none
    if isinstance(change, Create):
        entering = _listed(change.content, np.arange(after), limit, "after")
    return document.FrameChanges(
        before=after - entering.count,
        after=after,
        entering=entering,
        leaving=none,
        moving=none,
        repainted=none,
        relabelled=none,
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
    found = change.annotations
    return document.AnnotationChanges(
        before=was,
        after=becomes,
        entering=_count_in(change.content, change.diff.entering),
        leaving=_count_in(change.before, change.diff.leaving),
        added=len(found.added),
        removed=len(found.removed),
        relabelled=len(found.relabelled),
        moved=len(found.moved),
        retouched=len(found.retouched),
        flips=tuple(_flips(change.before, change.content, found.relabelled)),
    )


def _count_in(manifest: Manifest, frames: NDArray[np.int64]) -> int:
    """How many annotations these frames have."""
    chosen = np.zeros(len(manifest.frames), bool)
    chosen[frames] = True
    return int(np.count_nonzero(chosen[manifest.annotations.frame]))


def _flips(before: Manifest, after: Manifest, pairs: NDArray[np.int64]) -> Iterator[document.LabelFlip]:
    old, new = before.annotations.label[pairs[:, 0]], after.annotations.label[pairs[:, 1]]
    kinds, counts = np.unique(np.stack([old, new], axis=1), axis=0, return_counts=True)
    found = [
        (-count, before.classes[was], after.classes[becomes])
        for (was, becomes), count in zip(kinds.tolist(), counts.tolist(), strict=True)
    ]
    for negative, was, becomes in sorted(found):
        yield document.LabelFlip(before=was, after=becomes, count=-negative)


def _cause(cause: Cause, spec: Spec | None) -> document.FrameCause:
    written = None if spec is None else spec.fields.get(cause.cause)
    return document.FrameCause(
        cause=cause.cause,
        entering=cause.entering,
        leaving=cause.leaving,
        place=None if written is None else place(written),
    )


def _listed(manifest: Manifest, rows: NDArray[np.int64], limit: int | None, side: _Side) -> FrameList:
    nowhere = np.full(len(rows[:limit]), -1, np.int8)
    splits = nowhere if manifest.names_only else manifest.split[rows[:limit]]
    before, after = (splits, nowhere) if side == "before" else (nowhere, splits)
    return FrameList(count=len(rows), listed=_lines(manifest.frames, rows[:limit], before, after))


def _listed_pairs(
    before: Manifest, after: Manifest, pairs: NDArray[np.int64], limit: int | None
) -> FrameList:
    old, new = pairs[:limit, 0], pairs[:limit, 1]
    return FrameList(count=len(pairs), listed=_lines(after.frames, new, before.split[old], after.split[new]))


def _lines(
    frames: Frames, rows: NDArray[np.int64], before: NDArray[np.int8], after: NDArray[np.int8]
) -> tuple[document.FrameLine, ...]:
    """The frames at `rows`, each with its split before and after; below 0 for none."""
    names = (frames.name[rows].tolist(), frames.collection[rows].tolist(), frames.file_name[rows].tolist())
    return tuple(
        document.FrameLine(
            name=name,
            collection=collection,
            file_name=file_name,
            before=None if was < 0 else SPLITS[was].value,
            after=None if becomes < 0 else SPLITS[becomes].value,
        )
        for name, collection, file_name, was, becomes in zip(
            *names, before.tolist(), after.tolist(), strict=True
        )
    )
