"""What files beside the pictures tell of all of them, such as the `setwright.json` of an export, or lists."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.listing import MAX_TEXT
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing


def told_beside(listing: Listing, *files: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The path and the JSON object of each file that is called so.

    What cannot be read, or is no object, says nothing, for anybody may call a file so.
    """
    for name in listing.names:
        if posixpath.basename(name) in files:
            try:
                told = json.loads(listing.read(name, MAX_TEXT))
            except (OSError, ValueError, RecursionError, FormatError):
                continue
            if isinstance(told, dict):
                yield name, told


def lines_of(listing: Listing, name: str, errors: str = "replace") -> list[str]:
    """The lines of a text file, without spaces around them and empty ones at the end; `errors` is that of `decode`."""
    text = listing.read(name, MAX_TEXT).decode("utf-8-sig", errors)
    return [line.strip() for line in text.rstrip().splitlines()]
