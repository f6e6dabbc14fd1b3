"""What the values and colours of masks mean, as the lists beside them tell it.

    classes.csv, _classes.csv   Pixel Value, Class          setwright, Roboflow
    class_dict.csv              name,r,g,b                  CamVid as Kaggle has it
    dataset_meta.json           label_map, segmentation_colors, background_label          datumaro
    label_colors.txt            R G B name                  CamVid
    labelmap.txt                name:R,G,B:parts:actions    CVAT, datumaro's VOC

Where a list has no values the first class is 0, and where it has no colours they are VOC's.
"""

from __future__ import annotations

import csv
import posixpath
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, json_value, label
from setwright.formats.writing.colours import colour
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from setwright.formats.reading.listing import Listing
    from setwright.formats.writing.colours import Colour

BACKGROUND = ""
"""Stands for the class of what is no object."""

VOID = 255
"""The value, and in VOC's colours the class, of pixels that are to be passed over."""

_COLOUR_LINE = re.compile(r"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S.*)")

_VOC = (
    *("background", "aeroplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow"),
    *(
        "diningtable",
        "dog",
        "horse",
        "motorbike",
        "person",
        "pottedplant",
        "sheep",
        "sofa",
        "train",
        "tvmonitor",
    ),
)


@dataclass(frozen=True, slots=True)
class MaskClasses:
    """The classes by value, and by colour as one number (`packed`); `BACKGROUND` for what is no object."""

    by_value: dict[int, str] = field(default_factory=dict)
    by_colour: dict[int, str] = field(default_factory=dict)

    def add(self, value: int, name: Any, shown: Colour | None = None, background: bool | None = None) -> None:
        """Take a class in; one whose name is none is left out, so that its pixels are told.

        Where nothing says whether it is the `background`, its name does.
        """
        try:
            called = label(name)
        except NotRead:
            return
        if background is None:
            background = called.casefold() == "background"
        called = BACKGROUND if background else called
        self.by_value.setdefault(value, called)
        if shown is not None:
            self.by_colour.setdefault(packed(shown), called)

    def __bool__(self) -> bool:
        return bool(self.by_value)


def packed(shown: Colour) -> int:
    """A colour as one number."""
    red, green, blue = shown
    return red << 16 | green << 8 | blue


def voc_classes() -> MaskClasses:
    """VOC's own, for its masks come without a list."""
    classes = MaskClasses()
    for value, name in enumerate(_VOC):
        classes.add(value, name, colour(value))
    return classes


def lists_classes(name: str) -> bool:
    """Whether a file is a list of classes, by its name."""
    return posixpath.basename(name) in _LISTS


def classes_near(listing: Listing, folder: str) -> MaskClasses:
    """What the lists in `folder` tell, or those in the nearest folder around it that has any; maybe nothing.

    Raises:
        FormatError: a list cannot be read.
    """
    names = frozenset(listing.names)
    while True:
        classes = MaskClasses()
        for name, reader in _LISTS.items():
            if (file := posixpath.join(folder, name)) in names:
                try:
                    reader(listing.read(file, MAX_TEXT), classes)
                except (ValueError, LookupError, TypeError, AttributeError, csv.Error) as error:
                    raise FormatError(f"{file} is no list of classes", f"{error}.") from error
        if classes or not folder:
            return classes
        folder = posixpath.dirname(folder)


def _table(content: bytes, classes: MaskClasses) -> None:
    rows = csv.DictReader(_lines(content), skipinitialspace=True)
    columns = {(column or "").strip().lower(): column for column in rows.fieldnames or ()}
    for place, row in enumerate(rows):
        if {"pixel value", "class"} <= columns.keys():
            classes.add(int(row[columns["pixel value"]]), row[columns["class"]])
        elif {"name", "r", "g", "b"} <= columns.keys():
            shown = _colour(row[columns[each]] for each in "rgb")
            classes.add(place, row[columns["name"]], shown)


def _meta(content: bytes, classes: MaskClasses) -> None:
    told = json_value(content)
    colours = told.get("segmentation_colors") or []
    background = told.get("background_label")
    is_told = background in told["label_map"]
    for place, (value, name) in enumerate(told["label_map"].items()):
        shown = _colour(colours[place]) if place < len(colours) else None
        classes.add(int(value), name, shown, value == background if is_told else None)


def _colours(content: bytes, classes: MaskClasses) -> None:
    for place, line in enumerate(_lines(content)):
        told = _COLOUR_LINE.match(line)
        classes.add(place, told[4] if told else line, _colour(told.groups()[:3]) if told else colour(place))


def _label_map(content: bytes, classes: MaskClasses) -> None:
    lines = (line for line in _lines(content) if not line.startswith("#"))
    for place, line in enumerate(lines):
        name, _, rest = line.partition(":")
        told = rest.partition(":")[0]
        classes.add(place, name, _colour(told.split(",")) if told else colour(place))


def _colour(parts: Any) -> Colour:
    red, green, blue = (int(part) for part in parts)
    if not all(0 <= part <= 255 for part in (red, green, blue)):
        raise ValueError(f"a colour is {red}, {green}, {blue}")
    return red, green, blue


def _lines(content: bytes) -> Iterator[str]:
    return (line for line in content.decode("utf-8-sig").splitlines() if line.strip())


_LISTS: Mapping[str, Callable[[bytes, MaskClasses], None]] = {
    "dataset_meta.json": _meta,
    "classes.csv": _table,
    "_classes.csv": _table,
    "class_dict.csv": _table,
    "labelmap.txt": _label_map,
    "label_colors.txt": _colours,
}
