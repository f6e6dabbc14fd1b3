"""YOLO in Darknet's layout: labels beside the pictures, and a list of the classes.

obj.data   obj.names   train.txt   valid.txt   obj_train_data/x.jpg + x.txt
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from setwright.formats.reading.listing import is_picture
from setwright.formats.reading.pictures import Pictures
from setwright.formats.reading.problems import Problem
from setwright.formats.reading.yolo_labels import (
    lines_of,
    listed_pictures,
    read_labels,
    with_split,
    without_picture,
)
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import ReadFrame, ReadOptions

_LISTS = {"train": "train", "valid": "validation", "val": "validation", "test": "test"}


@dataclass(frozen=True, slots=True)
class YoloDarknet:
    """Boxes, and polygons, as some tools write them. The lists become the metadata field `source_split`."""

    name: Final = "yolo-darknet"
    title: Final = "YOLO Darknet"

    def recognises(self, listing: Listing) -> bool:
        """Whether there is a list of classes, and a picture with labels beside it."""
        names = frozenset(listing.names)
        return any(map(_is_names, names)) and any(
            is_picture(name) and _beside(name) in names for name in listing.names
        )

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each picture with labels beside it.

        Raises:
            FormatError: there is no list of classes, there are several, or it is not UTF-8.
        """
        lists = [name for name in listing.names if _is_names(name)]
        if len(lists) != 1:
            raise FormatError(
                "No list of classes" if not lists else "Several lists of classes",
                f"YOLO Darknet has one file that ends with .names; there are {len(lists)}.",
                "ingest the folders of the datasets one by one" if lists else None,
            )
        try:
            classes = lines_of(listing, lists[0], errors="strict")
        except UnicodeDecodeError as error:
            # With a sign for what cannot be read, two classes could become one.
            raise FormatError(
                f"{lists[0]} is not UTF-8",
                "It cannot be told what its classes are called.",
                "save it as UTF-8",
            ) from error
        pictures = Pictures(listing.names)
        splits = dict(_splits(listing, pictures))
        names = frozenset(listing.names)
        labels = set()
        for picture in filter(is_picture, listing.names):
            if (file := _beside(picture)) not in names or file in labels:
                continue
            labels.add(file)
            for item in read_labels(listing, picture, file, classes):
                yield item if isinstance(item, Problem) else with_split(item, splits)
        for file in sorted(names - labels - listing.consulted):
            if file.endswith(".txt") and (problem := without_picture(listing, file, classes)) is not None:
                yield problem


def _splits(listing: Listing, pictures: Pictures) -> Iterator[tuple[str, str]]:
    """Pictures, with the list that they stand in."""
    for name in listing.names:
        if not name.endswith(".data"):
            continue
        for line in lines_of(listing, name):
            key, _, value = (part.strip() for part in line.partition("="))
            file = _near(listing, name, value)
            if key in _LISTS and file is not None:
                for picture in listed_pictures(listing, file, pictures):
                    yield picture, _LISTS[key]


def _near(listing: Listing, source: str, called: str) -> str | None:
    """The file of that name beside `source`, for the paths that tools write before it differ."""
    beside = posixpath.join(posixpath.dirname(source), posixpath.basename(called.replace("\\", "/")))
    return beside if called and beside in listing.names else None


def _beside(picture: str) -> str:
    return posixpath.splitext(picture)[0] + ".txt"


def _is_names(name: str) -> bool:
    return name.endswith(".names")
