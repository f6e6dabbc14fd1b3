"""Frames and annotations of a content, by their rows, as the document lists and counts them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from setwright.model.splits import SPLITS
from setwright.plan import document
from setwright.plan.document import FrameList

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.frames import Frames
    from setwright.model.manifest import Manifest

Side: TypeAlias = Literal["before", "after"]


def every(manifest: Manifest) -> NDArray[np.int64]:
    """The rows of all its frames."""
    return np.arange(len(manifest.frames))


def listed(manifest: Manifest, rows: NDArray[np.int64], limit: int | None, side: Side) -> FrameList:
    nowhere = np.full(len(rows[:limit]), -1, np.int8)
    splits = nowhere if manifest.names_only else manifest.split[rows[:limit]]
    before, after = (splits, nowhere) if side == "before" else (nowhere, splits)
    return FrameList(count=len(rows), listed=_lines(manifest.frames, rows[:limit], before, after))


def listed_pairs(before: Manifest, after: Manifest, pairs: NDArray[np.int64], limit: int | None) -> FrameList:
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


def count_in(manifest: Manifest, frames: NDArray[np.int64]) -> int:
    """How many annotations these frames have."""
    chosen = np.zeros(len(manifest.frames), bool)
    chosen[frames] = True
    return int(np.count_nonzero(chosen[manifest.annotations.frame]))


def flips(before: Manifest, after: Manifest, pairs: NDArray[np.int64]) -> Iterator[document.LabelFlip]:
    old, new = before.annotations.label[pairs[:, 0]], after.annotations.label[pairs[:, 1]]
    kinds, counts = np.unique(np.stack([old, new], axis=1), axis=0, return_counts=True)
    found = [
        (-count, before.classes[was], after.classes[becomes])
        for (was, becomes), count in zip(kinds.tolist(), counts.tolist(), strict=True)
    ]
    for negative, was, becomes in sorted(found):
        yield document.LabelFlip(before=was, after=becomes, count=-negative)
