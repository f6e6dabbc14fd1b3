"""Frames and their annotations as columns: one NumPy array a field, a row a frame or an annotation.

A dataset may have a million frames, so no value here is one frame; a program that wants one takes a row.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from setwright.model.shapes import SHAPES as SHAPES  # beside the codes, whose names they are

if TYPE_CHECKING:
    from collections.abc import Iterable

Texts: TypeAlias = NDArray[Any]
"""`(N,)` of NumPy's `StringDType`: text of any length."""

Digests: TypeAlias = NDArray[np.bytes_]
"""`(N,) S64`: SHA-256 in lower-case hexadecimal."""

RECTANGLE, POLYGON, LINE, POINTS, MASK = range(5)
"""Codes of the column `Annotations.shape`."""


def texts(values: Iterable[str]) -> Texts:
    """A column of text."""
    return np.array(list(values), dtype=np.dtypes.StringDType())


def contained(names: Texts, others: Texts) -> NDArray[np.bool_]:
    """Which of `names` are among `others`: `(N,) bool`.

    By sorting both, for `numpy.searchsorted` of NumPy 2.4 finds the wrong places among texts of 16 bytes and more.
    """
    inside: NDArray[np.bool_] = np.isin(names, others)
    return inside


def places(names: Texts, keys: Texts) -> NDArray[np.int64]:
    """Where in `keys`, sorted, different and not empty, each of `names` stands, or where something else does.

    It does what `numpy.searchsorted` should, see `contained`.
    """
    if len(names) * _FEW < len(keys):
        return _halving(names, keys)
    order = np.argsort(np.concatenate([keys, names]), kind="stable")
    is_key = order < len(keys)
    # Keys sort before equal names, so the last key up to a name is the name's own, if it has one.
    last_key = np.maximum.accumulate(np.where(is_key, order, 0))
    found = np.empty(len(names), np.int64)
    found[order[~is_key] - len(keys)] = last_key[~is_key]
    return found


_FEW = 16
"""So many keys for each name, and to look for the names takes less than to sort the keys once more."""


def _halving(names: Texts, keys: Texts) -> NDArray[np.int64]:
    """`places` by halving: the last key that is not past the name stands in [low, high)."""
    low, high = np.zeros(len(names), np.int64), np.full(len(names), len(keys), np.int64)
    for _ in range(len(keys).bit_length()):
        middle = (low + high) // 2
        past = keys[middle] > names
        low, high = np.where(past, low, middle), np.where(past, middle, high)
    return low


def digests(values: Iterable[str]) -> Digests:
    """A column of SHA-256 digests, given in hexadecimal."""
    return np.array(list(values), dtype="S64")


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Frames:
    """Frames, one a row.

    `number` `(N,) int64` is the remote's own, stable for a frame within one remote and meaningless elsewhere;
    `name` the lake-wide unique name; `file_name` the name within `collection`; `digest` that of the stored picture;
    `width` and `height` `(N,) int32` upright pixels; `size` `(N,) int64` bytes of the stored picture; `media_type`
    for example `image/jpeg`; `group` the value of the metadata field by which splits keep frames together, empty
    for none; `phash` `(N,) uint64` the perceptual hash of the stored picture, of which near duplicates differ in few
    bits, 0 where none is known or the picture shows nothing: such a frame is like no other.
    """

    number: NDArray[np.int64]
    name: Texts
    file_name: Texts
    collection: Texts
    digest: Digests
    width: NDArray[np.int32]
    height: NDArray[np.int32]
    size: NDArray[np.int64]
    media_type: Texts
    group: Texts
    phash: NDArray[np.uint64]

    def __len__(self) -> int:
        return len(self.number)

    def take(self, rows: NDArray[Any]) -> Frames:
        """The frames at `rows`, positions or a mask, in that order."""
        return Frames(**{column.name: getattr(self, column.name)[rows] for column in fields(self)})

    @classmethod
    def named(cls, names: Iterable[str], file_names: Iterable[str], collections: Iterable[str]) -> Frames:
        """Frames of which nothing but what they are called is known, in the order of `names`."""
        name = texts(names)
        nothing = np.zeros(len(name), np.int64)
        return cls(
            number=np.arange(len(name), dtype=np.int64),
            name=name,
            file_name=texts(file_names),
            collection=texts(collections),
            digest=np.zeros(len(name), "S64"),
            width=nothing.astype(np.int32),
            height=nothing.astype(np.int32),
            size=nothing,
            media_type=texts([""] * len(name)),
            group=texts([""] * len(name)),
            phash=nothing.astype(np.uint64),
        )

    @classmethod
    def empty(cls) -> Frames:
        """No frames."""
        return cls(
            number=np.empty(0, np.int64),
            name=texts([]),
            file_name=texts([]),
            collection=texts([]),
            digest=digests([]),
            width=np.empty(0, np.int32),
            height=np.empty(0, np.int32),
            size=np.empty(0, np.int64),
            media_type=texts([]),
            group=texts([]),
            phash=np.empty(0, np.uint64),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Annotations:
    """Annotations, one a row, sorted by `frame`, within a frame in the lake's order.

    `frame` `(M,) int32` is a row of the frames beside it; `label` `(M,) int32` a place in `labels`; `shape`
    `(M,) int8` one of the codes above. `box` `(M, 4) float64` is left, top, right, bottom in pixels of the stored
    picture, covering [left, right) x [top, bottom): the rectangle itself, or the hull of any other shape. `outline`
    is the geometry of any other shape as canonical JSON, empty for a rectangle:

    - polygon: `[[[x, y], …], …]`, parts and holes alternating by the even-odd rule;
    - line and points: `[[x, y], …]`;
    - mask: `{"size": [height, width], "counts": […]}`, COCO's uncompressed run lengths, column by column.

    `confidence` `(M,) float64` is 0 to 1, NaN where none was given; `operation` `(M,) int32` a place in
    `operations`; `extra` attributes and metadata as a canonical JSON object with the keys `attributes` and
    `metadata`, each only where it holds something, empty where both are.
    """

    labels: tuple[str, ...]
    operations: tuple[str, ...]
    frame: NDArray[np.int32]
    label: NDArray[np.int32]
    shape: NDArray[np.int8]
    box: NDArray[np.float64]
    outline: Texts
    confidence: NDArray[np.float64]
    operation: NDArray[np.int32]
    extra: Texts

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: NDArray[Any] | slice) -> Annotations:
        """The annotations at `rows`, positions or a mask, in that order; those of a slice are not copied."""
        columns = ("frame", "label", "shape", "box", "outline", "confidence", "operation", "extra")
        return Annotations(
            labels=self.labels,
            operations=self.operations,
            **{column: getattr(self, column)[rows] for column in columns},
        )

    @classmethod
    def empty(cls, labels: tuple[str, ...] = (), operations: tuple[str, ...] = ()) -> Annotations:
        """No annotations."""
        return cls(
            labels=labels,
            operations=operations,
            frame=np.empty(0, np.int32),
            label=np.empty(0, np.int32),
            shape=np.empty(0, np.int8),
            box=np.empty((0, 4), np.float64),
            outline=texts([]),
            confidence=np.empty(0, np.float64),
            operation=np.empty(0, np.int32),
            extra=texts([]),
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Membership:
    """The frames that a selection gives at one revision, with the annotations that were asked for.

    `annotations.labels` are the lake's labels here; a manifest's are the dataset's classes. `names_only`: the remote
    tells nothing of the frames but their names, so every other column is empty, zero, or of no meaning. `official`
    `(N,)` are the values of the field that tells the split that a frame came with, "" for none; None where nobody asked
    for such a field.
    """

    revision: int
    frames: Frames
    annotations: Annotations
    names_only: bool = False
    official: Texts | None = None
