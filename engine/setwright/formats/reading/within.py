"""Files within files, in the place of those that hold them: samples in tar files, pictures in rows of a table."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO, cast

from setwright.formats.reading.archives import ZipListing
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from _typeshed import WriteableBuffer

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.problems import Problem

_BUFFER = 1 << 16


class Within:
    """The files of `outer`, and in the place of some of them those that lie inside: `inner` has a listing for each.

    A file inside is called by the name of the one that holds it, a slash, and its own name there. What is read of the
    others is told as read of the files that hold them. `problems` are those of opening them.
    """

    def __init__(
        self, outer: Listing, inner: Mapping[str, Listing], problems: Sequence[Problem] = ()
    ) -> None:
        self._outer = outer
        self._inner = inner
        self._opening = problems
        self._opened = frozenset((*inner, *(problem.file for problem in problems)))
        self._places = {
            f"{holder}/{name}": (files, name) for holder, files in inner.items() for name in files.names
        }

    @property
    def inner(self) -> Mapping[str, Listing]:
        """The listings of the files that hold others."""
        return self._inner

    @property
    def location(self) -> str:
        return self._outer.location

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted((*(set(self._outer.names) - self._opened), *self._places)))

    @property
    def hidden(self) -> tuple[str, ...]:
        inside = (f"{holder}/{name}" for holder, files in self._inner.items() for name in files.hidden)
        return tuple(sorted((*self._outer.hidden, *inside)))

    @property
    def pictures(self) -> tuple[str, ...]:
        inside = (f"{holder}/{name}" for holder, files in self._inner.items() for name in files.pictures)
        return (*(name for name in self._outer.pictures if name not in self._opened), *inside)

    @property
    def problems(self) -> tuple[Problem, ...]:
        inside = (
            replace(problem, file=f"{holder}/{problem.file}")
            for holder, files in self._inner.items()
            for problem in files.problems
        )
        return (*self._outer.problems, *self._opening, *inside)

    @property
    def consulted(self) -> frozenset[str]:
        inside = (f"{holder}/{name}" for holder, files in self._inner.items() for name in files.consulted)
        return self._outer.consulted.union(self._opened, inside)

    def read(self, name: str, limit: int) -> bytes:
        files, name = self._place(name)
        return files.read(name, limit)

    def head(self, name: str) -> bytes:
        files, name = self._place(name)
        return files.head(name)

    def part(self, name: str, start: int, size: int) -> bytes:
        files, name = self._place(name)
        return files.part(name, start, size)

    def size(self, name: str) -> int:
        files, name = self._place(name)
        return files.size(name)

    def path(self, name: str) -> Path | None:
        files, name = self._place(name)
        return files.path(name)

    def _place(self, name: str) -> tuple[Listing, str]:
        return self._places.get(name, (self._outer, name))


def opened(listing: Listing, name: str) -> BinaryIO:
    """A file of a listing to seek and read in. Nothing stays open between two reads."""
    return cast("BinaryIO", io.BufferedReader(_File(listing, name), _BUFFER))


def refuse_zip(listing: Listing) -> None:
    """Do nothing where files can be read from any place on.

    Raises:
        FormatError: they are compressed in a zip archive, and would be unpacked from the beginning for each picture.
    """
    if isinstance(listing, ZipListing):
        raise FormatError(
            f"Files that hold pictures cannot be read within a zip archive: {listing.location}",
            "Each would be unpacked from its beginning for every picture.",
            "unpack it, and ingest the folder",
        )


class _File(io.RawIOBase):
    def __init__(self, listing: Listing, name: str) -> None:
        self._listing = listing
        self._name = name
        self._place = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        match whence:
            case io.SEEK_CUR:
                offset += self._place
            case io.SEEK_END:
                offset += self._listing.size(self._name)
            case _:
                pass
        if offset < 0:
            raise ValueError(f"a place before the beginning: {offset}")
        self._place = offset
        return offset

    def tell(self) -> int:
        return self._place

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        content = self._listing.part(self._name, self._place, len(view))
        view[: len(content)] = content
        self._place += len(content)
        return len(content)
