"""What a plan says of varied copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.augment.vocabulary import word_of
from setwright.plan.changes import Create, Delete, Follow, Forget, Guard
from setwright.plan.document import CopyChanges, PropertyCopies

if TYPE_CHECKING:
    from setwright.plan.changes import Change


def copy_changes(change: Change, pictures: tuple[int, int] | None) -> CopyChanges | None:
    """What happens to the copies of a dataset, None where it has none before and after.

    `pictures` counts those that apply would make and those that are there already; None where nobody asked.
    """
    if isinstance(change, Forget | Delete | Guard):
        return None
    before = 0 if isinstance(change, Create) else change.observed.version.statistics.copies
    if not isinstance(change, Create | Follow):
        return CopyChanges(before=before, after=before) if before else None
    copies = change.content.copies
    background = _background(change)
    if not (before or len(copies) or background):
        return None
    import numpy as np

    counts = np.bincount(copies.property, minlength=len(copies.properties)).tolist()
    return CopyChanges(
        before=before,
        after=len(copies),
        entering=change.diff.copies_entering if isinstance(change, Follow) else len(copies),
        leaving=change.diff.copies_leaving if isinstance(change, Follow) else 0,
        pictures_to_make=None if pictures is None else pictures[0],
        pictures_there=None if pictures is None else pictures[1],
        clipped=int(copies.clipped.sum()),
        dropped=int(copies.dropped.sum()),
        background=background,
        augmentations=tuple(
            PropertyCopies(augmentation=word_of(property), copies=count)
            for property, count in zip(copies.properties, counts, strict=True)
            if count
        ),
    )


def _background(change: Create | Follow) -> int:
    """How many copies are wished and left out because they show no object."""
    content, config = change.content, change.config
    if config.background == "keep" or content.names_only:
        return 0
    from setwright.augment.recipes import wished_count

    return wished_count(config.augmentations, content.frames, content.split) - len(content.copies)
