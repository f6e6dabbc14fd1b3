"""What is to be ingested, as far as files tell it without a lake: so that a mistake is told before one is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.formats.reading.protocol import ReadOptions, opened_by
from setwright.formats.reading.registry import detect, named
from setwright.formats.reading.sources import files_at
from setwright.lake.identity import checked_name
from setwright.lake.ingest import Found, find
from setwright.model.errors import UsageError
from setwright.model.events import silence

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.formats.reading.listing import Listing
    from setwright.model.events import Listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """Files and what they say, for a collection, by an operation. `detected` says that nobody told the format."""

    listing: Listing
    found: Found
    format: str
    detected: bool
    collection: str
    operation: str
    in_place: bool


def incoming(
    location: Path | str,
    *,
    collection: str,
    format: str | None = None,
    operation: str | None = None,
    options: ReadOptions | None = None,
    in_place: bool = False,
    listener: Listener = silence,
) -> Incoming:
    """List the files at `location`, and read those that hold annotations; the rest is as `Lake.ingest` has it.

    Raises:
        UsageError: there is no such place or format, or a name is none.
        FormatError: nothing there can be read.
    """
    listing = files_at(str(location))
    reader = named(format) if format is not None else detect(listing)
    listing = opened_by(reader, listing)
    if in_place and any(listing.path(name) is None for name in listing.pictures):
        raise UsageError(
            f"Pictures cannot stay in place in {listing.location}",
            "The lake can refer to files in a folder of this machine only, not to what lies inside other files.",
            "leave out --in-place, and they are copied",
        )
    collection = checked_name("collection", collection)
    operation = checked_name("operation", f"ingest:{collection}" if operation is None else operation)
    return Incoming(
        listing=listing,
        found=find(listing, reader, options or ReadOptions(), listener),
        format=reader.name,
        detected=format is None,
        collection=collection,
        operation=operation,
        in_place=in_place,
    )
