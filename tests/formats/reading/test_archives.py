"""Archives: what is in them is read, and whatever they try, nothing is written, followed or blown up."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import random
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.reading import archives
from setwright.formats.reading.archives import TarListing, ZipListing, archive
from setwright.formats.reading.listing import is_hidden, is_picture
from setwright.formats.reading.problems import ProblemKind
from setwright.model.errors import FormatError, SetwrightError, UsageError

GOOD = {"a.png": b"picture", "folder/b.png": b"other picture", "labels.json": b"{}"}
NOISE = ("noise", random.Random(1).randbytes(450_000))
"""So much of it that an archive as a whole is in proportion although a member is not."""

UNSAFE, REFUSED = ProblemKind.UNSAFE_NAME, ProblemKind.REFUSED_MEMBER


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as made:
        for name, content in members:
            made.writestr(name, content)
    return buffer.getvalue()


def of_kind(name: str, mode: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name)
    member.create_system = 3
    member.external_attr = mode << 16
    return member


def tarred(*members: tuple[str | tarfile.TarInfo, bytes], format: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=format) as made:
        for name, content in members:
            member = tarfile.TarInfo(name) if isinstance(name, str) else name
            if member.isreg():
                member.size = len(content)
            made.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder for archives, around which nothing may change."""
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "inside").mkdir()
    yield tmp_path / "inside"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside", "secret.png"]
    assert (tmp_path / "secret.png").read_bytes() == b"secret"
    assert [path.name for path in (tmp_path / "inside").iterdir()] == ["archive"]


def opened(place: Path, content: bytes) -> ZipListing | TarListing:
    (place / "archive").write_bytes(content)
    return archive(place / "archive")


PACKED: dict[str, bytes] = {
    "zip": zipped(*GOOD.items()),
    "zip, stored": zipped(*GOOD.items(), compression=zipfile.ZIP_STORED),
    "zip, bzip2": zipped(*GOOD.items(), compression=zipfile.ZIP_BZIP2),
    "tar": tarred(*GOOD.items()),
    "tar, GNU": tarred(*GOOD.items(), format=tarfile.GNU_FORMAT),
    "tar.gz": gzip.compress(tarred(*GOOD.items())),
    "tar.bz2": bz2.compress(tarred(*GOOD.items())),
    "tar.xz": lzma.compress(tarred(*GOOD.items())),
    "tar with ./": tarred(*((f"./{name}", content) for name, content in GOOD.items())),
}


@pytest.mark.parametrize("kind", PACKED)
def test_what_is_packed_is_read(place: Path, kind: str) -> None:
    files = opened(place, PACKED[kind])
    assert files.problems == ()
    assert {name: files.read(name, 1000) for name in files.names} == GOOD
    assert files.head("a.png") == b"picture"
    assert files.path("a.png") is None
    with pytest.raises(FormatError, match="too large"):
        files.read("a.png", 3)


NAMES = (
    "../a.png",
    "folder/../../a.png",
    "/tmp/a.png",
    "//server/a.png",
    "..\\a.png",
    "C:\\a.png",
    "C:a.png",
    "folder//a.png",
    "folder/./a.png",
    "CON.png",
    "aux",
    "a.png.",
    "a.png ",
    "new\nline.png",
    "esc\x1b[2J.png",
    "x" * 256 + ".png",
)


@pytest.mark.parametrize("pack", [zipped, tarred])
@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_would_escape_is_told_and_the_rest_is_read(
    place: Path, pack: Callable[..., bytes], name: str
) -> None:
    files = opened(place, pack((name, b"evil"), *GOOD.items()))
    assert files.names == tuple(sorted(GOOD))
    (problem,) = files.problems
    assert problem.kind is UNSAFE


MEMBERS: dict[str, tuple[bytes, str]] = {
    "zip, link": (zipped((of_kind("x.png", stat.S_IFLNK | 0o777), b"/etc/passwd"), *GOOD.items()), "link"),
    "zip, link upwards": (zipped((of_kind("x", stat.S_IFLNK), b"../secret.png"), *GOOD.items()), "link"),
    "zip, device": (zipped((of_kind("x.png", stat.S_IFBLK), b""), *GOOD.items()), "device"),
    "zip, pipe": (zipped((of_kind("x.png", stat.S_IFIFO), b""), *GOOD.items()), "pipe"),
    "zip, bomb": (zipped(("x.png", bytes(40_000_000)), NOISE, *GOOD.items()), "unpack"),
    "zip, bomb as annotations": (zipped(("x.json", b" " * 40_000_000), NOISE, *GOOD.items()), "unpack"),
    "tar, link": (tarred((special("x.png", tarfile.SYMTYPE, "/etc/passwd"), b""), *GOOD.items()), "link"),
    "tar, link upwards": (tarred((special("x", tarfile.SYMTYPE, "../.."), b""), *GOOD.items()), "link"),
    "tar, hard link": (
        tarred((special("x.png", tarfile.LNKTYPE, "../secret.png"), b""), *GOOD.items()),
        "link",
    ),
    "tar, link to a member": (
        tarred(*GOOD.items(), (special("x.png", tarfile.LNKTYPE, "a.png"), b"")),
        "link",
    ),
    "tar, character device": (tarred((special("x.png", tarfile.CHRTYPE), b""), *GOOD.items()), "device"),
    "tar, block device": (tarred((special("x.png", tarfile.BLKTYPE), b""), *GOOD.items()), "device"),
    "tar, pipe": (tarred((special("x.png", tarfile.FIFOTYPE), b""), *GOOD.items()), "pipe"),
}


@pytest.mark.parametrize("which", MEMBERS)
def test_what_is_no_plain_file_is_told_and_the_rest_is_read(place: Path, which: str) -> None:
    content, why = MEMBERS[which]
    files = opened(place, content)
    assert {name: files.read(name, 1000) for name in files.names if name != NOISE[0]} == GOOD
    (problem,) = files.problems
    assert problem.kind is REFUSED and why in problem.detail


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_of_two_files_of_one_name_the_first_counts(place: Path, pack: Callable[..., bytes]) -> None:
    files = opened(place, pack(*GOOD.items(), ("a.png", b"evil")))
    assert files.read("a.png", 100) == b"picture"
    assert [(problem.kind, problem.file) for problem in files.problems] == [(REFUSED, "a.png")]


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_that_differ_by_case_are_two_files(place: Path, pack: Callable[..., bytes]) -> None:
    files = opened(place, pack(("a.png", b"1"), ("A.png", b"2")))
    assert [files.read(name, 9) for name in files.names] == [b"2", b"1"]


def test_an_encrypted_member_is_told(place: Path) -> None:
    content = bytearray(zipped(*GOOD.items()))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert [problem.detail for problem in opened(place, bytes(content)).problems] == ["it is encrypted"]


def overlapping() -> bytes:
    """One compressed stream that ten members share, each by its own entry of the directory."""
    one = bytearray(zipped(("a.png", b"x" * 1000)))
    start, end = one.index(b"PK\x01\x02"), one.index(b"PK\x05\x06")
    entry = bytes(one[start:end])
    directory = b"".join(entry.replace(b"a.png", f"{number}.png".encode()) for number in range(10))
    tail = bytearray(one[end:])
    tail[8:12] = (10).to_bytes(2, "little") * 2
    tail[12:16] = len(directory).to_bytes(4, "little")
    return bytes(one[:start]) + directory + bytes(tail)


def bomb_of_many() -> bytes:
    return zipped(*((f"{number}.png", bytes(9_000_000)) for number in range(3)))


WHOLE: dict[str, tuple[Callable[[], bytes], str]] = {
    "members share bytes": (overlapping, "out of proportion"),
    "many bombs": (bomb_of_many, "out of proportion"),
    "gzip bomb": (lambda: gzip.compress(bytes(40_000_000)), "out of proportion"),
    "bzip2 bomb": (lambda: bz2.compress(bytes(40_000_000)), "out of proportion"),
    "xz bomb": (lambda: lzma.compress(bytes(40_000_000)), "out of proportion"),
    "gzip bomb in a tar": (lambda: gzip.compress(tarred(("x", bytes(40_000_000)))), "out of proportion"),
    "zip cut": (lambda: PACKED["zip"][:-30], "cannot be read"),
    "zip of which the directory is gone": (lambda: PACKED["zip"][:60], "cannot be read"),
    "tar.gz cut": (lambda: PACKED["tar.gz"][:-20], "cannot be read"),
    "tar.gz that is no tar": (lambda: gzip.compress(b"hello" * 300), "cannot be read"),
    "tar.xz with rubbish": (lambda: PACKED["tar.xz"][:20] + b"rubbish" * 9, "cannot be read"),
    "tar.bz2 with rubbish": (lambda: PACKED["tar.bz2"][:20] + b"rubbish" * 9, "cannot be read"),
    "tar with a broken header": (
        lambda: PACKED["tar"][:1024] + b"\xff" * 512 + PACKED["tar"][1536:],
        "cannot be read",
    ),
    "tar cut between two members": (lambda: PACKED["tar"][:1024], "cannot be read"),
    "zip of which the directory is elsewhere": (
        lambda: PACKED["zip"][:-6] + b"\xff\xff\xff\x7f" + PACKED["zip"][-2:],
        "damaged",
    ),
}


@pytest.mark.parametrize("which", WHOLE)
def test_an_archive_that_is_broken_or_out_of_proportion_is_refused(place: Path, which: str) -> None:
    make, why = WHOLE[which]
    with pytest.raises(FormatError, match=why):
        files = opened(place, make())
        # What a header claims is noticed when the member is read, at the latest.
        for name in files.names:
            files.read(name, 1000)
        raise FormatError("not refused")


def test_a_size_that_lies_is_noticed(place: Path) -> None:
    content = bytearray(zipped(("a.png", b"x" * 5000), ("b.png", b"b")))
    size = content.index((5000).to_bytes(4, "little"), content.index(b"PK\x01\x02"))
    content[size : size + 4] = (50).to_bytes(4, "little")
    files = opened(place, bytes(content))
    with pytest.raises(FormatError, match="damaged"):
        files.read("a.png", 10_000)
    assert files.read("b.png", 10) == b"b"


def test_a_flipped_byte_is_noticed_in_a_zip(place: Path) -> None:
    content = bytearray(PACKED["zip, stored"])
    content[content.index(b"picture")] ^= 1
    with pytest.raises(FormatError, match="damaged"):
        opened(place, bytes(content)).read("a.png", 100)


def test_a_tar_that_ends_early_is_noticed(place: Path) -> None:
    with pytest.raises(FormatError, match="cannot be read"):
        opened(place, tarred(("a.png", b"x" * 3000))[:2000])


def test_an_archive_in_an_archive_is_not_opened(place: Path) -> None:
    files = opened(place, zipped(("inner.zip", PACKED["zip"]), ("a.png", b"1")))
    assert files.names == ("a.png", "inner.zip")


def test_there_is_a_bound_on_members(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILES", 2)
    with pytest.raises(FormatError, match="too many files"):
        opened(place, PACKED["zip"])
    with pytest.raises(FormatError, match="too many files"):
        opened(place, PACKED["tar"])


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c"]
)
def test_what_is_no_archive_is_told(place: Path, content: bytes) -> None:
    with pytest.raises(UsageError, match="Neither a folder nor an archive"):
        opened(place, content)


def test_what_macos_writes_beside_pictures_is_no_picture() -> None:
    assert not is_picture("__MACOSX/folder/._a.png")
    assert is_picture("folder/a.png")


@pytest.mark.parametrize("name", [".venv/lib/logo.png", "folder/.thumbs/a.png", ".a/b.png"])
def test_a_file_in_a_folder_that_begins_with_a_dot_is_some_programs_own(name: str) -> None:
    assert is_hidden(name)
    assert not is_hidden(name.replace(".", "", 1))


def test_dots_elsewhere_in_a_name_hide_nothing() -> None:
    assert not any(map(is_hidden, (".a.png", "./a.png", "../a.png", "a.b/c.png", "v1./..a.png", "a/./b.png")))


@given(data=st.data())
def test_whatever_the_bytes_are_the_answer_is_files_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    content = bytearray(data.draw(st.sampled_from(sorted(PACKED.values(), key=zlib.crc32))))
    for place, byte in data.draw(
        st.lists(st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255)), max_size=8)
    ):
        content[place] = byte
    path = tmp_path_factory.mktemp("archives") / "archive"
    path.write_bytes(
        content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content
    )
    try:
        files = archive(path)
    except SetwrightError:
        return
    for name in files.names:
        assert len(files.head(name)) <= 100
