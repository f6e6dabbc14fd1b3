"""A plain folder of pictures, and of folders with pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.formats.reading.listing import is_picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.problems import Problem
    from setwright.formats.reading.protocol import ReadFrame, ReadOptions


@dataclass(frozen=True, slots=True)
class Folder:
    """Pictures alone."""

    name: Final = "folder"
    title: Final = "a folder of pictures"

    def recognises(self, listing: Listing) -> bool:
        """Whether there is a picture at all."""
        return any(map(is_picture, listing.names))

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """Nothing: no file speaks of the pictures."""
        return iter(())
