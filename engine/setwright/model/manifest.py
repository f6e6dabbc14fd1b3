"""The exact content of a version."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.canonical import canonical_json, digest_of
from setwright.model.column_bytes import array_bytes, texts_json
from setwright.model.copies import Copies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from setwright.model.column_bytes import Part
    from setwright.model.frames import Annotations, Frames

ALGORITHM = "manifest-1"
NAMES_ALGORITHM = "members-1"
"""They name how a manifest's digest is made, and that of one of names alone; a change of it is a new name."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Manifest:
    """Frames with their splits and annotations, and the varied copies that are made of them.

    `frames` are sorted by unique name; `split` `(N,) int8` holds the codes of `model.splits.SPLITS`. The labels of
    `annotations` are the dataset's classes, so its column `label` holds class ids. `copies` are recipes: what they
    come to, frames with pictures and annotations, `augment.expand` adds to a manifest for those who export it.

    `names_only`: of this content nothing but the frames' names and the classes are known. It has no annotations and no
    copies then, and its splits mean nothing.

    Raises:
        ValueError: the frames are not sorted, a name stands twice, or the columns differ in length.
    """

    frames: Frames
    split: NDArray[np.int8]
    annotations: Annotations
    copies: Copies = field(default_factory=Copies.none)
    names_only: bool = False
    _digest: list[str] = field(default_factory=list, init=False, repr=False)
    """The digest, once it was asked for."""

    def __post_init__(self) -> None:
        if len(self.split) != len(self.frames):
            raise ValueError(f"{len(self.split)} splits for {len(self.frames)} frames")
        names = self.frames.name
        if not bool(np.all(names[:-1] < names[1:])):
            raise ValueError("the frames of a manifest are sorted by name, each name once")

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes, in the order of their ids."""
        return self.annotations.labels

    @property
    def digest(self) -> str:
        """Identifies the content: equal for equal content, on any machine and any lake.

        It covers what a trainer could notice. The numbers that a lake gives its frames are its own affair, and the
        bytes of the pictures, with all that is computed from them, are covered by their digests. Of the copies it
        covers the recipes, for what they come to follows from them. Where only names are known it covers these.
        """
        if not self._digest:
            self._digest.append(self._computed())
        return self._digest[0]

    def _computed(self) -> str:
        if self.names_only:
            return digest_of(NAMES_ALGORITHM, self.frames.name.tolist())
        hasher = hashlib.sha256(ALGORITHM.encode())
        for part in self._identity():
            hasher.update(len(part).to_bytes(8, "little"))
            hasher.update(part)
        return f"{ALGORITHM}:{hasher.hexdigest()}"

    def _identity(self) -> Iterator[Part]:
        frames, annotations = self.frames, self.annotations
        yield canonical_json(annotations.labels).encode()
        yield canonical_json(annotations.operations).encode()
        for text in (frames.name, frames.file_name, frames.collection, frames.media_type):
            yield texts_json(text)
        yield array_bytes(frames.digest)
        for column, dtype in (
            (frames.width, "<i4"),
            (frames.height, "<i4"),
            (self.split, "<i1"),
            (annotations.frame, "<i4"),
            (annotations.label, "<i4"),
            (annotations.shape, "<i1"),
            (annotations.box, "<f8"),
            (annotations.confidence, "<f8"),
            (annotations.operation, "<i4"),
        ):
            yield array_bytes(column, dtype)
        for text in (annotations.outline, annotations.extra):
            yield texts_json(text)
        yield from self._identity_of_copies()

    def _identity_of_copies(self) -> Iterator[Part]:
        copies = self.copies
        if not len(copies):
            return
        yield canonical_json(
            [copies.algorithm, copies.properties, copies.min_visibility, copies.min_size]
        ).encode()
        for column, dtype in (
            (copies.source, "<i4"),
            (copies.property, "<i2"),
            (copies.number, "<i4"),
            (copies.values, "<f8"),
        ):
            yield array_bytes(column, dtype)
