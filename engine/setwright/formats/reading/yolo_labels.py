"""YOLO's label files, as Darknet and Ultralytics share them: a text file for each picture, a row for each object.

    0 0.5 0.5 0.2 0.4                 class, then the box's middle, width and height
    0 0.5 0.5 0.2 0.4 0.93            the same with a confidence, as models write it
    0 0.1 0.1 0.9 0.1 0.5 0.8         class, then the points of a polygon

All are fractions of the picture's size.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.formats.reading.beside import lines_of
from setwright.formats.reading.classes import split_of_folder
from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, label, label_or_none, number, shown
from setwright.formats.reading.pictures import last_parts_of_several
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import Polygon, ReadAnnotation, ReadFrame, Rectangle
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from setwright.formats.reading.listing import Listing
    from setwright.formats.reading.pictures import Pictures

_ROW = re.compile(rb"(\xef\xbb\xbf)?\s*\d+(\.0*)?(\s+[-+.0-9eE]+){4,}\s*(\n|\r|$)")
_NAMES = re.compile(rb"^names\s*:", re.MULTILINE)
_COUNT = re.compile(rb"^nc\s*:", re.MULTILINE)
_PARTS = re.compile(rb"^(train|val|test|path)\s*:", re.MULTILINE)


def in_labels(picture: str, folders: Sequence[str] = ("images",)) -> str:
    """Where a picture's labels are as Ultralytics finds them: the last of these folders is `labels` there."""
    parts = (posixpath.splitext(picture)[0] + ".txt").split("/")
    places = [place for place, part in enumerate(parts[:-1]) if part in folders]
    if places:
        parts[places[-1]] = "labels"
    return "/".join(parts)


def is_data_yaml(listing: Listing, name: str) -> bool:
    """Whether it is the YAML file of a dataset for Ultralytics."""
    if not name.lower().endswith((".yaml", ".yml")):
        return False
    # Two of three: supervision writes no parts, and that of a network's layers has a number of classes alone.
    return sum(sign.search(listing.head(name)) is not None for sign in (_NAMES, _COUNT, _PARTS)) >= 2


def has_rows(listing: Listing, file: str) -> bool:
    """Whether a text file begins with a row of labels."""
    return _ROW.match(listing.head(file)) is not None


def read_labels(
    listing: Listing, picture: str, file: str, classes: Sequence[str], *, pose: bool = False
) -> Iterator[ReadFrame | Problem]:
    """The frame of `picture`, of which `file` tells the objects; with `pose` what follows a box are keypoints."""
    try:
        text = listing.read(file, MAX_TEXT).decode("utf-8-sig")
    except UnicodeDecodeError:
        yield Problem(ProblemKind.UNREADABLE_FILE, file, "It is not UTF-8")
        return
    except (FormatError, OSError) as error:
        detail = error.detail.rstrip(".") if isinstance(error, FormatError) else str(error.strerror)
        yield Problem(ProblemKind.UNREADABLE_FILE, file, detail)
        return
    annotations = []
    for place, line in enumerate(text.splitlines(), start=1):
        if not (words := line.split()):
            continue
        try:
            annotations.append(_annotation(words, classes, pose=pose))
        except NotRead as error:
            left_out = (_label_or_none(words[0], classes),)
            yield Problem(ProblemKind.BAD_ANNOTATION, file, f"line {place}: {error}", left_out)
    split = split_of_folder(picture)
    yield ReadFrame(
        picture=picture,
        source=file,
        annotations=tuple(annotations),
        normalized=True,
        metadata={} if split is None else {"source_split": split},
    )


def with_split(frame: ReadFrame, splits: Mapping[str, str]) -> ReadFrame:
    """The frame with the split that `splits` has for its picture, if it has one."""
    split = splits.get(frame.picture)
    return frame if split is None else replace(frame, metadata={"source_split": split})


def listed_pictures(listing: Listing, file: str, pictures: Pictures) -> Iterator[str]:
    """The pictures whose paths stand in a list, a line each."""
    paths = list(filter(None, lines_of(listing, file)))
    several = last_parts_of_several(paths)
    for path in paths:
        if (picture := pictures.named(path, file, of_several=several)) is not None:
            yield picture


def without_picture(listing: Listing, file: str, classes: Sequence[str]) -> Problem | None:
    """What is wrong if `file`, a text file that belongs to no picture, holds labels; None if it is something else."""
    if not has_rows(listing, file):
        return None
    try:
        text = listing.read(file, MAX_TEXT).decode("utf-8", "replace")
    except (FormatError, OSError):
        text = ""
    rows = [line.split() for line in text.splitlines()]
    labels = tuple(_label_or_none(words[0], classes) for words in rows if words)
    stem = posixpath.splitext(posixpath.basename(file))[0]
    return Problem(ProblemKind.NO_PICTURE, file, f"its picture is {shown(stem + '.*')}", labels)


def _annotation(words: Sequence[str], classes: Sequence[str], *, pose: bool) -> ReadAnnotation:
    name = label(_class(words[0], classes))
    values = [number(word, f"a coordinate of {name}") for word in words[1:]]
    if pose and len(values) >= 4:
        keypoints = {"keypoints": values[4:]} if len(values) > 4 else {}
        return ReadAnnotation(label=name, shape=_box(values), metadata=keypoints)
    match len(values):
        case 4:
            return ReadAnnotation(label=name, shape=_box(values))
        case 5:
            if not 0 <= values[4] <= 1:
                raise NotRead(f"the confidence of {name} is {values[4]:g}, not between 0 and 1")
            return ReadAnnotation(label=name, shape=_box(values), confidence=values[4])
        case count if count >= 6 and count % 2 == 0:
            return ReadAnnotation(
                label=name, shape=Polygon((tuple(zip(values[::2], values[1::2], strict=True)),))
            )
        case count:
            raise NotRead(f"{name} has {count} numbers, neither a box nor a polygon")


def _box(values: Sequence[float]) -> Rectangle:
    middle, center, width, height = values[:4]
    return Rectangle((middle - width / 2, center - height / 2, middle + width / 2, center + height / 2))


def _class(word: str, classes: Sequence[str]) -> str:
    key = number(word, "the class")
    if key != int(key) or not 0 <= key < len(classes):
        raise NotRead(f"there is no class {word[:20]}; there are {len(classes)}")
    return classes[int(key)]


def _label_or_none(word: str, classes: Sequence[str]) -> str:
    try:
        return label_or_none(_class(word, classes))
    except NotRead:
        return NO_LABEL
