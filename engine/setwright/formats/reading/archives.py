"""Zip and tar archives, read where they lie: no member is ever written to a folder, so none can escape from one.

What is no plain file (links, devices, what is encrypted), what stands there twice, and what unpacks to a hundred times
its size is refused and told. An archive that as a whole is out of proportion is not read at all.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import stat
import tarfile
import tempfile
import zipfile
import zlib
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from setwright.formats.reading.listing import Files
from setwright.formats.reading.problems import ProblemKind
from setwright.model.errors import FormatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MAX_FILES = 1_000_000
"""The most members of an archive."""

MAX_RATIO = 100
"""How many times its size anything may unpack to; pictures and annotations are far from that."""

FREE = 16 * 1024 * 1024
"""What unpacks to less than this, in bytes, may have any ratio: it can do no harm."""

_CHUNK = 1 << 20
_BLOCK = tarfile.BLOCKSIZE
_LOCAL_HEADER = 30
_OPENERS: tuple[tuple[bytes, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", gzip.open),
    (b"BZh", bz2.BZ2File),
    (b"\xfd7zXZ\x00", lzma.LZMAFile),
)
BROKEN = (
    zipfile.BadZipFile,
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    IndexError,
    KeyError,
)
"""What decoders raise on hostile bytes, for the standard library documents only some of it."""


def archive(path: Path) -> ZipListing | TarListing:
    """The files in the archive at `path`; its content tells which kind it is.

    Raises:
        UsageError: it is no archive that can be read.
        FormatError: it is broken, or out of proportion.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return ZipListing(path)
    if start[257:262] == b"ustar" or any(start.startswith(magic) for magic, _ in _OPENERS):
        return TarListing(str(path), path.open("rb"))
    raise UsageError(
        f"Neither a folder nor an archive: {path}",
        "What is ingested is a folder with pictures, and annotations beside them; or a zip or tar archive of such a "
        "folder, the tar plain or compressed by gzip, bzip2 or xz.",
        "name the folder that holds the file" if path.suffix.lower() in (".jpg", ".jpeg", ".png") else None,
    )


class ZipListing(Files):
    """The files in a zip archive."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        where = self.location
        try:
            self._archive = zipfile.ZipFile(path)
            members = self._archive.infolist()
        except BROKEN as error:
            raise _broken(where, error) from error
        _check_count(where, len(members))
        _check_ratio(where, sum(member.file_size for member in members), path.stat().st_size)
        _check_overlap(where, members)
        self._members: dict[str, zipfile.ZipInfo] = {}
        for member in members:
            why = _zip_objection(member, self._members)
            if member.is_dir():
                continue
            if why is not None:
                self._refuse(ProblemKind.REFUSED_MEMBER, member.filename, why)
            elif self._add(member.filename):
                self._members[member.filename] = member

    def part(self, name: str, start: int, size: int) -> bytes:
        if start:  # it would be unpacked from its beginning each time
            raise FormatError("The file is compressed", "It can be read as a whole only.")
        try:
            with self._archive.open(self._members[name]) as file:
                return file.read(size)
        except BROKEN as error:
            raise FormatError("The archive is damaged", f"{_told(error)}.") from error

    def size(self, name: str) -> int:
        return self._members[name].file_size


class TarListing(Files):
    """The files in a tar archive. One that is compressed is unpacked to a file without a name first."""

    def __init__(self, location: str, packed: BinaryIO) -> None:
        """List the archive `packed`, which is closed in the end.

        Raises:
            FormatError: it is broken, or out of proportion.
        """
        super().__init__(location)
        self._lock = Lock()
        self._places: dict[str, tuple[int, int]] = {}
        self._file = _plain(location, packed)
        try:
            self._file.seek(0)
            with tarfile.open(fileobj=self._file, mode="r:") as members:
                for number, member in enumerate(members, start=1):
                    _check_count(location, number)
                    self._take(member)
                # Where a header is broken, or the file was cut, tarfile takes it for the end and says nothing.
                self._file.seek(members.offset)
                if self._file.read(_BLOCK) != bytes(_BLOCK):
                    raise tarfile.ReadError("it breaks off before its end mark")
        except BaseException as error:
            self._file.close()
            if isinstance(error, BROKEN):
                raise _broken(location, error) from error
            raise

    def __del__(self) -> None:
        # As `ZipFile` does it: a listing is needed until nobody asks it any more.
        if hasattr(self, "_file"):
            self._file.close()

    def _take(self, member: tarfile.TarInfo) -> None:
        if member.isdir():
            return
        name = member.name.removeprefix("./")
        if not member.isreg() or member.issparse():
            self._refuse(ProblemKind.REFUSED_MEMBER, member.name, _tar_kind(member))
        elif name in self._places:
            self._refuse(ProblemKind.REFUSED_MEMBER, name, _TWICE)
        elif self._add(name):
            self._places[name] = (member.offset_data, member.size)

    def part(self, name: str, start: int, size: int) -> bytes:
        offset, whole = self._places[name]
        wanted = max(min(whole - start, size), 0)
        with self._lock:
            self._file.seek(offset + start)
            content = self._file.read(wanted)
        if len(content) < wanted:
            raise FormatError("The archive is damaged", "It ends before this file does.")
        return content

    def size(self, name: str) -> int:
        return self._places[name][1]


_TWICE = "the archive holds another file of that name before it"


def _zip_objection(member: zipfile.ZipInfo, before: dict[str, zipfile.ZipInfo]) -> str | None:
    kind = stat.S_IFMT(member.external_attr >> 16) if member.create_system == 3 else 0
    if kind == stat.S_IFLNK:
        return "it is a link"
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        return "it is a device, a pipe or a socket"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.file_size > max(FREE, MAX_RATIO * member.compress_size):
        return f"it would unpack to {member.file_size:,} bytes from {member.compress_size:,}"
    return _TWICE if member.filename in before else None


def _tar_kind(member: tarfile.TarInfo) -> str:
    if member.issym() or member.islnk():
        return "it is a link"
    return "it is sparse" if member.issparse() else "it is a device, a pipe or a socket"


def _plain(location: str, packed: BinaryIO) -> BinaryIO:
    """A tar archive without its compression."""
    start = packed.read(6)
    opener = next((opener for magic, opener in _OPENERS if start.startswith(magic)), None)
    if opener is None:
        return packed
    size = packed.seek(0, io.SEEK_END)
    packed.seek(0)
    most = max(FREE, MAX_RATIO * size)
    plain = tempfile.TemporaryFile()
    try:
        with packed, opener(packed) as compressed:
            unpacked = 0
            while chunk := compressed.read(_CHUNK):
                unpacked += len(chunk)
                _check_ratio(location, unpacked, size, most)
                plain.write(chunk)
    except BaseException as error:
        plain.close()
        if isinstance(error, BROKEN):
            raise _broken(location, error) from error
        raise
    return plain


def _check_count(location: str, count: int) -> None:
    if count > MAX_FILES:
        raise FormatError(
            f"The archive holds too many files: {location}",
            f"{MAX_FILES:,} are the most.",
            "unpack it, and ingest the folder",
        )


def _check_ratio(location: str, unpacked: int, packed: int, most: int | None = None) -> None:
    if unpacked > (max(FREE, MAX_RATIO * packed) if most is None else most):
        raise FormatError(
            f"The archive is out of proportion: {location}",
            f"Its {packed:,} bytes would unpack to {unpacked:,} or more; more than {MAX_RATIO} times its size is not "
            "unpacked.",
        )


def _check_overlap(location: str, members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes: so a small archive unpacks to petabytes, each member in proportion."""
    spans = sorted(
        (each.header_offset, each.header_offset + _LOCAL_HEADER + each.compress_size) for each in members
    )
    if any(start < end for (_, end), (start, _) in pairwise(spans)):
        raise FormatError(
            f"The archive is out of proportion: {location}", "Its members share the same bytes."
        )


def _broken(location: str, error: Exception) -> FormatError:
    return FormatError(f"The archive cannot be read: {location}", f"{_told(error)}.")


def _told(error: Exception) -> str:
    return (str(error) or type(error).__name__).rstrip(".")
