"""YOLO in the layouts of Ultralytics and Roboflow: labels in a tree beside the pictures', classes in a YAML file.

data.yaml   images/train/x.jpg   labels/train/x.txt        or        train/images/x.jpg   train/labels/x.txt
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.listing import is_picture
from setwright.formats.reading.yolo_labels import read_labels, without_picture
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.problems import Problem
    from setwright.formats.reading.protocol import ReadFrame, ReadOptions

_NAMES = re.compile(rb"^names\s*:", re.MULTILINE)
_PARTS = re.compile(rb"^(train|val|test|path)\s*:", re.MULTILINE)
_MAX_YAML = 1024 * 1024
_MAX_CLASSES = 100_000


@dataclass(frozen=True, slots=True)
class YoloUltralytics:
    """Boxes and polygons. The part whose folder a picture lies in becomes the metadata field `source_split`.

    Where the YAML file speaks of keypoints (`kpt_shape`), they are kept as metadata of the annotation.
    """

    name: Final = "yolo-ultralytics"
    title: Final = "YOLO (Ultralytics)"

    def recognises(self, listing: Listing) -> bool:
        """Whether a YAML file names classes and parts."""
        return any(_is_ours(listing, name) for name in listing.names)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each picture that has a file of labels.

        Raises:
            FormatError: there is no YAML file that names the classes, or there are several.
        """
        files = [name for name in listing.names if _is_ours(listing, name)]
        if len(files) != 1:
            raise FormatError(
                "No file that names the classes" if not files else "Several files that name classes",
                f"YOLO of Ultralytics has one data.yaml with names; there are {len(files)}.",
                "ingest the folders of the datasets one by one" if files else None,
            )
        classes, pose = _classes(listing, files[0])
        names = frozenset(listing.names)
        labels = set()
        for picture in filter(is_picture, listing.names):
            file = _label_file(picture)
            if file in names and file not in labels:
                labels.add(file)
                yield from read_labels(listing, picture, file, classes, pose=pose)
        for file in sorted(names - labels):
            if file.endswith(".txt") and (problem := without_picture(listing, file, classes)) is not None:
                yield problem


def _label_file(picture: str) -> str:
    """As Ultralytics finds it: the last folder `images` is `labels` there."""
    parts = (posixpath.splitext(picture)[0] + ".txt").split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part == "images"]
    if places:
        parts[places[-1]] = "labels"
    return "/".join(parts)


def _classes(listing: Listing, name: str) -> tuple[list[str], bool]:
    """The names of the classes by id, and whether objects have keypoints."""
    import yaml

    try:
        document = yaml.safe_load(listing.read(name, _MAX_YAML).decode("utf-8-sig"))
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise FormatError(
            f"{name} cannot be read", f"It is no YAML: {str(error).splitlines()[0]}."
        ) from error
    found = document.get("names") if isinstance(document, dict) else None
    by_id: Any = dict(enumerate(found)) if isinstance(found, list) else found
    if not isinstance(by_id, dict) or not by_id or not all(map(_is_class, by_id.items())):
        raise FormatError(
            f"{name} does not name its classes", "`names` is a list, or a mapping from class ids."
        )
    # A class that is passed over has no name, and whoever is of it cannot be read.
    classes = [str(by_id.get(key, "")) for key in range(max(by_id) + 1)]
    return classes, "kpt_shape" in document


def _is_class(item: tuple[Any, Any]) -> bool:
    key, name = item
    return type(key) is int and 0 <= key < _MAX_CLASSES and isinstance(name, str | int | float)


def _is_ours(listing: Listing, name: str) -> bool:
    if not name.lower().endswith((".yaml", ".yml")):
        return False
    head = listing.head(name)
    return _NAMES.search(head) is not None and _PARTS.search(head) is not None
