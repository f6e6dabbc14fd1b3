"""A manifest as bytes: a zip of NumPy columns, the same bytes for the same manifest.

Any program that reads `.npz` reads it: `numpy.load(file)["frames.width"]`. A column of text is two arrays, `NAME.utf8`
(bytes) and `NAME.ends` (where each text ends). `manifest.json` holds the format's version, the classes and the
operations, and what holds for all varied copies; a manifest without copies is of format 1. The members are deflated,
since names and digests repeat.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from setwright.model.canonical import canonical_json
from setwright.model.copies import COLUMNS, SETTINGS, Copies
from setwright.model.errors import FormatError
from setwright.model.frames import Annotations, Frames, Texts
from setwright.model.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

FORMAT = 2
_WITHOUT_COPIES = 1  # whoever reads no other format would leave the copies out
_TEXT = np.dtypes.StringDType()
_EPOCH = (1980, 1, 1, 0, 0, 0)
_TABLES: tuple[tuple[str, type[Frames] | type[Annotations]], ...] = (
    ("frames", Frames),
    ("annotations", Annotations),
)
_NO_COLUMN = {"labels", "operations"}
_PHASH = "frames.phash.npy"


def encode(manifest: Manifest) -> bytes:
    """`manifest` as a file's bytes."""
    header: dict[str, Any] = {
        "format": _WITHOUT_COPIES,
        "labels": manifest.annotations.labels,
        "operations": manifest.annotations.operations,
    }
    if len(manifest.copies):
        header["format"] = FORMAT
        header["copies"] = {name: getattr(manifest.copies, name) for name in SETTINGS}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        _add(archive, "manifest.json", canonical_json(header).encode())
        for name, column in _columns(manifest):
            if column.dtype == _TEXT:
                utf8, ends = _pack(column)
                _add(archive, f"{name}.utf8.npy", _npy(utf8))
                _add(archive, f"{name}.ends.npy", _npy(ends))
            else:
                _add(archive, f"{name}.npy", _npy(column))
    return buffer.getvalue()


def decode(content: bytes) -> Manifest:
    """The manifest in a file's bytes.

    Raises:
        FormatError: the bytes are not a manifest, or of a version that this setwright does not know.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            header = json.loads(archive.read("manifest.json"))
            if header["format"] not in (_WITHOUT_COPIES, FORMAT):
                raise FormatError(
                    f"A manifest of format {header['format']}",
                    f"This setwright reads formats up to {FORMAT}; the manifest was written by a newer one.",
                    "upgrade setwright",
                )
            members = {
                name: _array(archive.read(name)) for name in archive.namelist() if name.endswith(".npy")
            }
        # Manifests of before there were perceptual hashes have no column of them.
        if _PHASH not in members:
            members[_PHASH] = np.zeros_like(members["frames.number.npy"], np.uint64)
        tables = {table: _table(table, kind, members) for table, kind in _TABLES}
        return Manifest(
            frames=Frames(**tables["frames"]),
            split=members["split.npy"],
            annotations=Annotations(
                labels=tuple(header["labels"]),
                operations=tuple(header["operations"]),
                **tables["annotations"],
            ),
            copies=_copies(header.get("copies"), members),
        )
    except (zipfile.BadZipFile, KeyError, ValueError, TypeError, UnicodeDecodeError, EOFError) as error:
        raise FormatError("Not a manifest", f"The bytes cannot be read as one: {error}.") from error


def decode_places(content: bytes) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The numbers of the frames of the manifest in a file's bytes, and their splits; nothing else is read.

    Raises:
        FormatError: the bytes are not a manifest.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return _array(archive.read("frames.number.npy")), _array(archive.read("split.npy"))
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as error:
        raise FormatError("Not a manifest", f"The bytes cannot be read as one: {error}.") from error


def _columns(manifest: Manifest) -> Iterator[tuple[str, Any]]:
    yield "split", manifest.split
    for table, kind in _TABLES:
        for field in fields(kind):
            if field.name not in _NO_COLUMN:
                yield f"{table}.{field.name}", getattr(getattr(manifest, table), field.name)
    if len(manifest.copies):
        for name in COLUMNS:
            yield f"copies.{name}", getattr(manifest.copies, name)


def _table(table: str, kind: type[Frames] | type[Annotations], members: dict[str, Any]) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    for field in fields(kind):
        member = f"{table}.{field.name}"
        if field.name in _NO_COLUMN:
            continue
        if f"{member}.utf8.npy" in members:
            columns[field.name] = _unpack(members[f"{member}.utf8.npy"], members[f"{member}.ends.npy"])
        else:
            columns[field.name] = members[f"{member}.npy"]
    return columns


def _copies(settings: dict[str, Any] | None, members: dict[str, Any]) -> Copies:
    if settings is None:
        return Copies.none()
    columns = {name: members[f"copies.{name}.npy"] for name in COLUMNS}
    return Copies(
        algorithm=str(settings["algorithm"]),
        properties=tuple(settings["properties"]),
        min_visibility=float(settings["min_visibility"]),
        min_size=float(settings["min_size"]),
        **columns,
    )


def _pack(column: Texts) -> tuple[Any, Any]:
    encoded = [text.encode() for text in column.tolist()]
    ends = np.cumsum([len(text) for text in encoded], dtype=np.int64)
    return np.frombuffer(b"".join(encoded), np.uint8), ends


def _unpack(utf8: Any, ends: Any) -> Texts:
    whole = utf8.tobytes()
    starts = [0, *ends.tolist()[:-1]]
    return np.array(
        [whole[start:end].decode() for start, end in zip(starts, ends.tolist(), strict=False)], dtype=_TEXT
    )


def _npy(column: Any) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, np.ascontiguousarray(column), version=(1, 0), allow_pickle=False)
    return buffer.getvalue()


def _array(content: bytes) -> Any:
    return np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    # A fixed time and system, because the same manifest must give the same bytes on every day and machine.
    member = zipfile.ZipInfo(name, date_time=_EPOCH)
    member.create_system = 3
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(member, content, compresslevel=1)
