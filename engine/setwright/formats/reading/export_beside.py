"""What a `setwright.json` tells of the export that lies around it, where no reader recognises that export."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from setwright.formats.protocol import SIDECAR
from setwright.formats.reading.beside import told_beside
from setwright.model.counting import counted
from setwright.model.errors import FormatError
from setwright.spec.exports import known_export

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing

_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Export:
    """An export by its name, the file that tells of it, and the files that it says there are, sorted."""

    name: str
    beside: str
    files: tuple[str, ...]

    def missing(self, listing: Listing) -> FormatError | None:
        """Which of its files are not there, if any are."""
        names = frozenset(listing.names)
        gone = [name for name in self.files if name not in names]
        if not gone:
            return None
        more = f" and {len(gone) - _SHOWN:,} more" if len(gone) > _SHOWN else ""
        return FormatError(
            f"Files of the export are missing: {listing.location}",
            f"{self.beside} tells of {counted(len(self.files), 'file')} of an export {self.name}; not there:"
            f" {', '.join(gone[:_SHOWN])}{more}.",
            "bring the whole folder; `--format folder` takes the pictures that are there, masks too",
        )

    def not_read(self, listing: Listing) -> FormatError:
        """Why nothing of it is read though it is whole: it tells of no frames, or no reader is for it."""
        if known_export(self.name) is not None:
            return FormatError(
                f"The export in {listing.location} tells of no frames",
                f"All files of an export {self.name} that {self.beside} names are there, and no picture is among them "
                "that is read.",
                "ingest a version with frames; `--format folder` takes every picture, masks too",
            )
        return FormatError(
            f"{self.name} is an export that is not read back",
            f"{listing.location} is one that setwright wrote.",
            "ingest another export of the version, RAW say; `--format folder` takes every picture, masks too",
        )


def export_in(listing: Listing) -> Export | None:
    """The export of ours that lies there, if one does."""
    for name, told in told_beside(listing, SIDECAR):
        if isinstance(told.get("export"), str) and "manifest" in told:
            files = sorted(_files(told.get("files"), posixpath.dirname(name)))
            return Export(told["export"], name, tuple(files))
    return None


def _files(told: Any, folder: str) -> Iterator[str]:
    return (posixpath.join(folder, path) for path in (told if isinstance(told, dict) else ()))
