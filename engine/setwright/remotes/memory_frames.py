"""Frames that are kept in memory, and what a selection gives of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.canonical import canonical_json
from setwright.model.dataset import HumanOverMachine, LakeSource, taken
from setwright.model.errors import RemoteError
from setwright.model.frames import RECTANGLE, SHAPES, Annotations, Frames, Membership, digests, texts
from setwright.query.evaluate import holds
from setwright.query.parse import parse

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TypeAlias

    from setwright.model.dataset import Operations, Selection
    from setwright.query.evaluate import AnnotationFacts, DatasetFacts, FrameFacts
    from setwright.query.tree import Query

    Held: TypeAlias = dict[str, tuple[DatasetFacts, ...]]
    """The versions that hold each frame, by its unique name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFrame:
    """A frame with the bytes of its picture and its perceptual hash.

    Of the operations that annotated it, `models` are those of model runs; all others are of people.
    """

    facts: FrameFacts
    picture: bytes
    media_type: str = "image/png"
    models: frozenset[str] = frozenset()
    phash: int = 0

    @property
    def unique_name(self) -> str:
        """The collection's name and the file's, as the lake makes it."""
        return f"{self.facts.collection}_{self.facts.file_name}"


def membership(
    selection: Selection,
    revision: int,
    frames: Sequence[StoredFrame],
    inside: Sequence[StoredFrame],
    held: Held,
) -> Membership:
    """What `selection` gives of the `frames` of a revision, of which those `inside` are in its source.

    `held` is needed where the selection speaks of datasets.
    """
    query = parse(selection.query)
    may = [frame for frame in inside if _passes(frame, selection)]
    if selection.source == LakeSource(items="dataset"):
        names = {each.name for datasets in held.values() for each in datasets} - {selection.apart_from}
        whole: set[str] = set()
        for one in (_of_one(held, name) for name in names):
            newest = _newest(one)
            if _selected(query, [frame for frame in may if frame.unique_name in newest], one):
                whole |= newest
        chosen = [frame for frame in frames if frame.unique_name in whole]
    else:
        chosen = _selected(query, may, held)
    if selection.source == LakeSource(items="image_collection"):
        found = {frame.facts.collection for frame in chosen}
        chosen = [frame for frame in frames if frame.facts.collection in found]
    field = selection.split_field
    return Membership(
        revision=revision,
        frames=_frames(chosen, selection),
        annotations=_annotations(chosen, selection),
        official=None if field is None else texts(_described(frame.facts, field) for frame in chosen),
    )


def _selected(query: Query, frames: Sequence[StoredFrame], held: Held) -> list[StoredFrame]:
    return [
        frame
        for frame in frames
        if holds(query, replace(frame.facts, datasets=held.get(frame.unique_name, ())))
    ]


def _of_one(held: Held, dataset: str) -> Held:
    """What `dataset` holds, as if there were no other."""
    return {name: tuple(each for each in datasets if each.name == dataset) for name, datasets in held.items()}


def _newest(held: Held) -> set[str]:
    """The unique names of what newest versions hold."""
    return {name for name, datasets in held.items() if any(each.newest for each in datasets)}


def _passes(frame: StoredFrame, selection: Selection) -> bool:
    wanted = selection.filter
    operations = {annotation.operation for annotation in frame.facts.annotations}
    states = {"machine" if operation in frame.models else "human" for operation in operations} or {"raw"}
    return (
        (not wanted.annotation_types or not states.isdisjoint(wanted.annotation_types))
        and (wanted.from_date is None or wanted.from_date <= frame.facts.day)
        and (wanted.to_date is None or frame.facts.day <= wanted.to_date)
    )


def _frames(frames: Sequence[StoredFrame], selection: Selection) -> Frames:
    facts = [frame.facts for frame in frames]
    return Frames(
        number=np.arange(len(frames), dtype=np.int64),
        name=texts(frame.unique_name for frame in frames),
        file_name=texts(fact.file_name for fact in facts),
        collection=texts(fact.collection for fact in facts),
        digest=digests(hashlib.sha256(frame.picture).hexdigest() for frame in frames),
        width=np.array([fact.width for fact in facts], np.int32),
        height=np.array([fact.height for fact in facts], np.int32),
        size=np.array([len(frame.picture) for frame in frames], np.int64),
        media_type=texts(frame.media_type for frame in frames),
        phash=np.array([frame.phash for frame in frames], np.uint64),
        group=texts(_described(fact, selection.group_by or "") for fact in facts),
    )


def _described(facts: FrameFacts, field: str) -> str:
    value = facts.metadata.get(field, "")
    return value if isinstance(value, str) else canonical_json(value)


def _wanted(frame: StoredFrame, operations: Operations) -> tuple[AnnotationFacts, ...]:
    """The annotations of the frame by those operations, whatever their labels."""
    names = taken(operations)
    found = tuple(each for each in frame.facts.annotations if names is None or each.operation in names)
    by_people = tuple(each for each in found if each.operation not in frame.models)
    return by_people if by_people and isinstance(operations, HumanOverMachine) else found


def _annotations(frames: Sequence[StoredFrame], selection: Selection) -> Annotations:
    chosen = [
        (row, annotation)
        for row, frame in enumerate(frames)
        for annotation in _wanted(frame, selection.operations)
        if annotation.label in selection.labels
    ]
    if any(annotation.shape != SHAPES[RECTANGLE] for _, annotation in chosen):
        raise RemoteError("Only rectangles are kept in memory", "Another shape was to be read.")
    operations = sorted({annotation.operation for _, annotation in chosen})
    return Annotations(
        labels=selection.labels,
        operations=tuple(operations),
        frame=np.array([row for row, _ in chosen], np.int32),
        label=np.array([selection.labels.index(one.label) for _, one in chosen], np.int32),
        shape=np.full(len(chosen), RECTANGLE, np.int8),
        box=np.array([one.box for _, one in chosen], np.float64).reshape(-1, 4),
        outline=texts([""] * len(chosen)),
        confidence=np.array(
            [np.nan if one.confidence is None else one.confidence for _, one in chosen], np.float64
        ),
        operation=np.array([operations.index(one.operation) for _, one in chosen], np.int32),
        extra=texts([""] * len(chosen)),
    )
