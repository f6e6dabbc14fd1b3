"""Which frames a version holds, from what LayerNext gives of one: the names of files in an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from setwright.model.frames import Frames

if TYPE_CHECKING:
    from collections.abc import Collection


def reconciled(recorded: Frames, media: Collection[str], *, varied: bool) -> Frames:
    """The frames of a version: of those `recorded` the ones whose pictures are there, and those that nobody recorded.

    `media` are the names of the pictures in an export. A real server calls them by the frames' unique names; others may
    call them as they are called in their collections. Where pictures are `varied` the copies stand among them, and
    names that nobody recorded are taken for theirs. Equally many names on both sides that do not fit are taken for the
    same frames, whose names an export had to change.
    """
    left = set(media)
    kept = np.zeros(len(recorded), bool)
    columns = zip(
        recorded.name.tolist(), recorded.file_name.tolist(), recorded.collection.tolist(), strict=True
    )
    for row, (name, file_name, collection) in enumerate(columns):
        found = next((each for each in (name, file_name, f"{collection}_{file_name}") if each in left), None)
        if found is not None:
            left.discard(found)
            kept[row] = True
    missing = int(np.count_nonzero(~kept))
    extra = [] if varied and not missing else sorted(left)
    if len(extra) == missing or (varied and len(extra) >= missing):
        return recorded
    if varied:
        extra = []
    names = [*recorded.name[kept].tolist(), *extra]
    file_names = [*recorded.file_name[kept].tolist(), *extra]
    collections = [*recorded.collection[kept].tolist(), *("" for _ in extra)]
    order = sorted(range(len(names)), key=lambda place: names[place])
    return Frames.named(
        *([column[place] for place in order] for column in (names, file_names, collections)),
    )
