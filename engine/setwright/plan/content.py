"""The content that a spec asks for: from the frames that its selection gives to a manifest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from setwright.augment.objects import vary_in_parts
from setwright.augment.recipes import wished_copies
from setwright.model.frames import Annotations
from setwright.model.manifest import Manifest
from setwright.split.assign import assign
from setwright.split.official import official_splits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.copies import Copies
    from setwright.model.dataset import DatasetConfig
    from setwright.model.frames import Frames, Membership, Texts


def desired_content(config: DatasetConfig, membership: Membership, parent: Manifest | None) -> Manifest:
    """The manifest that `config` makes of `membership`, whose frames are sorted by name.

    Labels become classes, frames without an annotation of a class stay or go as `config.background` says, and the
    splits are assigned last, so that their sizes are of the frames that are in the dataset. `parent` is the content
    of the version that the new one follows; frames keep the splits they have there. Varied copies are of what is in
    the train split then; one that loses all its objects is background, and goes where that does. Of frames that only
    names are known of, nothing but the names is known of the content.

    Raises:
        MissingExtraError: outlines have to be cut for the copies, and what cuts them is not installed.
    """
    if membership.names_only:
        return Manifest(
            frames=membership.frames,
            split=np.zeros(len(membership.frames), np.int8),
            annotations=Annotations.empty(config.classes),
            names_only=True,
        )
    annotations = _as_classes(membership.annotations, config)
    frames = membership.frames
    official = official_splits(config.split, membership)
    if config.background == "drop":
        official = official[_annotated(frames, annotations)]
        frames, annotations = _without_background(frames, annotations)
    split = assign(frames, annotations, config.split, parent, official)
    return Manifest(
        frames=frames,
        split=split,
        annotations=annotations,
        copies=_copies(config, frames, split, annotations),
    )


def _copies(
    config: DatasetConfig, frames: Frames, split: NDArray[np.int8], annotations: Annotations
) -> Copies:
    copies = wished_copies(config.augmentations, frames, split)
    if not len(copies):
        return copies
    # Only counted: all objects of all copies together may take many gigabytes.
    clipped, dropped = [], []
    kept = np.zeros(len(copies), bool)
    for part in vary_in_parts(annotations, frames, copies, outlines=False):
        clipped.append(part.clipped)
        dropped.append(part.dropped)
        kept[part.annotations.frame] = True
    copies = replace(copies, clipped=np.concatenate(clipped), dropped=np.concatenate(dropped))
    return copies if config.background == "keep" else copies.take(kept)


def chosen_frames(config: DatasetConfig, membership: Membership) -> Texts:
    """The unique names of the frames that `config` makes a dataset of, sorted: all, or those that are no background."""
    return membership.frames.name[~background(config, membership)]


def background(config: DatasetConfig, membership: Membership) -> NDArray[np.bool_]:
    """Which frames of `membership`, `(N,) bool`, `config` leaves out because they are background."""
    if config.background == "keep":
        return np.zeros(len(membership.frames), bool)
    return ~_annotated(membership.frames, _as_classes(membership.annotations, config))


def _as_classes(annotations: Annotations, config: DatasetConfig) -> Annotations:
    class_of_label = {
        source: class_id for class_id, label in enumerate(config.labels) for source in label.sources
    }
    class_ids = np.array([class_of_label.get(label, -1) for label in annotations.labels], np.int32)
    label = class_ids[annotations.label] if len(class_ids) else annotations.label
    chosen = label >= 0
    kept = annotations
    if not chosen.all():  # else the columns are shared
        kept, label = annotations.take(chosen), label[chosen]
    # Only the operations that are left are named: a label that nobody chose must not show in the content.
    used = np.flatnonzero(np.bincount(kept.operation, minlength=len(annotations.operations)))
    operation = np.zeros(len(annotations.operations), np.int32)
    operation[used] = np.arange(len(used))
    return Annotations(
        labels=config.classes,
        operations=tuple(annotations.operations[place] for place in used.tolist()),
        frame=kept.frame,
        label=label,
        shape=kept.shape,
        box=kept.box,
        outline=kept.outline,
        confidence=kept.confidence,
        operation=operation[kept.operation],
        extra=kept.extra,
    )


def _annotated(frames: Frames, annotations: Annotations) -> NDArray[np.bool_]:
    annotated = np.zeros(len(frames), bool)
    annotated[annotations.frame] = True
    return annotated


def _without_background(frames: Frames, annotations: Annotations) -> tuple[Frames, Annotations]:
    annotated = _annotated(frames, annotations)
    row_after = (np.cumsum(annotated) - 1).astype(np.int32)
    return frames.take(annotated), replace(annotations, frame=row_after[annotations.frame])
