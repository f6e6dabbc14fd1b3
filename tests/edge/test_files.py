"""Names from outside stay inside; files are there whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.edge.files import safe_join, safe_parts, write_named, write_whole
from setwright.model.errors import SetwrightError, UnsafeNameError

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSAFE = [
    "",
    "/etc/passwd",
    "//server/share",
    "..",
    "../x",
    "a/../../x",
    "a/..",
    "./a",
    "a//b",
    "a/",
    "a/./b",
    "a\\b",
    "..\\x",
    "\\\\server\\share",
    "C:",
    "C:/x",
    "c:x",
    "nul\x00byte",
    "line\nbreak",
    "\x1b[31m",
    "\x85",
    "con",
    "CON.txt",
    "a/NUL",
    "aux .jpg",
    "com1",
    "LPT9.x",
    "COM¹",
    "conin$",
    "dot.",
    "space ",
    "a/dots.../b",
    "...",
    " ",
    "x" * 256,
    "é" * 128,
    "a/" + "x" * 256,
    "\ud800",
]


@pytest.mark.parametrize("name", UNSAFE)
def test_a_name_that_would_leave_its_folder_or_is_no_plain_name_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnsafeNameError):
        safe_join(tmp_path, name)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a:b.jpg", 'Windows takes "a:" for a drive.'),
        ("\udce9t\udce9.jpg", "It is not UTF-8."),
        ("a\n.jpg", "It holds a control character."),
        ("/a.jpg", "It is not a relative path with / between its parts."),
    ],
)
def test_what_is_wrong_with_a_name_is_told(name: str, why: str) -> None:
    with pytest.raises(UnsafeNameError) as refused:
        safe_parts(name)
    assert refused.value.detail.endswith(f" {why}")


@pytest.mark.parametrize(
    "name",
    ["a", "a/b.jpg", "..a", "a..b", ".hidden", "console", "ü/日本", "x" * 255, "a b", "-rf", "~", "$HOME"],
)
def test_a_plain_name_stays_what_it_is(name: str, tmp_path: Path) -> None:
    assert safe_join(tmp_path, name) == tmp_path / name


@given(st.text(st.sampled_from("./\\:aA \0~ü"), max_size=12))
def test_whatever_is_not_refused_lies_below_the_folder(name: str) -> None:
    try:
        parts = safe_parts(name)
    except UnsafeNameError:
        return
    path = Path("/root/folder").joinpath(*parts)
    assert path.relative_to("/root/folder").parts == parts
    assert ".." not in parts


def test_a_link_that_leads_out_is_refused_and_one_that_stays_inside_is_not(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "inside").mkdir(parents=True)
    (root / "out").symlink_to(tmp_path)
    (root / "in").symlink_to(root / "inside")
    assert safe_join(root, "in/x") == root / "in" / "x"
    for name in ("out", "out/x", "out/root/x/../../../x"):
        with pytest.raises(UnsafeNameError):
            safe_join(root, name)


def test_a_file_replaces_another_and_makes_the_folders_it_needs(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "x"
    assert write_whole(path, b"first") == 5
    assert write_whole(path, [b"sec", b"ond"], durable=False) == 6
    assert path.read_bytes() == b"second"
    assert list(path.parent.iterdir()) == [path]


def test_when_writing_breaks_off_the_old_file_is_untouched_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"old")

    def breaks_off() -> Iterator[bytes]:
        yield b"half"
        raise OSError("the cable is out")

    with pytest.raises(OSError, match="the cable is out"):
        write_whole(path, breaks_off())
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names")
@pytest.mark.parametrize("named", [True, False])
def test_what_is_written_to_a_pipe_goes_there_and_the_pipe_stays(named: bool, tmp_path: Path) -> None:
    if named:
        path = tmp_path / "pipe"
        os.mkfifo(path)
        reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        written = None
    else:
        reader, written = os.pipe()
        path = Path(f"/dev/fd/{written}")
    try:
        assert write_named(path, [b"sec", b"ond"]) == 6
        assert os.read(reader, 100) == b"second"
        assert not path.is_file()
    finally:
        for each in (reader, written):
            if each is not None:
                os.close(each)


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="what is open has no names")
def test_a_pipe_whose_reader_leaves_is_told_by_its_name() -> None:
    reader, written = os.pipe()
    os.close(reader)
    try:
        with pytest.raises(SetwrightError, match=f"/dev/fd/{written} was closed"):
            write_named(Path(f"/dev/fd/{written}"), b"page")
    finally:
        os.close(written)


def test_what_is_no_name_of_a_file_is_told_as_a_folder(tmp_path: Path) -> None:
    for path in (Path(), tmp_path):
        with pytest.raises(IsADirectoryError):
            write_named(path, b"page")
    assert write_named(tmp_path / "page.html", b"page") == 4


def test_what_the_system_refuses_to_write_is_told_with_the_file_that_was_meant(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OSError, match="too large") as refused:
            write_whole(tmp_path / "a.bin", bytes(100_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert refused.value.filename == str(tmp_path / "a.bin")
    assert list(tmp_path.iterdir()) == []


def test_a_file_gets_the_permissions_that_are_asked_for_before_anybody_sees_it(tmp_path: Path) -> None:
    file = tmp_path / "file"
    write_whole(file, b"new", mode=0o640)
    assert file.stat().st_mode & 0o777 == 0o640


def test_what_went_wrong_is_told_and_not_that_nothing_can_be_cleared_away(tmp_path: Path) -> None:
    folder = tmp_path / "folder"

    def content() -> Iterator[bytes]:
        shutil.rmtree(folder)
        folder.touch()  # now the file aside can be no more removed than from a disk that is read-only
        yield b""
        raise ValueError("what went wrong")

    with pytest.raises(ValueError, match="what went wrong"):
        write_whole(folder / "a.txt", content())
