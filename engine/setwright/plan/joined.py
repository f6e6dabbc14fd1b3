"""The frames that a dataset is given which is made of other datasets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.model.frames import Annotations, Frames, Membership, contained, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest


def joined(parts: Sequence[tuple[Membership, Manifest]], revision: int) -> Membership:
    """The frames of each membership that are in the content beside it; a frame of several is that of the first.

    The content decides which frames; their annotations and metadata are the lake's, as the membership has them.
    """
    chosen = [_within(membership, content) for membership, content in parts]
    names = np.concatenate([part.frames.name for part in chosen] or [texts([])])
    _, first = np.unique(names, return_index=True)
    frames = _joined_frames([part.frames for part in chosen]).take(first)
    annotations = _joined_annotations(
        [part.annotations for part in chosen], [len(part.frames) for part in chosen]
    )
    place = np.full(len(names), -1, np.int32)
    place[first] = np.arange(len(first), dtype=np.int32)
    of = place[annotations.frame]
    order = np.argsort(of[of >= 0], kind="stable")
    kept = annotations.take(np.flatnonzero(of >= 0)[order])
    words = [part.official for part in chosen if part.official is not None]
    return Membership(
        revision=revision,
        frames=frames,
        annotations=replace(kept, frame=place[kept.frame]),
        official=np.concatenate(words)[first] if words and len(words) == len(chosen) else None,
    )


def _within(membership: Membership, content: Manifest) -> Membership:
    inside = contained(membership.frames.name, content.frames.name)
    row_after = (np.cumsum(inside) - 1).astype(np.int32)
    annotations = membership.annotations.take(inside[membership.annotations.frame])
    return Membership(
        revision=membership.revision,
        frames=membership.frames.take(inside),
        annotations=replace(annotations, frame=row_after[annotations.frame]),
        official=None if membership.official is None else membership.official[inside],
    )


def _joined_frames(parts: Iterable[Frames]) -> Frames:
    columns = [*parts]
    if not columns:
        return Frames.empty()
    names = Frames.__dataclass_fields__
    return Frames(**{name: np.concatenate([getattr(part, name) for part in columns]) for name in names})


def _joined_annotations(parts: Sequence[Annotations], frames: Sequence[int]) -> Annotations:
    """All of them, in the terms of one list of labels and one of operations; `frames` counts those of each part."""
    if not parts:
        return Annotations.empty()
    labels = tuple(dict.fromkeys(label for part in parts for label in part.labels))
    operations = tuple(dict.fromkeys(operation for part in parts for operation in part.operations))
    offsets = np.cumsum([0, *frames[:-1]])
    code = {label: place for place, label in enumerate(labels)}
    of = {operation: place for place, operation in enumerate(operations)}

    def column_of(column: str) -> Any:
        return np.concatenate([getattr(part, column) for part in parts])

    return Annotations(
        labels=labels,
        operations=operations,
        frame=np.concatenate(
            [part.frame + np.int32(offset) for part, offset in zip(parts, offsets.tolist(), strict=True)]
        ),
        label=np.concatenate([_recoded(part.label, part.labels, code) for part in parts]),
        operation=np.concatenate([_recoded(part.operation, part.operations, of) for part in parts]),
        **{column: column_of(column) for column in ("shape", "box", "outline", "confidence", "extra")},
    )


def _recoded(column: NDArray[np.int32], names: Sequence[str], code: Mapping[str, int]) -> NDArray[np.int32]:
    table = np.array([code[name] for name in names], np.int32)
    return table[column] if len(table) else column
