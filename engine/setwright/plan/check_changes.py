"""Checks of what changes: frames that enter and leave, splits that are frozen, class ids."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.checks import (
    FrozenSplit,
    MostEntering,
    MostLeaving,
)
from setwright.model.counting import counted
from setwright.model.frames import texts
from setwright.plan.changes import Create, Follow
from setwright.plan.check_found import (
    NEW,
    SAME,
    Found,
    listed,
)

if TYPE_CHECKING:
    from setwright.plan.changes import MadeChange


def churn(check: MostEntering | MostLeaving, change: MadeChange) -> Found:
    """Whether no more frames enter, or leave, than may."""
    if isinstance(change, Create):
        return NEW
    if not isinstance(change, Follow):
        return SAME
    if isinstance(check, MostEntering):
        rows, names, verb = change.diff.entering, change.content.frames.name, "enter"
    else:
        rows, names, verb = change.diff.leaving, change.before.frames.name, "leave"
    before = len(change.before.frames)
    count = len(rows)
    if check.frames is not None:
        holds, limit = count <= check.frames, f"{check.frames:,}"
    else:
        # Of an empty version any frame would be more than every share. Decimal, as people write percentages: 57 of
        # 2,500 frames are 2.28 %, and not a little more.
        holds, limit = 100 * count <= Decimal(str(check.percent or 0)) * before, f"{check.percent:g} %"
    share = f", {100 * count / before:.1f} % of the version before" if before else ""
    return Found(
        holds,
        f"{counted(count, 'frame')} would {verb}{share}; at most {limit} may.",
        texts([]) if holds else names[rows],
    )


def frozen_split(check: FrozenSplit, change: MadeChange) -> Found:
    """Whether no frame of the split changes."""
    if isinstance(change, Create):
        return NEW
    if not isinstance(change, Follow):
        return SAME
    before, after, diff = change.before, change.content, change.diff
    code, split = check.split.code, check.split.value
    moving, repainted, relabelled = (
        pairs[(before.split[pairs[:, 0]] == code) | (after.split[pairs[:, 1]] == code)]
        for pairs in (diff.moving, diff.repainted, diff.relabelled)
    )
    entering = diff.entering[after.split[diff.entering] == code]
    leaving = diff.leaving[before.split[diff.leaving] == code]
    told = [
        f"{len(rows):,} {what}"
        for rows, what in (
            (entering, "would enter"),
            (leaving, "would leave"),
            (moving, "would come from another split or go to one"),
            (repainted, "would get another picture"),
            (relabelled, "would get other annotations"),
        )
        if len(rows)
    ]
    if not told:
        return Found(True, f"No frame of {split} changes.")
    names = [
        after.frames.name[entering],
        before.frames.name[leaving],
        *(after.frames.name[pairs[:, 1]] for pairs in (moving, repainted, relabelled)),
    ]
    return Found(False, f"Of the frames of {split}, {', '.join(told)}.", np.unique(np.concatenate(names)))


def fixed_class_ids(change: MadeChange) -> Found:
    """Whether every class keeps its id."""
    if isinstance(change, Create):
        return NEW
    if not isinstance(change, Follow):
        return SAME
    ids = {label: place for place, label in enumerate(change.content.classes)}
    moves = [
        f"{label} goes" if label not in ids else f"{label} gets the id {ids[label]} instead of {place}"
        for place, label in enumerate(change.before.classes)
        if ids.get(label) != place
    ]
    if moves:
        return Found(False, f"{listed(moves)}. Models that were trained would name the wrong class.")
    return Found(True, "Every class keeps its id.")
