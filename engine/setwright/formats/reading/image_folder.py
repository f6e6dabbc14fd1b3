"""Hugging Face's ImageFolder with objects: a line of JSON for each picture, in a `metadata.jsonl` beside the pictures.

train/x.jpg …  train/metadata.jsonl  validation/…  [test/…]

    {"file_name": "x.jpg", "width": 640, "height": 480, "objects": {"bbox": [[x, y, w, h]], "category": [0]}}
"""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.annotation_files import files_read
from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, json_value, label, number, shown
from setwright.formats.reading.pictures import Pictures
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import ReadAnnotation, ReadFrame, ReadOptions, Rectangle
from setwright.formats.reading.yolo_labels import PARTS
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.formats.reading.listing import Listing

_FILE = "metadata.jsonl"
_SIDECAR = "setwright.json"
_LINE = re.compile(rb'\s*\{[^\n]*"objects"\s*:\s*\{[^\n]*"bbox"\s*:')


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
        classes = _classes(listing)
        files = (name for name in listing.names if posixpath.basename(name) == _FILE)
        for each in files_read(listing, files, _lines):
            if isinstance(each, Problem):
                yield each
                continue
            name, lines = each
            split = next((PARTS[part] for part in reversed(name.split("/")[:-1]) if part in PARTS), None)
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
    boxes = _list(objects, "bbox")
    categories = _list(objects, "category") or _list(objects, "categories")
    labels = tuple(_name(each, classes) or NO_LABEL for each in categories)
    picture = pictures.named(called, name) if isinstance(called, str) else None
    if picture is None:
        yield Problem(ProblemKind.NO_PICTURE, name, f"{place}: its picture is {shown(called)}", labels)
        return
    if (before := pictures.told_before(picture, name)) is not None:
        yield Problem(ProblemKind.TWO_FILES, name, before, labels)
        return
    if len(boxes) != len(categories):
        detail = f"{place}: {len(boxes)} boxes and {len(categories)} categories"
        yield Problem(ProblemKind.BAD_ANNOTATION, name, detail, labels)
        boxes = []
    annotations = []
    for box, category in zip(boxes, categories, strict=False):
        try:
            annotations.append(_annotation(box, category, classes))
        except NotRead as error:
            left_out = (_name(category, classes) or NO_LABEL,)
            yield Problem(ProblemKind.BAD_ANNOTATION, name, f"{place}: {error}", left_out)
    yield ReadFrame(
        picture=picture,
        source=name,
        annotations=None if objects is None else tuple(annotations),
        stated_size=_size(told),
        metadata={} if split is None else {"source_split": split},
    )


def _annotation(box: Any, category: Any, classes: Sequence[str]) -> ReadAnnotation:
    called = _name(category, classes)
    if called is None:
        raise NotRead(f"no class is called {shown(category)}, and no {_SIDECAR} names one of that number")
    if not isinstance(box, list) or len(box) != 4:
        raise NotRead(f"the box of {called} is not four numbers: {shown(box)}")
    left, top, width, height = (number(edge, f"the box of {called}") for edge in box)
    return ReadAnnotation(label=called, shape=Rectangle((left, top, left + width, top + height)))


def _name(category: Any, classes: Sequence[str]) -> str | None:
    if type(category) is int:
        return classes[category] if 0 <= category < len(classes) else None
    try:
        return label(category)
    except NotRead:
        return None


def _classes(listing: Listing) -> list[str]:
    """The classes by number, as the `setwright.json` of an export has them; none where there is none."""
    for name in listing.names:
        if posixpath.basename(name) == _SIDECAR:
            try:
                told = json.loads(listing.read(name, MAX_TEXT))
                return [label(each) for each in told["classes"]]
            except (OSError, ValueError, RecursionError, FormatError, LookupError, TypeError):
                continue
    return []


def _lines(_name: str, content: bytes) -> list[bytes]:
    return content.removeprefix(b"\xef\xbb\xbf").split(b"\n")


def _size(told: dict[str, Any]) -> tuple[int, int] | None:
    width, height = told.get("width"), told.get("height")
    return (width, height) if type(width) is int and type(height) is int else None


def _list(objects: Any, key: str) -> list[Any]:
    found = objects.get(key) if isinstance(objects, dict) else None
    return found if isinstance(found, list) else []


def _is_ours(listing: Listing, name: str) -> bool:
    return posixpath.basename(name) == _FILE and _LINE.match(listing.head(name)) is not None
