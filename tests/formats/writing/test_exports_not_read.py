"""An export that no reader of ours reads is never taken for a folder of pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from setwright.formats.protocol import MadeFile, PackedFile
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.registry import detect
from setwright.formats.writing.registry import export_formats, find
from setwright.model.errors import FormatError
from tests.formats.writing.manifests import BOX, Frame, facts_of, manifest_of
from tests.formats.writing.packed import content_of, pictures_of

if TYPE_CHECKING:
    from setwright.formats.reading.protocol import Reader


def detected(export: str, folder: Path) -> Reader:
    """What an export of one frame with a box is taken for."""
    manifest = manifest_of([Frame(file_name="a.jpg", shapes=(BOX,))])
    for entry in find(export).files(manifest, facts_of(manifest)):
        path = folder / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case MadeFile():
                path.write_bytes(entry.content)
            case PackedFile():
                path.write_bytes(content_of(entry, pictures_of(manifest)))
            case _:
                path.write_bytes(b"a picture")
    return detect(FolderListing(folder))


def test_an_export_that_is_not_read_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a picture")
    (tmp_path / "setwright.json").write_text('{"export": "Counts", "manifest": "sha256:0"}')
    with pytest.raises(FormatError, match="Counts is an export that is not read back"):
        detect(FolderListing(tmp_path))


@pytest.mark.parametrize("export", [format.name for format in export_formats()])
def test_every_export_of_ours_is_known(export: str, tmp_path: Path) -> None:
    assert detected(export, tmp_path).name != "folder"
