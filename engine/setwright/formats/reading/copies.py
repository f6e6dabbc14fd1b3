"""Varied copies in exports of ours. A spec makes them of their sources; as frames they would be counted twice.

As frames of their own they could even go to another split than their source, and a model would be measured on pictures
that it has seen.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from setwright.formats.reading.classes import SIDECAR
from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, json_value
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing


def varied_copies(listing: Listing) -> frozenset[str]:
    """The pictures of `listing` that a file beside them calls varied copies.

    One that has another size than that file says was replaced, and is a picture like any other. What cannot be read as
    such a file says nothing, for anybody may call a file so.
    """
    pictures = frozenset(listing.pictures)
    return frozenset(name for name, size in _told(listing) if name in pictures and listing.size(name) == size)


def _told(listing: Listing) -> Iterator[tuple[str, int]]:
    """The paths of varied copies, and their sizes. Copies within larger files have no paths; those tell of them."""
    for sidecar in listing.names:
        folder, file = posixpath.split(sidecar)
        if file != SIDECAR:
            continue
        try:
            told = json_value(listing.read(sidecar, MAX_TEXT))
        except (NotRead, FormatError, OSError):
            continue
        copies, files = (told.get("copies"), told.get("files")) if isinstance(told, dict) else (None, None)
        if not isinstance(copies, dict) or not isinstance(files, dict):
            continue
        for copy in copies.values():
            path = copy.get("file") if isinstance(copy, dict) else None
            facts = files.get(path) if isinstance(path, str) else None
            if isinstance(path, str) and isinstance(facts, dict) and isinstance(facts.get("size"), int):
                yield posixpath.join(folder, path), facts["size"]
