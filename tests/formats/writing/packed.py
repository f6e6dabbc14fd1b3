"""Packed files put together, with pictures made up as the manifests of these tests make them up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.formats.protocol import PackedFile, PictureFile
from tests.formats.writing.manifests import facts_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.formats.protocol import ExportFormat
    from setwright.model.manifest import Manifest


def pictures_of(manifest: Manifest) -> dict[str, bytes]:
    """The bytes of each frame's picture, by digest; the name of the frame, as `manifests.Frame` has it."""
    frames = manifest.frames
    return {
        digest.decode(): name.encode()
        for digest, name in zip(frames.digest.tolist(), frames.name.tolist(), strict=True)
    }


def content_of(file: PackedFile, pictures: Mapping[str, bytes]) -> bytes:
    return b"".join(pictures[part.digest] if isinstance(part, PictureFile) else part for part in file.parts())


def packed_files(format: ExportFormat, manifest: Manifest) -> dict[str, bytes]:
    """The packed files of the export, by path."""
    pictures = pictures_of(manifest)
    found = {}
    for entry in format.files(manifest, facts_of(manifest)):
        if isinstance(entry, PackedFile):
            found[entry.path] = content_of(entry, pictures)
            assert len(found[entry.path]) == entry.size
    return found
