"""Varied copies in exports of ours. A spec makes them of their sources; as frames they would be counted twice.

As frames of their own they could even go to another split than their source, and a model would be measured on pictures
that it has seen.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from setwright.formats.protocol import SIDECAR
from setwright.formats.reading.beside import told_beside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing


def varied_copies(listing: Listing) -> frozenset[str]:
    """The pictures of `listing` that a file beside them calls varied copies.

    One that has another size than that file says was replaced, and is a picture like any other.
    """
    pictures = frozenset(listing.pictures)
    return frozenset(name for name, size in _told(listing) if name in pictures and listing.size(name) == size)


def _told(listing: Listing) -> Iterator[tuple[str, int]]:
    """The paths of varied copies, and their sizes. Copies within larger files have no paths; those tell of them."""
    for sidecar, told in told_beside(listing, SIDECAR):
        copies, files = told.get("copies"), told.get("files")
        if not isinstance(copies, dict) or not isinstance(files, dict):
            continue
        for copy in copies.values():
            path = copy.get("file") if isinstance(copy, dict) else None
            facts = files.get(path) if isinstance(path, str) else None
            if isinstance(path, str) and isinstance(facts, dict) and isinstance(facts.get("size"), int):
                yield posixpath.join(posixpath.dirname(sidecar), path), facts["size"]
