"""The formats that can be read, and which one a folder is in."""

from __future__ import annotations

import json
import posixpath
from typing import TYPE_CHECKING

from setwright.formats.reading.classes import SIDECAR
from setwright.formats.reading.coco import Coco
from setwright.formats.reading.folder import Folder
from setwright.formats.reading.image_folder import ImageFolder
from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parquet import Parquet
from setwright.formats.reading.segmentation import Segmentation
from setwright.formats.reading.via import Via
from setwright.formats.reading.voc import Voc
from setwright.formats.reading.webdataset import WebDataset
from setwright.formats.reading.yolo_darknet import YoloDarknet
from setwright.formats.reading.yolo_ultralytics import YoloUltralytics
from setwright.model.errors import FormatError, UsageError
from setwright.model.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import Reader

READERS: tuple[Reader, ...] = (
    Voc(),
    LayerNext(),
    Coco(),
    Via(),
    ImageFolder(),
    YoloUltralytics(),
    YoloDarknet(),
    Parquet(),
    WebDataset(),
    Segmentation(),
    Folder(),
)
"""The plain folder comes last, because it is right wherever there are pictures."""


def named(name: str) -> Reader:
    """The reader of that name.

    Raises:
        UsageError: there is none.
    """
    for reader in READERS:
        if reader.name == name:
            return reader
    known = [reader.name for reader in READERS]
    raise UsageError(
        f'There is no format "{name}"', f"Known are {', '.join(known)}.", did_you_mean(name, known)
    )


def detect(listing: Listing) -> Reader:
    """The reader that recognises `listing`.

    Raises:
        FormatError: none does, or several do; or it is an export of ours that none reads.
    """
    *formats, folder = READERS
    found = [reader for reader in formats if reader.recognises(listing)]
    if len(found) > 1:
        # Taking one would leave out in silence what stands in the files of the other.
        raise FormatError(
            f"The files in {listing.location} are of several formats",
            f"They look like {_listed([reader.title for reader in found], 'and')}.",
            "name the folder of one of them, or say which to read: --format"
            f" {_listed([reader.name for reader in found], 'or')}",
        )
    if found:
        return found[0]
    if export := _export_in(listing):
        # A plain folder it is not: masks would become frames, and what is annotated would be lost.
        raise FormatError(
            f"{export} is an export that is not read back",
            f"{listing.location} is one that setwright wrote.",
            "ingest another export of the version, RAW say; `--format folder` takes every picture, masks too",
        )
    if folder.recognises(listing):
        return folder
    raise FormatError(
        f"There are no pictures in {listing.location}",
        "Nor does anything there look like annotations.",
        "name the folder that holds both pictures and annotations",
    )


def _listed(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def _export_in(listing: Listing) -> str | None:
    """The name of the export of ours that lies there, if one does."""
    for name in listing.names:
        if posixpath.basename(name) == SIDECAR:
            try:
                told = json.loads(listing.read(name, MAX_TEXT))
            except (OSError, ValueError, RecursionError, FormatError):
                continue
            if isinstance(told, dict) and isinstance(told.get("export"), str) and "manifest" in told:
                return str(told["export"])
    return None
