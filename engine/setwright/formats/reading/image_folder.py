"""Hugging Face's ImageFolder with objects: a line of JSON for each picture, in a `metadata.jsonl` beside the pictures.

train/x.jpg …  train/metadata.jsonl  validation/…  [test/…]

    {"file_name": "x.jpg", "width": 640, "height": 480, "objects": {"bbox": [[x, y, w, h]], "category": [0]}}
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.formats.protocol import SIDECAR
from setwright.formats.reading.annotation_files import files_read
from setwright.formats.reading.classes import class_names, split_of_folder
from setwright.formats.reading.objects import BOXES, labels_of, read_objects, stated_size
from setwright.formats.reading.parsing import json_value, shown, without_mark
from setwright.formats.reading.pictures import Pictures
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import ReadFrame, ReadOptions
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.formats.reading.listing import Listing

_FILE = "metadata.jsonl"
_BOX = "|".join(BOXES).encode()
_LINE = re.compile(rb'^\s*\{[^\n]*"objects"\s*:\s*[\[{][^\n]*"(?:%b)"\s*:' % _BOX, re.MULTILINE)


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """Rectangles. A category is a name, or a number whose name `setwright.json` of an export tells.

    The part whose folder the file lies in becomes the metadata field `source_split`.
    """

    name: Final = "imagefolder"
    title: Final = "Hugging Face ImageFolder"

    def recognises(self, listing: Listing) -> bool:
        """Whether a `metadata.jsonl` tells of boxes."""
        return any(_is_ours(listing, name) for name in listing.names)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each line."""
        pictures = Pictures(listing.names)
        classes = class_names(listing, SIDECAR)
        files = (name for name in listing.names if posixpath.basename(name) == _FILE)
        for each in files_read(listing, files, _lines):
            if isinstance(each, Problem):
                yield each
                continue
            name, lines = each
            split = split_of_folder(name)
            for place, line in enumerate(lines, start=1):
                if line.strip():
                    yield from _frame(line, f"line {place}", name, split, classes, pictures)


def _frame(
    line: bytes, place: str, name: str, split: str | None, classes: Sequence[str], pictures: Pictures
) -> Iterator[ReadFrame | Problem]:
    try:
        told = json_value(line)
    except FormatError as error:
        yield Problem(ProblemKind.BAD_ANNOTATION, name, f"{place}: {error.detail.rstrip('.')}", (NO_LABEL,))
        return
    called = told.get("file_name") if isinstance(told, dict) else None
    objects = told.get("objects") if isinstance(told, dict) else None
    annotations, problems = read_objects(objects, classes, place, name)
    # Its paths start at the file, so where they name a folder a picture in another is not meant.
    elsewhere = (posixpath.basename(called),) if isinstance(called, str) and "/" in called else ()
    picture = pictures.named(called, name, of_several=elsewhere) if isinstance(called, str) else None
    if picture is None:
        detail = f"{place}: its picture is {shown(called)}"
        yield Problem(ProblemKind.NO_PICTURE, name, detail, labels_of(objects, classes))
        return
    before = None if annotations is None else pictures.told_before(picture, name)
    if before is not None:
        yield Problem(ProblemKind.TWO_FILES, name, before, labels_of(objects, classes))
        return
    yield from problems
    yield ReadFrame(
        picture=picture,
        source=name,
        annotations=annotations,
        stated_size=stated_size(told),
        metadata={} if split is None else {"source_split": split},
    )


def _lines(_name: str, content: bytes) -> list[bytes]:
    return without_mark(content).split(b"\n")


def _is_ours(listing: Listing, name: str) -> bool:
    return posixpath.basename(name) == _FILE and _LINE.search(without_mark(listing.head(name))) is not None
