"""YOLO in Darknet's layout, and in those of tools that have a list of classes too: labels beside the pictures, or in a
folder `labels` beside theirs.

obj.data   obj.names   train.txt   valid.txt   obj_train_data/x.jpg + x.txt      Darknet, CVAT
classes.txt   x.jpg + x.txt                                                      LabelImg
classes.txt   images/x.jpg   labels/x.txt                                        Label Studio
train/_darknet.labels   train/x.jpg + x.txt   valid/…                            Roboflow
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from setwright.formats.reading.beside import lines_of
from setwright.formats.reading.classes import CLASS_LIST, of_one_name
from setwright.formats.reading.listing import is_picture
from setwright.formats.reading.pictures import Pictures
from setwright.formats.reading.problems import Problem
from setwright.formats.reading.yolo_labels import (
    has_rows,
    in_labels,
    is_data_yaml,
    listed_pictures,
    read_labels,
    with_split,
    without_picture,
)
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import ReadFrame, ReadOptions

_LISTS = {"train": "train", "valid": "validation", "val": "validation", "test": "test"}
_CLASSES = frozenset({CLASS_LIST, "_darknet.labels"})
"""What tools call the list of classes; Darknet's own ends with `.names`."""

_PICTURE_FOLDERS = ("images", "JPEGImages")
_TRIED = 100
"""So many texts of pictures are looked into for rows, lest a folder of a million captions takes long."""


@dataclass(frozen=True, slots=True)
class YoloDarknet:
    """Boxes, and polygons, as some tools write them. The lists become the metadata field `source_split`."""

    name: Final = "yolo-darknet"
    title: Final = "YOLO Darknet"

    def recognises(self, listing: Listing) -> bool:
        """Whether there is a list of classes, and a picture with labels. Beside a YAML file of Ultralytics' those in a
        folder of their own, and other lists than Darknet's, are that one's.
        """
        names = frozenset(listing.names)
        if any(is_data_yaml(listing, name) for name in names):
            return any(map(_is_names, names)) and any(
                is_picture(name) and _beside(name) in names for name in names
            )
        return bool(_lists(names)) and (
            (any(map(_is_names, names)) and any(_labelled(names))) or self.has_labels(listing)
        )

    def has_labels(self, listing: Listing) -> bool:
        """Whether the texts of pictures have rows of labels, whatever names the classes."""
        texts = (file for file in _labelled(frozenset(listing.names)) if listing.size(file))
        return any(has_rows(listing, file) for file in islice(texts, _TRIED))

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each picture with labels.

        Raises:
            FormatError: there is no list of classes, there are several that differ, or it is not UTF-8.
        """
        classes = _classes(listing)
        yield from of_one_name(enumerate(classes), _lists(listing.names)[0])
        pictures = Pictures(listing.names)
        splits = dict(_splits(listing, pictures))
        names = frozenset(listing.names)
        labels = set()
        for picture in filter(is_picture, listing.names):
            file = _labels_of(picture, names)
            if file is None or file in labels:
                continue
            labels.add(file)
            for item in read_labels(listing, picture, file, classes):
                yield item if isinstance(item, Problem) else with_split(item, splits)
        for file in sorted(names - labels - listing.consulted):
            if file.endswith(".txt") and (problem := without_picture(listing, file, classes)) is not None:
                yield problem


def _splits(listing: Listing, pictures: Pictures) -> Iterator[tuple[str, str]]:
    """Pictures, with the list that they stand in: as a `.data` file tells the lists, else as they are called."""
    told = [name for name in listing.names if name.endswith(".data")]
    labels = frozenset(() if told else _labelled(frozenset(listing.names)))
    for name in () if told else listing.names:
        stem, ending = posixpath.splitext(posixpath.basename(name))
        if ending == ".txt" and stem in _LISTS and name not in labels:
            for picture in listed_pictures(listing, name, pictures):
                yield picture, _LISTS[stem]
    for name in told:
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


def _labels_of(picture: str, names: frozenset[str]) -> str | None:
    """The file of labels of a picture, if there is one; beside it is meant before anywhere else."""
    places = (_beside(picture), in_labels(picture, _PICTURE_FOLDERS))
    return next((file for file in places if file in names), None)


def _labelled(names: frozenset[str]) -> Iterator[str]:
    """The files of labels, in reading order."""
    found = (_labels_of(name, names) for name in sorted(names) if is_picture(name))
    return (file for file in found if file is not None)


def _is_names(name: str) -> bool:
    return name.endswith(".names")


def _lists(names: Iterable[str]) -> list[str]:
    """The files that list the classes."""
    several = sorted(names)
    own = [name for name in several if _is_names(name)]
    return own or [name for name in several if posixpath.basename(name) in _CLASSES]


def _classes(listing: Listing) -> list[str]:
    """The classes by number. Tools put a list into each folder, so that several which say the same are one."""
    lists = _lists(listing.names)
    found = [_told(listing, name) for name in lists]
    if not found:
        raise FormatError(
            "No list of classes",
            "The files of labels tell classes by number, and no file says what they are called.",
            "add a classes.txt with a class on each line, that of number 0 first; or --format folder for the pictures"
            " alone",
        )
    if any(each != found[0] for each in found):
        raise FormatError(
            "Several lists of classes",
            f"YOLO Darknet has one, and {lists[0]} and {lists[-1]} are among {len(lists)} that differ.",
            "ingest the folders of the datasets one by one",
        )
    return found[0]


def _told(listing: Listing, name: str) -> list[str]:
    try:
        return lines_of(listing, name, errors="strict")
    except UnicodeDecodeError as error:
        # With a sign for what cannot be read, two classes could become one.
        raise FormatError(
            f"{name} is not UTF-8", "It cannot be told what its classes are called.", "save it as UTF-8"
        ) from error
