"""Varied copies in exports of ours. A spec makes them of their sources; as frames they would be counted twice.

As frames of their own they could even go to another split than their source, and a model would be measured on pictures
that it has seen.
"""

from __future__ import annotations

import posixpath
from itertools import islice
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

    What cannot be read as such a file says nothing, for anybody may call a file so.
    """
    return frozenset(_told(listing)).intersection(listing.pictures)


def _told(listing: Listing) -> Iterator[str]:
    for sidecar in listing.names:
        folder, file = posixpath.split(sidecar)
        if file != SIDECAR:
            continue
        try:
            told = json_value(listing.read(sidecar, MAX_TEXT))
        except (NotRead, FormatError, OSError):
            continue
        copies = told.get("copies") if isinstance(told, dict) else None
        if not isinstance(copies, dict):
            continue
        below = f"{folder}/" if folder else ""
        files = {posixpath.basename(name): name for name in listing.pictures if name.startswith(below)}
        for name, copy in copies.items():
            path = copy.get("file") if isinstance(copy, dict) else None
            if isinstance(path, str):
                yield posixpath.join(folder, path)
            else:  # the picture lies within a file, and is called as its frame is, without the collection
                parts = name.split("_")
                called = ("_".join(parts[first:]) for first in range(len(parts)))
                yield from islice((files[each] for each in called if each in files), 1)
