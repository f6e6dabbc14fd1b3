"""YOLO in the layouts of Ultralytics and Roboflow: labels in a tree beside the pictures', classes in a YAML file.

data.yaml   images/train/x.jpg   labels/train/x.txt        or        train/images/x.jpg   train/labels/x.txt
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.classes import PARTS, of_one_name
from setwright.formats.reading.listing import is_picture
from setwright.formats.reading.pictures import Pictures
from setwright.formats.reading.problems import Problem
from setwright.formats.reading.protocol import ReadFrame
from setwright.formats.reading.yolo_labels import (
    in_labels,
    is_data_yaml,
    listed_pictures,
    read_labels,
    with_split,
    without_picture,
)
from setwright.model.counting import listed
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.protocol import ReadOptions

_SHOWN = 5
_MAX_YAML = 1024 * 1024
_MAX_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class YoloUltralytics:
    """Boxes and polygons. The part that a picture is in becomes the metadata field `source_split`: as the YAML file
    tells by folders and by lists, else as the folder is called.

    Where the YAML file speaks of keypoints (`kpt_shape`), they are kept as metadata of the annotation.
    """

    name: Final = "yolo-ultralytics"
    title: Final = "YOLO (Ultralytics)"

    def recognises(self, listing: Listing) -> bool:
        """Whether a YAML file names classes and parts."""
        return any(is_data_yaml(listing, name) for name in listing.names)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each picture that has a file of labels.

        Raises:
            FormatError: there is no YAML file that names the classes, or there are several.
        """
        files = [name for name in listing.names if is_data_yaml(listing, name)]
        if len(files) != 1:
            raise FormatError(
                "No file that names the classes" if not files else "Several files that name classes",
                f"YOLO of Ultralytics has one data.yaml with names; there are {len(files)}"
                f"{': ' if files else ''}{listed(files, _SHOWN)}.",
                "leave the one there that is meant, or ingest the folders of the datasets one by one"
                if files
                else None,
            )
        document = _document(listing, files[0])
        classes, pose = _classes(document, files[0])
        yield from of_one_name(enumerate(classes), files[0])
        splits = _splits(listing, files[0], document)
        names = frozenset(listing.names)
        labels = set()
        for picture in filter(is_picture, listing.names):
            file = in_labels(picture)
            if file in names and file not in labels:
                labels.add(file)
                for item in read_labels(listing, picture, file, classes, pose=pose):
                    yield item if isinstance(item, Problem) else with_split(item, splits)
            elif picture in splits:
                yield with_split(ReadFrame(picture=picture, source=files[0]), splits)
        for file in sorted(names - labels):
            if file.endswith(".txt") and (problem := without_picture(listing, file, classes)) is not None:
                yield problem


def _document(listing: Listing, name: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(listing.read(name, _MAX_YAML).decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(
            f"{name} cannot be read", f"It is no YAML: {str(error).splitlines()[0]}."
        ) from error


def _splits(listing: Listing, name: str, document: dict[str, Any]) -> dict[str, str]:
    """Pictures with the part that they are in as the YAML file `name` tells: each is a folder, a list, or several.

    A list says more than a folder, and a folder more than one around it; of two that say the same the first counts.
    """
    pictures = Pictures(listing.names)
    around = {posixpath.dirname(picture) for picture in filter(is_picture, listing.names)}
    folders: dict[str, str] = {}
    for folder in around:
        while folder not in folders:
            folders[folder] = ""
            folder = posixpath.dirname(folder)
    listed: dict[str, str] = {}
    for key, split in PARTS.items():
        told = document.get(key)
        for value in told if isinstance(told, list) else [told]:
            for place in _places(value, name, document.get("path")):
                if place in folders:
                    folders[place] = folders[place] or split
                elif place.endswith(".txt") and place in listing.names:
                    for picture in listed_pictures(listing, place, pictures):
                        listed.setdefault(picture, split)
                else:
                    continue
                break
    for picture in filter(is_picture, listing.names):
        folder = posixpath.dirname(picture)
        while folder and not folders[folder]:
            folder = posixpath.dirname(folder)
        if split := folders[folder]:
            listed.setdefault(picture, split)
    return listed


def _places(value: Any, name: str, path: Any) -> Iterator[str]:
    """Where a folder or a list may be that the YAML file `name` tells of, the likeliest first.

    Its paths start at `path`, which is often that of another machine, or at the file; Roboflow's at a folder beside it.
    """
    if not isinstance(value, str) or not value.strip():
        return
    beside, told = posixpath.dirname(name), value.strip().replace("\\", "/")
    starts = [path.replace("\\", "/"), ""] if isinstance(path, str) else [""]
    for each in (*(posixpath.join(start, told) for start in starts), re.sub(r"^(\.\./)+", "", told)):
        place = posixpath.normpath(posixpath.join(beside, each))
        yield "" if place == "." else place


def _classes(document: Any, name: str) -> tuple[list[str], bool]:
    """The names of the classes by id, and whether objects have keypoints."""
    found = document.get("names") if isinstance(document, dict) else None
    by_id: Any = dict(enumerate(found)) if isinstance(found, list) else found
    if isinstance(by_id, dict):
        # Numbers in quotes are meant as numbers, as Ultralytics takes them.
        by_number = {_number(key): called for key, called in by_id.items()}
        by_id = by_number if len(by_number) == len(by_id) else None
    if not by_id or not isinstance(by_id, dict) or not all(map(_is_class, by_id.items())):
        raise FormatError(
            f"{name} does not name its classes",
            "`names` is a list, or a mapping from class ids.",
            "write `names: [cat, dog]`, say, the class of number 0 first",
        )
    # A class that is passed over has no name, and whoever is of it cannot be read.
    classes = [str(by_id.get(key, "")) for key in range(max(by_id) + 1)]
    return classes, "kpt_shape" in document


def _number(key: Any) -> Any:
    return int(key) if isinstance(key, str) and re.fullmatch("[0-9]{1,9}", key) else key


def _is_class(item: tuple[Any, Any]) -> bool:
    key, name = item
    return type(key) is int and 0 <= key < _MAX_CLASSES and isinstance(name, str | int | float)
