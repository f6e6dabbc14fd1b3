"""Whether columns that came from outside are what their docstrings say: types, lengths, and places that are there."""

from __future__ import annotations

import json
import re
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from setwright.model.errors import FormatError
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE, Annotations, Frames
from setwright.model.splits import SPLITS

if TYPE_CHECKING:
    from setwright.model.copies import Copies
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest

_TEXT: Final = np.dtypes.StringDType()
_FRAMES: Final = {
    "number": np.int64,
    "digest": "S64",
    "width": np.int32,
    "height": np.int32,
    "size": np.int64,
    "phash": np.uint64,
}
_ANNOTATIONS: Final = {
    "frame": np.int32,
    "label": np.int32,
    "shape": np.int8,
    "box": np.float64,
    "confidence": np.float64,
    "operation": np.int32,
}
_COPIES: Final = {
    "source": np.int32,
    "property": np.int16,
    "number": np.int32,
    "values": np.float64,
    "clipped": np.int32,
    "dropped": np.int32,
    "row": np.int32,
}
_WIDTHS: Final = {"box": 4, "values": 3}
_HEX: Final = np.frombuffer(b"0123456789abcdef", np.uint8)
_DEPTH: Final = {POLYGON: 3, LINE: 2, POINTS: 2}
"""How many lists stand within each other in an outline."""
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")


def require_sound_membership(membership: Membership, *, texts: bool = True) -> None:
    """Make sure that a membership from outside is one. Without `texts` no outline is read, of which there may be many.

    Raises:
        FormatError: it is not, and why.
    """
    _frames(membership.frames)
    _annotations(membership.annotations, len(membership.frames), texts=texts)
    if membership.official is not None:
        _column("official", membership.official, _TEXT, len(membership.frames))
        _texts("official", membership.official.tolist())


def require_sound_manifest(manifest: Manifest, *, texts: bool = True) -> None:
    """Make sure that a manifest from outside is one. Without `texts` no outline is read, of which there may be many.

    Raises:
        FormatError: it is not, and why.
    """
    count = len(manifest.frames)
    _frames(manifest.frames)
    _annotations(manifest.annotations, count, texts=texts)
    _column("split", manifest.split, np.int8, count)
    _places("split", manifest.split, len(SPLITS))
    _copies(manifest.copies, count)


def _frames(frames: Frames) -> None:
    count = len(frames)
    for field in fields(Frames):
        _column(field.name, getattr(frames, field.name), _FRAMES.get(field.name, _TEXT), count)
    letters = np.ascontiguousarray(frames.digest).view(np.uint8).reshape(count, 64)
    if not bool(np.all(np.isin(letters, _HEX))):
        raise _unsound("digest", "a digest is not one")
    for name in ("width", "height", "size"):
        if count and int(getattr(frames, name).min()) < 0:
            raise _unsound(name, "a number is below zero")
    for name in ("name", "file_name", "collection", "media_type", "group"):
        _texts(name, getattr(frames, name).tolist())
    if count and not all(frames.name.tolist()):
        raise _unsound("name", "a frame has no name")


def _annotations(annotations: Annotations, frames: int, *, texts: bool) -> None:
    count = len(annotations)
    for field in fields(Annotations):
        if field.name not in ("labels", "operations"):
            dtype = _ANNOTATIONS.get(field.name, _TEXT)
            _column(field.name, getattr(annotations, field.name), dtype, count)
    for name in ("labels", "operations"):
        names = getattr(annotations, name)
        if not all(isinstance(each, str) for each in names) or len(set(names)) != len(names):
            raise _unsound(name, "they are not different texts")
        _texts(name, names)
    _places("frame", annotations.frame, frames)
    _places("label", annotations.label, len(annotations.labels))
    _places("operation", annotations.operation, len(annotations.operations))
    _places("shape", annotations.shape, MASK + 1)
    if count and bool(np.any(np.diff(annotations.frame) < 0)):
        raise _unsound("frame", "annotations are sorted by their frames")
    if not bool(np.all(np.isfinite(annotations.box))):
        raise _unsound("box", "a number is not finite")
    if not texts:
        return
    for shape, outline in zip(annotations.shape.tolist(), annotations.outline.tolist(), strict=True):
        if (shape == RECTANGLE) != (outline == "") or (outline and not _is_outline(shape, outline)):
            raise _unsound("outline", "one does not fit its shape")
    for extra in annotations.extra.tolist():
        if extra and not _is_object(extra):
            raise _unsound("extra", "one is no object")


def _copies(copies: Copies, frames: int) -> None:
    for name, dtype in _COPIES.items():
        _column(name, getattr(copies, name), dtype, len(copies))
    _places("source", copies.source, frames)
    _places("property", copies.property, len(copies.properties))
    if not all(isinstance(each, str) for each in copies.properties):
        raise _unsound("property", "they are not texts")
    if len(copies) and int(copies.row.max()) >= frames:
        raise _unsound("row", "a copy stands at no row")
    if not bool(np.all(np.isfinite(copies.values))):
        raise _unsound("values", "a number is not finite")


def _column(name: str, column: Any, dtype: Any, count: int) -> None:
    shape = (count, _WIDTHS[name]) if name in _WIDTHS else (count,)
    if column.dtype != np.dtype(dtype) or column.shape != shape:
        raise _unsound(
            name, f"it is of {column.dtype} and {column.shape}, not of {np.dtype(dtype)} and {shape}"
        )


def _places(name: str, column: Any, length: int) -> None:
    if len(column) and not 0 <= int(column.min()) <= int(column.max()) < length:
        raise _unsound(name, f"a place is not among {length}")


def _texts(name: str, values: Any) -> None:
    if _UNWRITABLE.search("".join(values)):
        raise _unsound(name, "a text holds what cannot be written")


def _is_outline(shape: int, text: str) -> bool:
    try:
        outline = json.loads(text)
    except (ValueError, RecursionError):
        return False
    if shape == MASK:
        return (
            isinstance(outline, dict)
            and outline.keys() == {"size", "counts"}
            and all(_are_whole(outline[key]) for key in ("size", "counts"))
            and len(outline["size"]) == 2
        )
    return _is_nested(outline, _DEPTH[shape])


def _is_nested(value: Any, depth: int) -> bool:
    if depth == 1:
        return (
            isinstance(value, list) and len(value) == 2 and all(type(each) in (int, float) for each in value)
        )
    return isinstance(value, list) and bool(value) and all(_is_nested(each, depth - 1) for each in value)


def _are_whole(values: Any) -> bool:
    return isinstance(values, list) and all(type(each) is int and each >= 0 for each in values)


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def _unsound(column: str, why: str) -> FormatError:
    return FormatError("The columns are not what they should be", f"Of `{column}`: {why}.")
