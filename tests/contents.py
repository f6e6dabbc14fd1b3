"""Small contents of datasets, built by hand or drawn by hypothesis."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from setwright.model.frames import RECTANGLE, Annotations, Frames, Membership, digests, texts

LABELS = ("RBC", "WBC", "platelet")

memberships = st.dictionaries(
    st.text("abc", min_size=1, max_size=3), st.lists(st.sampled_from(LABELS), max_size=4), max_size=12
).map(lambda labels: membership(labels))

named_memberships = st.sets(st.text("abc", min_size=1, max_size=3), max_size=12).map(
    lambda names: named(dict.fromkeys(names, ()))
)


def named(labels_by_frame: Mapping[str, Sequence[str]]) -> Membership:
    """The same frames beside a remote that tells their names alone."""
    names = sorted(labels_by_frame)
    frames = Frames.named(names, (f"{name}.png" for name in names), ("cells" for _ in names))
    return Membership(revision=0, frames=frames, annotations=Annotations.empty(), names_only=True)


def membership(
    labels_by_frame: Mapping[str, Sequence[str]], pictures: Mapping[str, str] | None = None
) -> Membership:
    """Frames by name, each with a box for each label named; a frame's picture is its own unless `pictures` says."""
    names = sorted(labels_by_frame)
    count = len(names)
    shown = [(pictures or {}).get(name, name) for name in names]
    rows = [(row, label) for row, name in enumerate(names) for label in labels_by_frame[name]]
    frames = replace(
        Frames.empty(),
        number=np.arange(count),
        name=texts(names),
        file_name=texts(f"{name}.png" for name in names),
        collection=texts(["cells"] * count),
        digest=digests(hashlib.sha256(picture.encode()).hexdigest() for picture in shown),
        width=np.full(count, 40, np.int32),
        height=np.full(count, 30, np.int32),
        size=np.full(count, 900),
        media_type=texts(["image/png"] * count),
        group=texts([""] * count),
        phash=np.zeros(count, np.uint64),
    )
    annotations = replace(
        Annotations.empty(LABELS, ("project",)),
        frame=np.array([row for row, _ in rows], np.int32),
        label=np.array([LABELS.index(label) for _, label in rows], np.int32),
        shape=np.full(len(rows), RECTANGLE, np.int8),
        box=np.array([[1.0, 2.0, 11.0, 12.0]] * len(rows)).reshape(-1, 4),
        outline=texts([""] * len(rows)),
        confidence=np.full(len(rows), np.nan),
        operation=np.zeros(len(rows), np.int32),
        extra=texts([""] * len(rows)),
    )
    return Membership(revision=1, frames=frames, annotations=annotations)
