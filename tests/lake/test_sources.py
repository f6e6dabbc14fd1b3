"""Ingest from folders, archives and pictures that stay where they are: the same frames from each."""

from __future__ import annotations

import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from PIL import ExifTags, Image

from setwright.formats.reading.problems import ProblemKind
from setwright.lake.folder_blobs import FolderBlobs
from setwright.lake.lake import Lake
from setwright.model.errors import FormatError, LakeError, UsageError
from tests.lake.cells import publication
from tests.lake.lakes import content, ingest, picture, stored_files, write

FRAMES = {"a.png": ["RBC"], "more/b.png": ["RBC", "WBC"], "c.png": []}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "in", FRAMES)


def zip_of(folder: Path) -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*")):
            archive.write(file, file.relative_to(folder))
    return path


def tar_of(folder: Path) -> Path:
    path = folder.with_suffix(".tar.gz")
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, ".")
    return path


@pytest.mark.parametrize("pack", [zip_of, tar_of])
def test_an_archive_gives_the_frames_of_its_folder(
    lake: Lake, folder: Path, pack: object, tmp_path: Path
) -> None:
    assert callable(pack)
    report = ingest(lake, pack(folder), format=None)
    assert (report.format, report.frames_new, report.problems) == ("via", 3, ())
    with Lake.create(tmp_path / "other") as other:
        ingest(other, folder)
        assert content(other) == content(lake)


def test_what_an_archive_may_not_hold_is_in_the_report(lake: Lake, folder: Path) -> None:
    path = zip_of(folder)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../evil.png", picture(1))
    report = ingest(lake, path)
    assert [problem.kind for problem in report.problems] == [ProblemKind.UNSAFE_NAME]
    assert ingest(lake, path, strict=True).refused


# --- In place ---------------------------------------------------------------------------------------------------


def test_pictures_that_stay_in_place_are_not_copied_and_all_else_is_the_same(
    lake: Lake, folder: Path, tmp_path: Path
) -> None:
    report = ingest(lake, folder, in_place=True)
    assert report.frames_new == 3
    assert all(name.endswith(".elsewhere") for name in stored_files(lake))
    with Lake.create(tmp_path / "other") as other:
        ingest(other, folder)
        assert content(other) == content(lake)
    digest = content(lake)[0][0][2].decode()
    assert lake.picture_path(digest) is None
    with lake.picture(digest) as file:
        assert file.read() == (folder / "a.png").read_bytes()
    found = lake.verify()
    assert (found.damages, found.blobs, found.elsewhere, found.unreferenced) == ((), 3, 3, 0)
    assert found.bytes == sum(path.stat().st_size for path in folder.rglob("*.png"))


def test_verify_notices_a_picture_in_place_that_changed_or_is_gone(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    (folder / "a.png").write_bytes(picture("other"))
    (folder / "c.png").unlink()
    assert sorted(damage.what for damage in lake.verify().damages) == [
        f"A picture outside of the lake has changed: {folder / 'a.png'}",
        f"A picture outside of the lake is gone: {folder / 'c.png'}",
    ]


def test_a_picture_in_place_that_changed_is_never_given_for_what_it_was(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    digests = {row[0]: row[2].decode() for row in content(lake)[0]}
    (folder / "a.png").write_bytes(picture("other"))
    (folder / "c.png").unlink()
    with pytest.raises(LakeError, match="has changed"):
        lake.picture(digests["cells_a.png"])
    with pytest.raises(LakeError, match="is gone"):
        lake.picture(digests["cells_c.png"])


def test_a_picture_in_place_that_moved_is_found_again_by_ingesting_it(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    moved = folder.rename(folder.with_name("moved"))
    assert lake.verify().damages
    assert ingest(lake, moved, in_place=True).revision is None, "the frames are what they were"
    assert lake.verify().damages == ()


def test_ingesting_again_without_in_place_copies(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    ingest(lake, folder)
    for path in folder.rglob("*.png"):
        path.unlink()
    assert lake.verify().damages == ()


def test_what_is_stored_already_is_not_referred_to(lake: Lake, folder: Path) -> None:
    ingest(lake, folder)
    ingest(lake, folder, collection="again", in_place=True)
    assert not any(name.endswith(".elsewhere") for name in stored_files(lake))


def test_a_picture_that_has_to_be_turned_is_stored(lake: Lake, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    Image.new("RGB", (20, 10), (9, 99, 199)).save(folder / "a.jpg", exif=exif)
    ingest(lake, folder, format="folder", in_place=True)
    assert not any(name.endswith(".elsewhere") for name in stored_files(lake))
    assert ingest(lake, folder, format="folder", in_place=True).frames_unchanged == 1


def test_what_reads_a_picture_in_place_whole_gets_it_compared(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    blobs = FolderBlobs(lake.folder / "blobs")
    digest = content(lake)[0][0][2].decode()
    assert blobs.read(digest) == (folder / "a.png").read_bytes()
    (folder / "a.png").write_bytes(b"other")
    with pytest.raises(LakeError, match="has changed"):
        blobs.read(digest)


def test_a_version_can_be_made_of_pictures_in_place(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    version = lake.publish(publication(lake))
    assert len(lake.manifest(version.id).frames) == 3
    assert lake.verify().damages == ()


def test_a_reference_that_is_damaged_is_found(lake: Lake, folder: Path) -> None:
    ingest(lake, folder, in_place=True)
    for path in (lake.folder / "blobs").rglob("*.elsewhere"):
        path.write_bytes(b"{")
    assert len(lake.verify().damages) == 3


def test_pictures_of_an_archive_cannot_stay_in_place(lake: Lake, folder: Path) -> None:
    with pytest.raises(UsageError, match="cannot stay in place"):
        ingest(lake, zip_of(folder), in_place=True)


def test_a_strict_ingest_in_place_that_is_refused_refers_to_nothing(lake: Lake, folder: Path) -> None:
    (folder / "bad.png").write_bytes(b"no picture")
    assert ingest(lake, folder, in_place=True, strict=True).refused
    assert stored_files(lake) == set()


# --- Which format -----------------------------------------------------------------------------------------------


def test_setwright_s_own_raw_export_is_layernext_s_json_and_nothing_else(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": None})
    (folder / "via.json").unlink()
    image = {"image": "a.png", "file_name": "a.png", "collection": "cells", "annotations": []}
    (folder / "annotations.json").write_text(json.dumps({"images": [image]}))
    assert ingest(lake, folder, format=None).format == "layernext"


def test_files_of_two_formats_are_not_guessed_at(lake: Lake, folder: Path) -> None:
    (folder / "a.xml").write_text("<annotation><filename>a.png</filename></annotation>")
    with pytest.raises(FormatError, match="several formats") as found:
        ingest(lake, folder, format=None)
    assert found.value.detail == "They look like Pascal VOC and VIA."
    assert found.value.hint == "name the folder of one of them, or say which to read: --format voc or via"
    assert ingest(lake, folder, format="voc").frames_new == 3
