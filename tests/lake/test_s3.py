"""Ingest from a bucket of S3, asked of a real server over a socket: whole, in trouble, and without telling secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.errors import SetwrightError, UsageError
from tests.cli.inside import setwright
from tests.lake.lakes import content, ingest, write
from tests.oracles.s3 import SECRET, Trouble, environment, made_bucket, troubled

obstore = pytest.importorskip("obstore", reason="the extra `objectstore` is not installed")
pytestmark = pytest.mark.oracle

PICTURES = {f"{number}.png": ["RBC"] * (number % 3) for number in range(8)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What the bucket holds below `cells/`."""
    return write(tmp_path / "in", PICTURES)


@pytest.fixture
def bucket(endpoint: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A bucket with the folder; its URL."""
    from obstore.store import S3Store

    for name, value in environment(endpoint).items():
        monkeypatch.setenv(name, value)
    name = made_bucket(endpoint, tmp_path)
    store = S3Store(name)
    for file in folder.iterdir():
        obstore.put(store, f"cells/{file.name}", file.read_bytes())
    obstore.put(store, "other/elsewhere.png", b"not below the prefix")
    return f"s3://{name}/cells"


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[Lake]:
    with Lake.create(tmp_path / "lake") as lake:
        yield lake


def test_a_bucket_is_ingested_as_the_folder_that_it_holds(
    bucket: str, folder: Path, plain: Lake, tmp_path: Path
) -> None:
    report = ingest(plain, bucket, format=None)
    assert (report.frames_new, report.format, report.problems) == (8, "via", ())
    with Lake.create(tmp_path / "local") as local:
        ingest(local, folder)
        assert content(local) == content(plain)
    assert plain.verify().damages == ()
    again = ingest(plain, bucket)
    assert (again.revision, again.frames_unchanged) == (None, 8)


def test_what_fails_for_a_moment_is_asked_for_again(
    bucket: str, endpoint: str, plain: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble = Trouble(fails={"/3.png": 2, "/via.json": 1}, seconds={"/4.png": 1.5})
    with troubled(endpoint, trouble) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        report = ingest(plain, bucket)
    assert (report.frames_new, report.problems) == (8, ())
    assert sum("/3.png" in path for path in trouble.asked) == 3


def test_objects_that_cannot_be_read_are_listed_and_the_others_recorded(
    bucket: str, endpoint: str, plain: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One is refused for good, one is gone since it was listed, one always breaks off; then all are well again."""
    refused, gone = Trouble(fails={"/1.png": 99}, status=403), Trouble(fails={"/2.png": 99}, status=404)
    cut = Trouble(cut={"/5.png"})
    with troubled(endpoint, refused) as one, troubled(one, gone) as two, troubled(two, cut) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        report = ingest(plain, bucket)
    assert report.frames_new == 5
    assert {(problem.kind.value, problem.file) for problem in report.problems} == {
        ("unreadable-picture", f"{number}.png") for number in (1, 2, 5)
    }
    assert sum(len(problem.left_out) for problem in report.problems) == 1 + 2 + 2
    assert not any(SECRET in problem.detail for problem in report.problems)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    assert ingest(plain, bucket).frames_new == 3


def test_a_bucket_that_refuses_or_is_not_there_has_words(
    bucket: str, endpoint: str, plain: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetwrightError, match="cannot be read: s3://not-there-at-all"):
        ingest(plain, "s3://not-there-at-all/x")
    with pytest.raises(UsageError, match="cannot stay in place"):
        ingest(plain, bucket, in_place=True)
    with troubled(endpoint, Trouble(fails={"": 99}, status=403)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        with pytest.raises(SetwrightError, match="object store cannot be read") as found:
            ingest(plain, bucket)
    assert "credentials" in (found.value.hint or "")
    assert plain.revision() == 0


def test_no_word_and_no_file_tells_the_secret(
    bucket: str, endpoint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [setwright(tmp_path, "lake", "ingest", bucket, "--collection", "c", "--lake", "l")]
    with troubled(endpoint, Trouble(fails={"/1.png": 99, "": 0}, status=403)) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        told.append(setwright(tmp_path, "lake", "ingest", bucket, "--collection", "c", "--lake", "l"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    told.append(setwright(tmp_path, "lake", "ingest", bucket, "--collection", "c", "--lake", "l"))
    assert [each.returncode for each in told] == [0, 0, 1]
    assert "8 new" in told[0].stdout
    for each in told:
        assert SECRET not in each.stdout + each.stderr
        assert "AKIA" not in each.stdout + each.stderr
    for file in (tmp_path / "l").rglob("*"):
        assert not file.is_file() or SECRET.encode() not in file.read_bytes()
