"""Frames to be divided, built by hand or drawn by hypothesis."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import strategies as st

from setwright.model.frames import RECTANGLE, Annotations, Frames, digests, texts
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS, Split, SplitWish

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = ("car", "bus", "tram")

shares = st.integers(0, 100).flatmap(lambda train: st.tuples(st.just(train), st.integers(0, 100 - train)))
wishes = st.builds(
    lambda pair, seed, stratify, grow: SplitWish(
        train=pair[0],
        validation=pair[1],
        test=100 - sum(pair),
        seed=seed,
        stratify=stratify,
        grow=grow if any((*pair, 100 - sum(pair))[split.code] for split in grow) else SPLITS,
    ),
    shares,
    st.integers(0, 5),
    st.booleans(),
    st.sampled_from([SPLITS, SPLITS[:2], SPLITS[:1], SPLITS[2:]]),
)
pictures = st.lists(st.integers(0, 1000), unique=True, max_size=60)


def frames_of(
    pictures: Sequence[int], groups: Sequence[str] | None = None, hashes: Sequence[int] | None = None
) -> Frames:
    """A frame for each picture, named after its place; equal numbers are equal pictures."""
    count = len(pictures)
    return replace(
        Frames.empty(),
        number=np.arange(count),
        name=texts(f"{place:06d}" for place in range(count)),
        file_name=texts(f"{place:06d}.png" for place in range(count)),
        collection=texts(["party"] * count),
        digest=digests(hashlib.sha256(str(picture).encode()).hexdigest() for picture in pictures),
        width=np.full(count, 4, np.int32),
        height=np.full(count, 3, np.int32),
        size=np.full(count, 9),
        media_type=texts(["image/png"] * count),
        group=texts(groups or [""] * count),
        phash=np.array(hashes or [0] * count, np.uint64),
    )


def labelled(labels: Sequence[Sequence[int]]) -> Annotations:
    """A box for each label of each frame, by the label's place in `LABELS`."""
    rows = [(frame, label) for frame, some in enumerate(labels) for label in some]
    return replace(
        Annotations.empty(LABELS, ("project",)),
        frame=np.array([frame for frame, _ in rows], np.int32),
        label=np.array([label for _, label in rows], np.int32),
        shape=np.full(len(rows), RECTANGLE, np.int8),
        box=np.array([[0.0, 0.0, 1.0, 1.0]] * len(rows)).reshape(-1, 4),
        outline=texts([""] * len(rows)),
        confidence=np.full(len(rows), np.nan),
        operation=np.zeros(len(rows), np.int32),
        extra=texts([""] * len(rows)),
    )


def labels_of(pictures: Sequence[int]) -> list[list[int]]:
    """Some labels for each picture, always the same ones for one picture."""
    return [[label for label in range(len(LABELS)) if picture % (label + 2) == 0] for picture in pictures]


def version_of(frames: Frames, split: NDArray[np.int8]) -> Manifest:
    return Manifest(frames=frames, split=split, annotations=Annotations.empty())


def sizes(split: NDArray[np.int8]) -> dict[Split, int]:
    return {part: int(np.count_nonzero(split == part.code)) for part in SPLITS}
