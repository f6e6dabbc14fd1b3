"""`verify` finds every kind of damage, and finds none where there is none."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.lake.verify import Damage
from setwright.model.errors import LakeError
from setwright.model.versions import Version
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, stored_files, write


@pytest.fixture
def version(lake: Lake, tmp_path: Path) -> Version:
    fill(lake, tmp_path / "in")
    return lake.publish(publication(lake))


def a_picture(lake: Lake) -> Path:
    path = lake.picture_path(content(lake)[0][0][2].decode())
    assert path is not None
    return path


def a_manifest(lake: Lake) -> Path:
    pictures = {row[2].decode() for row in content(lake)[0]}
    (path,) = (
        path
        for path in (lake.folder / "blobs").rglob("*")
        if path.is_file() and path.name != ".writers" and path.parent.name + path.name not in pictures
    )
    return path


def flip(path: Path) -> None:
    found = bytearray(path.read_bytes())
    found[len(found) // 2] ^= 1
    path.write_bytes(found)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def break_rows(lake: Lake, statement: str) -> None:
    """Do what no setwright does, with references unguarded."""
    with lake._catalogue.database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("COMMIT")  # the guard cannot be lifted within a transaction
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN")
        else:
            connection.exec_driver_sql("SET TRANSACTION READ WRITE")
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)
        connection.commit()
        connection.invalidate()


def test_a_lake_that_is_whole_is_clean(lake: Lake, version: Version) -> None:
    found = lake.verify()
    assert found.damages == ()
    assert (found.blobs, found.versions, found.unreferenced) == (5, 1, 0)
    assert found.bytes == sum(
        path.stat().st_size for path in (lake.folder / "blobs").rglob("*") if path.is_file()
    )


def test_an_empty_lake_is_clean(lake: Lake) -> None:
    assert lake.verify().damages == ()


@pytest.mark.parametrize("damage", [flip, cut, empty])
@pytest.mark.parametrize("which", [a_picture, a_manifest])
def test_a_blob_that_changed_is_found(
    lake: Lake, version: Version, which: Callable[[Lake], Path], damage: Callable[[Path], None]
) -> None:
    path = which(lake)
    damage(path)
    (found,) = lake.verify().damages
    assert found.what == f"A blob has changed: {path.parent.name}{path.name}"
    assert str(path) in found.detail


def test_a_blob_that_cannot_be_read_is_found_and_the_others_are_looked_at_all_the_same(
    lake: Lake, version: Version
) -> None:
    unreadable, gone = a_picture(lake), a_manifest(lake)
    unreadable.unlink()
    unreadable.mkdir()
    gone.unlink()
    assert [found.what for found in lake.verify().damages] == [
        f"A blob cannot be read: {unreadable.parent.name}{unreadable.name}",
        f"A manifest is missing: {gone.parent.name}{gone.name}",
    ]


def test_a_picture_that_is_gone_is_found(lake: Lake, version: Version) -> None:
    path = a_picture(lake)
    path.unlink()
    (found,) = lake.verify().damages
    assert found.what == f"A picture is missing: {path.parent.name}{path.name}"
    assert found.detail == f"There is nothing at {path}. It is shown by cells_0.png."


def test_a_manifest_that_is_gone_is_found_and_so_it_is_when_read(lake: Lake, version: Version) -> None:
    a_manifest(lake).unlink()
    (found,) = lake.verify().damages
    assert found.what.startswith("A manifest is missing")
    with pytest.raises(LakeError, match="missing") as raised:
        lake.manifest(version.id)
    assert raised.value.detail.startswith(f"It is the content of {version.dataset} {version.number}. ")
    assert "picture" not in str(raised.value.hint)


def test_a_manifest_that_changed_is_never_read_as_if_it_were_whole(lake: Lake, version: Version) -> None:
    flip(a_manifest(lake))
    with pytest.raises(LakeError, match="damaged"):
        lake.manifest(version.id)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        ("UPDATE versions SET manifest_digest = 'manifest-1:0'", "A version is not what it was"),
        ("DELETE FROM labels", "The catalogue has lost rows"),
        ("DELETE FROM operations", "The catalogue has lost rows"),
        ("DELETE FROM collections", "The catalogue has lost rows"),
        ("DELETE FROM datasets", "The catalogue has lost rows"),
        ("DELETE FROM editions", "The catalogue has lost rows"),
        ("DELETE FROM frames WHERE number = 1", "The catalogue has lost rows"),
        ("DELETE FROM annotations WHERE id = 1", "The catalogue has lost rows"),
        ("DELETE FROM annotations WHERE id = 6", "The catalogue has lost rows"),
        ("DELETE FROM attribute_values", "The catalogue has lost rows"),
        ("DELETE FROM metadata_values WHERE ordinal = 0", "The catalogue has lost rows"),
        ("DELETE FROM revisions WHERE number = 3", "The catalogue has lost rows"),
        ("DELETE FROM revisions WHERE number = 1", "The catalogue has lost rows"),
    ],
)
def test_a_row_that_was_lost_or_changed_is_found(
    lake: Lake, version: Version, tmp_path: Path, statement: str, what: str
) -> None:
    folder = write(tmp_path / "two", {"two.png": None})
    (folder / "via.json").unlink()
    box = {"type": "rectangle", "bbox": [1, 1, 4, 4], "label": "RBC", "attributes": {"a": [{"value": "b"}]}}
    (folder / "a.json").write_text(json.dumps({"images": [{"image": "two.png", "annotations": [box, box]}]}))
    (folder / "m.json").write_text(json.dumps({"files": [{"file": "two.png", "metadata": {"c": [1, 2]}}]}))
    ingest(lake, folder, format="layernext")
    assert lake.verify().damages == ()
    break_rows(lake, statement)
    assert what in {damage.what.split(":")[0] for damage in lake.verify().damages}


def test_a_row_that_refers_to_nothing_is_found(lake: Lake, version: Version) -> None:
    break_rows(lake, "UPDATE annotations SET label = 99 WHERE id = 1")
    assert (
        Damage(
            "The catalogue's file is damaged",
            "1 row of annotations refers to a label that labels does not hold.",
        )
        in lake.verify().damages
    )


def test_a_catalogue_with_a_torn_page_is_found_or_refused(lake: Lake, version: Version) -> None:
    if lake._catalogue.database.engine.dialect.name != "sqlite":
        pytest.skip("the server's files are its own")
    lake.close()
    file = lake.folder / "catalog.sqlite"
    found = bytearray(file.read_bytes())
    found[8192:12288] = bytes(4096)
    file.write_bytes(found)
    try:
        with Lake.open(lake.folder) as again:
            assert again.verify().damages
    except LakeError as error:
        assert "damaged" in error.summary


def test_a_blob_that_nobody_names_is_counted_and_no_damage(lake: Lake, version: Version) -> None:
    from setwright.lake.folder_blobs import FolderBlobs

    FolderBlobs(lake.folder / "blobs").put(b"left over")
    found = lake.verify()
    assert (found.damages, found.unreferenced) == ((), 1)


def test_a_file_that_is_no_blob_is_no_damage(lake: Lake, version: Version) -> None:
    (lake.folder / "blobs" / ".DS_Store").write_bytes(b"")
    pair = a_picture(lake).parent
    (pair / ".DS_Store").write_bytes(b"")
    assert ".DS_Store" in stored_files(lake)
    found = lake.verify()
    assert (found.damages, found.strangers) == ((), 2)
    assert found.strange_names == (".DS_Store", f"{pair.name}/.DS_Store")
