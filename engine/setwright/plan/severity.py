"""What a change means for those who train on the dataset, computed from the data and not from what was typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.diff.config import asks_alike
from setwright.model.splits import Split
from setwright.model.versions import ChangeSeverity

if TYPE_CHECKING:
    from setwright.diff.data import DataDiff
    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest


def content_severity(before: Manifest, after: Manifest, diff: DataDiff) -> ChangeSeverity | None:
    """The gravest thing that happens to the content, None where nothing does."""
    if _test_changes(before, after, diff):
        return ChangeSeverity.EVAL
    if after.classes[: len(before.classes)] != before.classes:
        # Classes that are only appended leave every class id where it is.
        return ChangeSeverity.SCHEMA
    if len(diff.leaving) or len(diff.moving) or diff.copies_leaving:
        # A move between train and validation takes a frame from those who train; so does a copy that goes.
        return ChangeSeverity.REMOVAL
    if len(diff.relabelled) or len(diff.repainted):
        return ChangeSeverity.RELABEL
    if len(diff.entering) or diff.copies_entering or after.classes != before.classes:
        return ChangeSeverity.ADDITIVE
    return None


def unseen_severity(before: DatasetConfig, after: DatasetConfig, diff: DataDiff) -> ChangeSeverity | None:
    """The gravest thing that may happen to a content of which only the frames' names are known; None for nothing.

    Its remote divides the frames itself, and whether those that stay keep their splits it does not tell.
    """
    if diff.empty and asks_alike(before, after):
        return None
    if before.split.test or after.split.test:
        return ChangeSeverity.EVAL
    if after.classes[: len(before.classes)] != before.classes:
        return ChangeSeverity.SCHEMA
    return ChangeSeverity.REMOVAL


def settings_severity(before: DatasetConfig, after: DatasetConfig) -> ChangeSeverity | None:
    """What a change of settings means that leaves the content as it is, None where they are equal."""
    if before.exports != after.exports:
        return ChangeSeverity.PACKAGING
    if before != after:
        return ChangeSeverity.METADATA
    return None


def _test_changes(before: Manifest, after: Manifest, diff: DataDiff) -> bool:
    import numpy as np

    from setwright.diff.annotations import frames_differ

    test = Split.TEST.code
    relabelled = diff.relabelled
    classes = _names_before(before.classes, after.classes)
    if classes != after.classes:
        same_names = replace(after, annotations=replace(after.annotations, labels=classes))
        relabelled = relabelled[frames_differ(before, same_names, relabelled)]
    altered = np.concatenate([diff.moving, diff.repainted, relabelled])
    return bool(
        np.any(after.split[diff.entering] == test)
        or np.any(before.split[diff.leaving] == test)
        or np.any(before.split[altered[:, 0]] == test)
        or np.any(after.split[altered[:, 1]] == test)
    )


def _names_before(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[str, ...]:
    """The classes `after`, those that another name took the place of by the name that they had.

    What is only called otherwise keeps its id, so results before and after can be compared.
    """
    gone, new = set(before) - set(after), set(after) - set(before)
    renamed = {other: one for one, other in zip(before, after, strict=False) if one in gone and other in new}
    return tuple(renamed.get(name, name) for name in after)
