"""Pascal VOC: an XML file for each picture, and lists of which pictures are for what.

    Annotations/x.xml   JPEGImages/x.jpg   ImageSets/Main/{train,val,test}.txt

The folders may have other names, or be one. In VOC's own files the first pixel is 1 and a box includes its last
pixel; what LabelImg, CVAT and others write counts from 0. The files do not say which, hence `ReadOptions.origin`.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.annotation_files import files_read
from setwright.formats.reading.listing import MAX_TEXT
from setwright.formats.reading.parsing import NotRead, label, label_or_none, number, shown
from setwright.formats.reading.pictures import Pictures, nearness
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import (
    Edges,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    ReadOptions,
    Rectangle,
    Ring,
)
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from xml.etree.ElementTree import Element

    from setwright.formats.reading.listing import Listing

_SPLITS = {"train": "train", "val": "validation", "test": "test"}
_TRIED = 20
_ROOT = re.compile(rb"<annotation[\s/>]")
"""CVAT's own format begins with <annotations>."""
_COORDINATE = re.compile("[xy][0-9]*")
_FLAGS = ("difficult", "occluded", "truncated")
_NO_POSE = ("", "unspecified")


@dataclass(frozen=True, slots=True)
class Voc:
    """Boxes, and polygons where Roboflow wrote one; `difficult`, `occluded`, `truncated`, `pose` and `actions` become
    attributes where they say something, and so does what CVAT writes under `attributes`; VOC's parts of an object, such
    as a person's head, become metadata.

    The lists in `ImageSets/Main` become the metadata field `source_split`, a memory that steers nothing.
    """

    name: Final = "voc"
    title: Final = "Pascal VOC"

    def recognises(self, listing: Listing) -> bool:
        """Whether one of the first XML files is an annotation; others may lie before them."""
        first = islice(filter(_is_xml, listing.names), _TRIED)
        return any(_ROOT.search(listing.head(name)) is not None for name in first)

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each XML file, in the order of their names."""
        pictures = Pictures(listing.names)
        splits = dict(listed_splits(listing, "ImageSets/Main"))
        by_stem: dict[str, list[str]] = defaultdict(list)
        for file in filter(_is_xml, listing.names):
            by_stem[_stem(file)].append(file)
        for each in files_read(listing, filter(_is_xml, listing.names), lambda _, content: _root(content)):
            if isinstance(each, Problem):
                yield each
                continue
            name, root = each
            file_name = (root.findtext("filename") or "").strip()
            picture = pictures.with_stem(_stem(name), name, file_name) or pictures.named(file_name, name)
            if picture is None or _is_of_another(picture, name, by_stem):
                yield Problem(
                    ProblemKind.NO_PICTURE, name, f"its picture is {shown(file_name)}", _labels(root)
                )
                continue
            before = pictures.told_before(picture, name)
            if before is not None:
                yield Problem(ProblemKind.TWO_FILES, name, before, _labels(root))
            else:
                yield from _frame(root, name, picture, options, splits)


def _stem(name: str) -> str:
    return posixpath.splitext(posixpath.basename(name))[0]


def _is_of_another(picture: str, name: str, by_stem: Mapping[str, list[str]]) -> bool:
    """Whether another file, called as `picture` is and in a folder nearer to it, is the one that speaks of it."""
    near = nearness(picture, name)
    return any(nearness(picture, other) > near for other in by_stem.get(_stem(picture), ()))


def _frame(
    root: Element, name: str, picture: str, options: ReadOptions, splits: dict[str, str]
) -> Iterator[ReadFrame | Problem]:
    annotations = []
    for place, element in enumerate(root.findall("object"), start=1):
        if _is_true(element.findtext("deleted")):  # in the files of LabelMe's first version, which are alike
            continue
        try:
            annotations.append(_annotation(element, options))
        except NotRead as error:
            left_out = (label_or_none(element.findtext("name")),)
            yield Problem(ProblemKind.BAD_ANNOTATION, name, f"object {place}: {error}", left_out)
    split = split_in_lists(name, splits)
    yield ReadFrame(
        picture=picture,
        source=name,
        annotations=tuple(annotations),
        stated_size=_size(root),
        metadata={} if split is None else {"source_split": split},
    )


def _labels(root: Element) -> tuple[str, ...]:
    return tuple(label_or_none(element.findtext("name")) for element in root.findall("object"))


def _annotation(element: Element, options: ReadOptions) -> ReadAnnotation:
    name = label(element.findtext("name") or "")
    outline = _outline(element, name, options)
    shape = Rectangle(_edges(element, name, options)) if outline is None else Polygon((outline,))
    attributes: dict[str, Any] = {
        flag: [{"value": "true"}] for flag in _FLAGS if _is_true(element.findtext(flag))
    }
    pose = (element.findtext("pose") or "").strip()
    if pose.lower() not in _NO_POSE:
        attributes["pose"] = [{"value": pose}]
    if actions := [each.tag for each in element.findall("actions/*") if _is_true(each.text)]:
        attributes["actions"] = [{"value": action} for action in actions]
    for more in element.findall("attributes/attribute"):
        key, value = ((more.findtext(tag) or "").strip() for tag in ("name", "value"))
        if key and value:
            attributes.setdefault(key, [{"value": value}])
    parts = [_part(part, name, options) for part in element.findall("part")]
    return ReadAnnotation(
        label=name, shape=shape, attributes=attributes, metadata={"parts": parts} if parts else {}
    )


def _is_true(text: str | None) -> bool:
    return (text or "").strip().lower() in ("1", "true")


def _edges(element: Element, name: str, options: ReadOptions) -> Edges:
    box = element.find("bndbox")
    if box is None:
        raise NotRead(f"{name} has no bndbox")
    left, top, right, bottom = (
        number((box.findtext(edge) or "").strip(), f"{edge} of {name}")
        for edge in ("xmin", "ymin", "xmax", "ymax")
    )
    # The right and bottom edges of a box that counts from 1 are its last pixels: 1 less, and 1 more.
    return (left - options.origin, top - options.origin, right, bottom)


def _part(element: Element, name: str, options: ReadOptions) -> dict[str, Any]:
    called = label(element.findtext("name") or "")
    left, top, right, bottom = _edges(element, f"{called} of {name}", options)
    return {"label": called, "bbox": [left, top, right - left, bottom - top]}


def _outline(element: Element, name: str, options: ReadOptions) -> Ring | None:
    """The points of `<polygon><x1>…</x1><y1>…</y1><x2>…`; None where there is none."""
    told = [each for each in element.findall("polygon//*") if _COORDINATE.fullmatch(each.tag)]
    if not told:
        return None
    if [each.tag[0] for each in told] != ["x", "y"] * (len(told) // 2):
        raise NotRead(f"the polygon of {name} is no list of x and y")
    numbers = [
        number((each.text or "").strip(), f"{each.tag} of the polygon of {name}") - options.origin
        for each in told
    ]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _size(root: Element) -> tuple[int, int] | None:
    try:
        width, height = (int((root.findtext(f"size/{side}") or "").strip()) for side in ("width", "height"))
    except ValueError:
        return None
    # Some tools write 0 where they do not know.
    return (width, height) if width > 0 and height > 0 else None


def listed_splits(listing: Listing, lists: str) -> Iterator[tuple[str, str]]:
    """Frames, by the dataset's folder and by stem, with the list in the folder `lists` that they stand in."""
    for name in listing.names:
        folder, file = posixpath.split(name)
        split = _SPLITS.get(posixpath.splitext(file)[0])
        if split is None or not file.endswith(".txt") or not folder.endswith(lists):
            continue
        root = folder.removesuffix(lists)
        for line in listing.read(name, MAX_TEXT).decode("utf-8", "replace").splitlines():
            # A name may hold blanks; lists of one class say 1 or -1 behind it.
            if stem := re.sub(r"\s+-?[01]$", "", line.strip()):
                yield root + stem, split


def split_in_lists(name: str, splits: Mapping[str, str]) -> str | None:
    """What `listed_splits` tells of the frame of a file in one of the folders, or in folders within these."""
    *folders, file = name.split("/")
    stem = posixpath.splitext(file)[0]
    keys = (
        "/".join((*folders[:at], *folders[at + 1 :], stem)) for at in reversed(range(max(1, len(folders))))
    )
    return next((splits[key] for key in keys if key in splits), None)


def _root(content: bytes) -> Element:
    from defusedxml.common import DefusedXmlException
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        # No document type: it can name files to read and entities that grow without end.
        root: Element = fromstring(content, forbid_dtd=True)
    except ParseError as error:
        raise FormatError("Not XML", f"Not XML: {error}.") from error
    except DefusedXmlException as error:
        raise FormatError("Not XML", "It declares a document type, which is refused.") from error
    except (ValueError, LookupError) as error:  # an encoding that nobody knows
        raise FormatError("Not XML", f"Not XML: {error}.") from error
    if root.tag != "annotation":
        raise FormatError("Not VOC", f"Its root is <{shown(root.tag)[1:-1]}>, not <annotation>.")
    return root


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".xml")
