"""Files written together: whole, on the disk, and all of them or none."""

from __future__ import annotations

import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from setwright.edge import together
from setwright.edge.files import ASIDE
from setwright.edge.together import written_together


def test_files_written_together_are_there_when_all_are_and_one_of_them_never_alone(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"old")
    with written_together() as write:
        write(str(tmp_path / "a" / "x"), b"first")
        write(str(tmp_path / "b"), b"second")
        write(str(tmp_path / "a" / "x"), b"first")
        assert not (tmp_path / "a" / "x").exists()
        assert (tmp_path / "b").read_bytes() == b"old"
    found = {file: file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    assert found == {tmp_path / "a" / "x": b"first", tmp_path / "b": b"second"}


def test_of_files_written_together_an_error_leaves_none(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the picture is broken"), written_together() as write:
        write(str(tmp_path / "x"), b"first")
        raise ValueError("the picture is broken")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="asks the system for the names of open files")
def test_files_written_together_are_on_the_disk_before_they_have_their_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    sync = os.fsync

    def watched(handle: int) -> None:
        what = Path(f"/proc/self/fd/{handle}").readlink()
        named = sorted(file.name for file in tmp_path.rglob("*") if file.is_file() and file.suffix != ASIDE)
        told.append(f"{'folder' if what.is_dir() else 'file'} {named}")
        sync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    with written_together() as write:
        for name in ("a/x", "a/y", "b/z"):
            write(str(tmp_path / name), b"")
    assert told == ["file []"] * 3 + ["folder ['x', 'y', 'z']"] * 2


def test_many_more_files_may_be_written_together_than_a_process_may_have_open(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (100, before[1]))
    try:
        with written_together() as write:
            for number in range(200):
                write(str(tmp_path / f"{number}"), b"%d" % number)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {
        f"{number}": b"%d" % number for number in range(200)
    }


def test_many_threads_together_have_only_so_many_files_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    may_open = threading.Semaphore(5)
    monkeypatch.setattr(together, "_MAY_OPEN", may_open)
    handles: set[int] = set()
    most = 0
    opened, closed = os.open, os.close

    def open(path: str, *flags: int) -> int:
        nonlocal most
        handle = opened(path, *flags)
        if str(path).endswith(ASIDE):
            handles.add(handle)
            most = max(most, len(handles))
        return handle

    def close(handle: int) -> None:
        handles.discard(handle)
        closed(handle)

    monkeypatch.setattr(os, "open", open)
    monkeypatch.setattr(os, "close", close)

    def write_ten(thread: int) -> None:
        with written_together() as write:
            for number in range(10):
                write(str(tmp_path / f"{thread}-{number}"), b"x")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write_ten, range(8)))
    assert len(list(tmp_path.iterdir())) == 80
    assert 0 < most <= 5
    with pytest.raises(NotADirectoryError), written_together() as write:
        write(str(tmp_path / "0-0" / "in a file"), b"")
    assert [may_open.acquire(blocking=False) for _ in range(6)] == [True] * 5 + [False]


def test_where_one_of_files_written_together_is_refused_it_is_named_and_none_is_left(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as refused, written_together() as write:
            write(str(tmp_path / "small"), bytes(10))
            write(str(tmp_path / "large"), bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.filename == str(tmp_path / "large")
    assert list(tmp_path.iterdir()) == []
