"""An export that no reader of ours reads is never taken for a folder of pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from setwright.formats.protocol import MadeFile, PackedFile
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.protocol import opened_by
from setwright.formats.reading.registry import detect
from setwright.formats.writing.registry import export_formats, find
from setwright.model.errors import FormatError
from setwright.model.splits import Split
from tests.formats.writing.manifests import BOX, Frame, facts_of, manifest_of
from tests.formats.writing.packed import content_of, pictures_of

if TYPE_CHECKING:
    from setwright.formats.reading.protocol import Reader


def detected(export: str, folder: Path, split: Split = Split.TRAIN) -> Reader:
    """What an export of one frame with a box, in that split, is taken for."""
    manifest = manifest_of([Frame(file_name="a.jpg", split=split, shapes=(BOX,))])
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


def test_an_export_of_which_files_are_missing_says_which(tmp_path: Path) -> None:
    for name in ("WebDataset", "Counts"):
        told: dict[str, Any] = {
            "export": name,
            "manifest": "sha256:0",
            "files": {f"{each}.tar": {} for each in "edcba"},
        }
        (tmp_path / name / "in").mkdir(parents=True)
        (tmp_path / name / "in/setwright.json").write_text(json.dumps(told))
        (tmp_path / name / "in/b.tar").write_bytes(bytes(1024))
        (tmp_path / name / "a.jpg").write_bytes(b"a picture")
        with pytest.raises(FormatError, match="Files of the export are missing") as refused:
            detect(FolderListing(tmp_path / name))
        assert refused.value.detail == (
            f"in/setwright.json tells of 5 files of an export {name};"
            " not there: in/a.tar, in/c.tar, in/d.tar and 1 more."
        )


def test_an_export_that_is_there_and_holds_no_frames_says_so(tmp_path: Path) -> None:
    told = {"export": "WebDataset", "manifest": "sha256:0", "files": {"a.tar": {}}}
    (tmp_path / "setwright.json").write_text(json.dumps(told))
    (tmp_path / "a.tar").write_bytes(bytes(1024))
    with pytest.raises(FormatError, match="tells of no frames"):
        detect(FolderListing(tmp_path))


def test_an_export_whose_files_are_broken_says_what_is_wrong_with_them(tmp_path: Path) -> None:
    told = {"export": "WebDataset", "manifest": "sha256:0", "files": {"a.tar": {}}}
    (tmp_path / "setwright.json").write_text(json.dumps(told))
    (tmp_path / "a.tar").write_bytes(b"")
    with pytest.raises(FormatError, match=r"a\.tar cannot be read as WebDataset"):
        detect(FolderListing(tmp_path))


@pytest.mark.parametrize("files", [None, 5, ["a"], {}])
def test_a_sidecar_that_tells_of_no_files_is_an_export_all_the_same(files: Any, tmp_path: Path) -> None:
    told = {"export": "Counts", "manifest": "sha256:0", "files": files}
    (tmp_path / "setwright.json").write_text(json.dumps(told))
    with pytest.raises(FormatError, match="Counts is an export that is not read back"):
        detect(FolderListing(tmp_path))


@pytest.mark.parametrize("split", Split)
@pytest.mark.parametrize("export", [format.name for format in export_formats()])
def test_every_export_of_ours_is_known_whichever_splits_are_empty(
    export: str, split: Split, tmp_path: Path
) -> None:
    reader = detected(export, tmp_path, split)
    assert reader.name != "folder"
    assert opened_by(reader, FolderListing(tmp_path)).problems == ()
