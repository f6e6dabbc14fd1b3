"""From what somebody typed to the files there: a folder, an archive, or a place in an object store."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from setwright.edge.object_store import SCHEMES
from setwright.formats.reading.buckets import bucket
from setwright.formats.reading.listing import FileListing, FolderListing
from setwright.formats.reading.parquet import MAGIC
from setwright.model.errors import UsageError
from setwright.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from setwright.formats.reading.listing import Listing

_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://")


def files_at(location: str) -> Listing:
    """The files at `location`: a path, or a URL of an object store.

    Raises:
        UsageError: there is nothing there, or it is nothing that can be read.
        FormatError: it is an archive that is broken or out of proportion.
    """
    url = _URL.match(location)
    if url is not None:
        scheme = url[1].lower()
        if scheme not in SCHEMES:
            raise UsageError(
                f"Files cannot be read from {scheme}://…",
                f"Known are {', '.join(each + '://' for each in SCHEMES)}, and paths.",
                did_you_mean(scheme, SCHEMES),
            )
        return bucket(location)
    path = Path(location)
    if path.is_file():
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return FileListing(path)
        from setwright.formats.reading.archives import archive

        return archive(path)
    if not path.exists():
        raise UsageError(
            f"There is no {path}", "What is ingested is a folder, an archive, or a place in an object store."
        )
    return FolderListing(path)
