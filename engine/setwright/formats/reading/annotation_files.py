"""The annotation files of a format, read one by one. One that cannot be read is told, and passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from setwright.formats.reading.listing import Listing

T = TypeVar("T")


def json_files(listing: Listing, begins: Callable[[bytes], bool]) -> Iterator[str]:
    """The names of the JSON files whose first bytes `begins` says yes to, in reading order."""
    return (name for name in listing.names if name.lower().endswith(".json") and begins(listing.head(name)))


def files_read(
    listing: Listing, names: Iterable[str], made: Callable[[str, bytes], T]
) -> Iterator[tuple[str, T] | Problem]:
    """Each file's name with what `made` makes of its name and content, or what is wrong with it.

    A file is wrong where it cannot be read, or `made` raises FormatError.
    """
    for name in names:
        try:
            read = made(name, listing.read(name, MAX_TEXT))
        except (FormatError, OSError) as error:
            detail = error.detail.rstrip(".") if isinstance(error, FormatError) else str(error.strerror)
            yield Problem(ProblemKind.UNREADABLE_FILE, name, detail)
        else:
            yield name, read
