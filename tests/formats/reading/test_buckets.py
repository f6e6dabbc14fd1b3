"""Object stores: objects below a prefix are files, and whatever goes wrong has words."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from setwright.formats.reading.buckets import BucketListing, bucket
from setwright.formats.reading.parquet import Parquet
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import opened_by
from setwright.formats.reading.registry import detect
from setwright.formats.reading.sources import files_at
from setwright.formats.reading.webdataset import WebDataset
from setwright.model.errors import FormatError, SetwrightError, UsageError
from tests.formats.reading.test_archives import tarred
from tests.formats.reading.test_parquet import table

obstore = pytest.importorskip("obstore", reason="the extra `objectstore` is not installed")

OBJECTS = {"a.png": b"picture", "folder/b.json": b"{}", "folder/empty.txt": b""}


def listing(objects: dict[str, bytes]) -> BucketListing:
    from obstore.store import MemoryStore

    store = MemoryStore()
    for name, content in objects.items():
        obstore.put(store, name, content)
    return BucketListing(store, "s3://bucket/prefix")


def test_objects_are_files() -> None:
    files = listing(OBJECTS)
    assert {name: files.read(name, 100) for name in files.names} == OBJECTS
    assert (files.location, files.problems, files.path("a.png")) == ("s3://bucket/prefix", (), None)
    assert files.head("a.png") == b"picture"
    with pytest.raises(FormatError, match="too large"):
        files.read("a.png", 3)


def test_parts_of_objects_are_read_without_the_rest() -> None:
    files = listing(OBJECTS)
    assert (files.part("a.png", 2, 3), files.part("a.png", 5, 99), files.part("a.png", 9, 1)) == (
        b"ctu",
        b"re",
        b"",
    )
    assert [files.size(name) for name in files.names] == [len(OBJECTS[name]) for name in files.names]


def test_pictures_within_objects_are_read() -> None:
    shard = tarred(("a.jpg", b"picture"), ("a.json", b'{"objects": []}'))
    rows = table([{"image": {"bytes": b"picture", "path": "a.jpg"}}])
    for name, content, reader in (("x.tar", shard, WebDataset()), ("x.parquet", rows, Parquet())):
        files = listing({name: content})
        assert detect(files) == reader
        inside = opened_by(reader, files)
        assert inside.pictures == (f"{name}/a.jpg",)
        assert inside.read(f"{name}/a.jpg", 100) == b"picture"


def test_objects_of_local_files_are_relative_to_the_prefix(tmp_path: Path) -> None:
    from obstore.store import LocalStore

    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.json").write_bytes(b"{}")
    assert BucketListing(LocalStore(tmp_path), "here").names == ("folder/b.json",)


def test_an_unsafe_key_is_told() -> None:
    files = listing({"a.png": b"1", "con.png": b"2", "b .png ": b"3"})
    assert files.names == ("a.png",)
    assert {problem.kind for problem in files.problems} == {ProblemKind.UNSAFE_NAME}


def test_an_object_that_went_away_is_told() -> None:
    files = listing(OBJECTS)
    obstore.delete(files._store, "a.png")
    with pytest.raises(FormatError, match="cannot be read"):
        files.read("a.png", 100)
    assert files.head("a.png") == b""


@pytest.mark.parametrize("url", ["ftp://host/a", "file:///etc", "http://host/a", "memory:///"])
def test_other_schemes_are_refused(url: str) -> None:
    with pytest.raises(UsageError, match="cannot be read from"):
        files_at(url)


def test_a_url_without_a_bucket_is_refused() -> None:
    with pytest.raises(UsageError, match="Not a place"):
        files_at("s3://")


def test_a_store_that_cannot_be_reached_has_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_REGION": "here",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ALLOW_HTTP": "true",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SetwrightError, match="cannot be read: s3://bucket") as found:
        files_at("s3://bucket/prefix")
    assert "secret" not in found.value.detail and "credentials" in (found.value.hint or "")


def test_without_the_extra_the_command_to_install_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "obstore.store", None)
    with pytest.raises(UsageError) as found:
        bucket("s3://bucket")
    assert found.value.hint == 'pip install "setwright[objectstore]"'
