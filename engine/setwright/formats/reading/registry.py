"""The formats that can be read, and which one a folder is in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.formats.reading.coco import Coco
from setwright.formats.reading.export_beside import export_in
from setwright.formats.reading.folder import Folder
from setwright.formats.reading.image_folder import ImageFolder
from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.not_read import not_read
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

    from setwright.formats.reading.export_beside import Export
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
        FormatError: none does, or several do; it is an export of which none is read; what is annotated is in a format
            that none reads; or what might hold pictures is broken.
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
    export = export_in(listing)
    # A plain folder no export is: masks would become frames, and what is annotated would be lost.
    if export is None and folder.recognises(listing):
        # Nor is one whose labels nothing explains: its reader says what is missing.
        if (yolo := YoloDarknet()).has_labels(listing):
            return yolo
        if foreign := not_read(listing):
            file, format = foreign
            raise FormatError(
                f"Annotations in a format that is not read: {file}",
                f"It looks like {format}. As plain pictures the frames would have no annotations.",
                "bring them as COCO, which most tools write; --format folder takes the pictures alone",
            )
        return folder
    raise _nothing(listing, export)


def _nothing(listing: Listing, export: Export | None) -> FormatError:
    """Why nothing is read of files that no reader recognises."""
    if export is not None and (missing := export.missing(listing)):
        return missing
    if broken := _broken(listing):
        return broken
    if export is not None:
        return export.not_read(listing)
    return FormatError(
        f"There are no pictures in {listing.location}",
        "Nor does anything there look like annotations.",
        "name the folder that holds both pictures and annotations",
    )


def _broken(listing: Listing) -> FormatError | None:
    """What to say of files that hold others, where they cannot be read and there is nothing else."""
    for reader, ending in ((Parquet(), ".parquet"), (WebDataset(), ".tar")):
        if not any(name.lower().endswith(ending) for name in listing.names):
            continue
        if problems := reader.opened(listing).problems:
            first = problems[0]
            more = f" There are {len(problems) - 1:,} more such problems." if len(problems) > 1 else ""
            return FormatError(
                f"{first.file} cannot be read as {reader.title}",
                f"{first.detail[:1].upper()}{first.detail[1:]}.{more}",
            )
    return None


def _listed(words: Sequence[str], last: str) -> str:
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
