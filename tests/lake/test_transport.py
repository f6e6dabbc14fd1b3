"""A catalogue as a file: the same lake elsewhere, in another database too; and never half a lake of a broken file."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setwright.lake.lake import Lake
from setwright.model.errors import FormatError, LakeError
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, write


@pytest.fixture
def filled(lake: Lake, tmp_path: Path) -> Lake:
    """Frames, annotations with attributes, metadata that JSON cannot say, two revisions and a version."""
    fill(lake, tmp_path / "in")
    folder = write(tmp_path / "two", {"two.png": None})
    (folder / "via.json").unlink()
    box = {"type": "rectangle", "bbox": [1, 1, 4, 4], "label": "Zelle ä", "confidence": 0.25}
    box["attributes"] = {"a": [{"value": "b"}, {"value": 3}]}
    (folder / "a.json").write_text(json.dumps({"images": [{"image": "two.png", "annotations": [box]}]}))
    metadata = {"c": [1, 2.5, True, None, "x"], "huge": 10**400, "Tags": ["wet"]}
    (folder / "m.json").write_text(json.dumps({"files": [{"file": "two.png", "metadata": metadata}]}))
    ingest(lake, folder, format="layernext", operation="robot", mode="machine")
    lake.publish(publication(lake))
    return lake


def exported(lake: Lake) -> bytes:
    with lake.exported_catalog() as pieces:
        return b"".join(pieces)


def imported(content: bytes, folder: Path, catalog: str | None = None) -> Lake:
    Lake.import_catalog(folder, iter(content.splitlines(keepends=True)), catalog)
    return Lake.open(folder)


def test_the_lake_is_the_same_elsewhere(filled: Lake, tmp_path: Path) -> None:
    """With its catalogue in the other kind of database, where this one is in PostgreSQL."""
    folder = tmp_path / "elsewhere"
    shutil.copytree(filled.folder / "blobs", folder / "blobs")
    with imported(exported(filled), folder) as other:
        assert other.id == filled.id
        for revision in range(filled.revision() + 1):
            assert content(other, revision) == content(filled, revision)
        assert other.log() == filled.log()
        assert other.stats() == filled.stats()
        assert other.versions("Cells") == filled.versions("Cells")
        assert other.verify().damages == ()
        assert exported(other) == exported(filled), "the bytes do not tell which database they are from"
        with other.answers("annotation.attribute.a=3 and metadata.huge>5 and metadata.Tags=wet") as answers:
            assert answers.count() == 1
        assert ingest(other, write(tmp_path / "more", {"more.png": ["RBC"]})).frames_new == 1
        assert other.verify().damages == ()


def test_a_lake_moves_into_any_database(catalog: str | None, tmp_path: Path) -> None:
    """From SQLite into each, and back."""
    with Lake.create(tmp_path / "plain") as plain:
        ingest(plain, write(tmp_path / "in", {"a.png": ["RBC"], "b.png": []}))
        with imported(exported(plain), tmp_path / "moved", catalog) as moved:
            assert content(moved) == content(plain)
            assert exported(moved) == exported(plain)
            with imported(exported(moved), tmp_path / "back") as back:
                assert exported(back) == exported(plain)
        if catalog is not None:
            with pytest.raises(LakeError, match="already"):
                Lake.import_catalog(tmp_path / "again", iter(lines_of(plain)), catalog)


def test_a_folder_that_holds_a_lake_is_left_as_it_is(filled: Lake) -> None:
    with pytest.raises(LakeError, match="a lake already"):
        Lake.import_catalog(filled.folder, iter([exported(filled)]))


def lines_of(lake: Lake) -> list[bytes]:
    return exported(lake).splitlines(keepends=True)


BREAK: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "empty": lambda lines: [],
    "cut after the first line": lambda lines: lines[:1],
    "cut before the last line": lambda lines: lines[:-1],
    "cut within a line": lambda lines: [*lines[:5], lines[5][:-4]],
    "a row is gone": lambda lines: lines[:3] + lines[4:],
    "a row is twice": lambda lines: [*lines[:-1], lines[-2], lines[-1]],
    "two rows are exchanged": lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    "a value has changed": lambda lines: [line.replace(b"cells", b"bells") for line in lines],
    "a row of an unknown table": lambda lines: [lines[0], b'["secrets",[1]]\n', *lines[1:]],
    "a row of too few values": lambda lines: [lines[0], b'["collections",[1]]\n', *lines[1:]],
    "a time that is none": lambda lines: [line.replace(b"2026-", b"20x6-") for line in lines],
    "something behind the end": lambda lines: [*lines, b"{}\n"],
    "no JSON": lambda lines: [lines[0], b"hello\n", *lines[1:]],
    "another file": lambda lines: [b'{"format":"other"}\n'],
    "no columns": lambda lines: [lines[0].replace(b'"columns"', b'"pillars"'), *lines[1:]],
    "an unknown column": lambda lines: [lines[0].replace(b'"uid"', b'"vid"'), *lines[1:]],
    "of a newer format": lambda lines: [
        lines[0].replace(b'"format_version":1', b'"format_version":9'),
        *lines[1:],
    ],
    "of a newer schema": lambda lines: [
        lines[0].replace(b'"schema_version":', b'"schema_version":9'),
        *lines[1:],
    ],
}


@pytest.mark.parametrize("how", BREAK)
def test_of_a_broken_file_no_lake_is_made(filled: Lake, tmp_path: Path, how: str) -> None:
    broken = BREAK[how](lines_of(filled))
    with pytest.raises(FormatError):
        Lake.import_catalog(tmp_path / "other", iter(broken))
    with pytest.raises(LakeError, match="no lake"):
        Lake.open(tmp_path / "other")
    with imported(exported(filled), tmp_path / "other") as other:
        assert content(other) == content(filled), "and the right file goes in afterwards"


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 10**6), bit=st.integers(0, 7))
def test_a_flipped_bit_is_noticed(
    filled: Lake, tmp_path_factory: pytest.TempPathFactory, place: int, bit: int
) -> None:
    changed = bytearray(exported(filled))
    changed[place % len(changed)] ^= 1 << bit
    with pytest.raises(FormatError):
        Lake.import_catalog(
            tmp_path_factory.mktemp("flipped"), iter(bytes(changed).splitlines(keepends=True))
        )


def test_leases_stay_where_they_are(filled: Lake, tmp_path: Path) -> None:
    with filled.lease("dataset:Cells", "me"), imported(exported(filled), tmp_path / "other") as other:
        with other.lease("dataset:Cells", "you"):
            pass


def test_times_are_kept_to_the_microsecond(lake: Lake, tmp_path: Path) -> None:
    at = datetime(2026, 2, 3, 4, 5, 6, 789012, UTC) + timedelta(microseconds=1)
    ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}), at=at)
    with imported(exported(lake), tmp_path / "other") as other:
        assert other.log()[0].at == at
