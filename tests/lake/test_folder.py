"""A lake's folder: made once, opened by many, refused where it is not what it was."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import LakeBusyError, LakeError
from tests.lake.lakes import content, ingest, write


@pytest.fixture
def made(tmp_path: Path) -> Path:
    Lake.create(tmp_path / "lake").close()
    return tmp_path / "lake"


def test_a_lake_is_not_made_over_another(made: Path) -> None:
    before = (made / "lake.json").read_bytes()
    with pytest.raises(LakeError, match="There is a lake already") as refused:
        Lake.create(made)
    assert "--lake" in (refused.value.hint or "")
    assert (made / "lake.json").read_bytes() == before


def test_a_lake_keeps_its_id(made: Path) -> None:
    with Lake.open(made) as one, Lake.open(made) as two:
        assert one.id == two.id == json.loads((made / "lake.json").read_bytes())["id"]


def test_a_folder_without_a_lake_is_an_error_that_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="There is no lake") as refused:
        Lake.open(tmp_path)
    assert "lake ingest" in (refused.value.hint or "")
    assert "Git" not in refused.value.detail
    with pytest.raises(LakeError, match="There is no lake") as refused:
        Lake.open(tmp_path / ".setwright" / "lake")
    assert "Git leaves out" in refused.value.detail, "as whoever clones a project finds"


def test_a_lake_that_was_never_finished_is_made_after_all(made: Path) -> None:
    (made / "lake.json").unlink()
    with pytest.raises(LakeError, match="There is no lake"):
        Lake.open(made)
    Lake.create(made).close()
    Lake.open(made).close()


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"format_version": "x", "id": "1"}', "{}"])
def test_a_mark_that_cannot_be_read_is_damage(made: Path, text: str) -> None:
    (made / "lake.json").write_text(text)
    with pytest.raises(LakeError, match="damaged"):
        Lake.open(made)


def test_a_folder_of_a_newer_setwright_is_left_alone(made: Path) -> None:
    document = json.loads((made / "lake.json").read_bytes())
    (made / "lake.json").write_text(json.dumps(document | {"format_version": 99}))
    with pytest.raises(LakeError, match="newer setwright") as refused:
        Lake.open(made)
    assert refused.value.hint == "upgrade setwright"


def test_a_catalogue_of_a_newer_setwright_is_left_alone(made: Path) -> None:
    connection = sqlite3.connect(made / "catalog.sqlite")
    with connection:
        connection.execute("UPDATE properties SET value = '99' WHERE name = 'schema_version'")
    connection.close()
    with pytest.raises(LakeError, match="newer setwright"):
        Lake.open(made)


def test_a_catalogue_that_is_gone_or_another_lake_s_is_damage(made: Path, tmp_path: Path) -> None:
    Lake.create(tmp_path / "other").close()
    (made / "catalog.sqlite").write_bytes((tmp_path / "other" / "catalog.sqlite").read_bytes())
    with pytest.raises(LakeError, match="damaged"):
        Lake.open(made)
    (made / "catalog.sqlite").unlink()
    with pytest.raises(LakeError, match="damaged"):
        Lake.open(made)
    assert not (made / "catalog.sqlite").exists(), "a new one would hide that the old one is gone"


def test_a_catalogue_that_is_no_database_is_damage(made: Path) -> None:
    (made / "catalog.sqlite").write_bytes(b"hello" * 1000)
    with pytest.raises(LakeError, match="damaged"):
        Lake.open(made)


def test_a_lake_may_be_moved(made: Path, tmp_path: Path) -> None:
    with Lake.open(made) as lake:
        ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}))
        before = content(lake)
    made.rename(tmp_path / "moved")
    with Lake.open(tmp_path / "moved") as lake:
        assert content(lake) == before
        assert lake.verify().damages == ()


def test_who_cannot_write_because_another_does_is_told_so(made: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": []})
    other = sqlite3.connect(made / "catalog.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Lake.open(made, patience=0.05) as lake:
        assert content(lake) == ([], []), "reading goes on"
        with pytest.raises(LakeBusyError, match="Another process is writing"):
            ingest(lake, folder)
        other.execute("ROLLBACK")
        assert ingest(lake, folder).frames_new == 1
    other.close()
