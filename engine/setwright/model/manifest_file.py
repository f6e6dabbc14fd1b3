"""A manifest as bytes: columns, as `column_file` packs them, the same bytes for the same manifest.

`manifest.json` holds the format's version, the classes and the operations, and what holds for all varied copies; a
manifest without copies is of format 1.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.model.column_file import Packed, pack, table_columns
from setwright.model.copies import COLUMNS, SETTINGS, Copies
from setwright.model.errors import FormatError
from setwright.model.manifest import Manifest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

FORMAT = 2
_WITHOUT_COPIES = 1  # whoever reads no other format would leave the copies out
_HEADER = "manifest.json"


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
    return pack(_HEADER, header, _columns(manifest))


def decode(content: bytes) -> Manifest:
    """The manifest in a file's bytes.

    Raises:
        FormatError: the bytes are not a manifest, or of a version that this setwright does not know.
    """
    with Packed(content, "manifest") as packed:
        header = packed.header(_HEADER)
        if header["format"] not in (_WITHOUT_COPIES, FORMAT):
            raise FormatError(
                f"A manifest of format {header['format']}",
                f"This setwright reads formats up to {FORMAT}; the manifest was written by a newer one.",
                "upgrade setwright",
            )
        return Manifest(
            frames=packed.frames(),
            split=packed.column("split"),
            annotations=packed.annotations(header),
            copies=_copies(header.get("copies"), packed),
        )


def decode_places(content: bytes) -> tuple[NDArray[np.int64], NDArray[np.int8]]:
    """The numbers of the frames of the manifest in a file's bytes, and their splits; nothing else is read.

    Raises:
        FormatError: the bytes are not a manifest.
    """
    with Packed(content, "manifest") as packed:
        return packed.column("frames.number"), packed.column("split")


def _columns(manifest: Manifest) -> Iterator[tuple[str, Any]]:
    yield "split", manifest.split
    yield from table_columns("frames", manifest.frames)
    yield from table_columns("annotations", manifest.annotations)
    if len(manifest.copies):
        for name in COLUMNS:
            yield f"copies.{name}", getattr(manifest.copies, name)


def _copies(settings: dict[str, Any] | None, packed: Packed) -> Copies:
    if settings is None:
        return Copies.none()
    return Copies(
        algorithm=str(settings["algorithm"]),
        properties=tuple(settings["properties"]),
        min_visibility=float(settings["min_visibility"]),
        min_size=float(settings["min_size"]),
        **{name: packed.column(f"copies.{name}") for name in COLUMNS},
    )
