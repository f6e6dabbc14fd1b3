"""Datasets that are made of other datasets: which come first, and the frames that they give."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.model.dataset import DatasetsSource, LakeSource
from setwright.model.frames import Annotations, Frames, Membership, contained, texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from setwright.model.dataset import DatasetConfig, Selection
    from setwright.model.manifest import Manifest


def made_of(config: DatasetConfig) -> tuple[str, ...]:
    """The addresses that a dataset is made of; none for one that selects from the lake."""
    return config.source.addresses if isinstance(config.source, DatasetsSource) else ()


def first_to_last(desired: Mapping[str, DatasetConfig]) -> tuple[str, ...]:
    """The addresses so that each comes after those that it is made of, else as they stand. There are no cycles."""
    done: dict[str, None] = {}
    for start in desired:
        waiting = [start]
        while waiting:
            missing = [
                other for other in made_of(desired[waiting[-1]]) if other in desired and other not in done
            ]
            if missing:
                waiting.extend(reversed(missing))
            else:
                done.setdefault(waiting.pop())
    return tuple(done)


def dependents(address: str, configs: Mapping[str, DatasetConfig]) -> tuple[str, ...]:
    """The addresses that are made of `address`, however far, sorted."""
    found: set[str] = set()
    waiting = [address]
    while waiting:
        before = waiting.pop()
        for other, config in configs.items():
            if before in made_of(config) and other not in found:
                found.add(other)
                waiting.append(other)
    return tuple(sorted(found))


def from_lake(selection: Selection) -> Selection:
    """The same selection from all frames of the lake, of which `among` takes those that the other datasets hold."""
    return replace(selection, source=LakeSource())


def among(parts: Sequence[tuple[Membership, Manifest]], revision: int) -> Membership:
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
    return Membership(revision=revision, frames=frames, annotations=replace(kept, frame=place[kept.frame]))


def _within(membership: Membership, content: Manifest) -> Membership:
    inside = contained(membership.frames.name, content.frames.name)
    row_after = (np.cumsum(inside) - 1).astype(np.int32)
    annotations = membership.annotations.take(inside[membership.annotations.frame])
    return Membership(
        revision=membership.revision,
        frames=membership.frames.take(inside),
        annotations=replace(annotations, frame=row_after[annotations.frame]),
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

    def joined(column: str) -> Any:
        return np.concatenate([getattr(part, column) for part in parts])

    return Annotations(
        labels=labels,
        operations=operations,
        frame=np.concatenate(
            [part.frame + np.int32(offset) for part, offset in zip(parts, offsets.tolist(), strict=True)]
        ),
        label=np.concatenate([_recoded(part.label, part.labels, code) for part in parts]),
        operation=np.concatenate([_recoded(part.operation, part.operations, of) for part in parts]),
        **{column: joined(column) for column in ("shape", "box", "outline", "confidence", "extra")},
    )


def _recoded(column: NDArray[np.int32], names: Sequence[str], code: Mapping[str, int]) -> NDArray[np.int32]:
    table = np.array([code[name] for name in names], np.int32)
    return table[column] if len(table) else column
