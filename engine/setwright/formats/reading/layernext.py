"""LayerNext's own JSON: annotations of images, and metadata of files.

    {"images": [{"image": "a.png", "annotations": [{"type": "rectangle", "bbox": [x, y, w, h], "label": "L", …}]}]}
    {"files": [{"file": "a.png", "metadata": {"Site": "A", "Tags": ["sunny"]}}]}

What setwright's RAW export holds beyond that (several parts, masks, the split) is read too.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.protocol import VARIED
from setwright.formats.reading.annotation_files import files_read, json_files
from setwright.formats.reading.parsing import (
    NotRead,
    json_value,
    label,
    label_or_none,
    number,
    shown,
    without_mark,
)
from setwright.formats.reading.pictures import Pictures, last_parts_of_several
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import (
    Line,
    Mask,
    Points,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    ReadOptions,
    Rectangle,
    Ring,
    Shape,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from setwright.formats.reading.listing import Listing

_IMAGES = re.compile(rb'\s*\{\s*"images"\s*:\s*\[\s*(\]|\{[^{}\[\]]*"image"\s*:)')
_FILES = re.compile(rb'\s*\{\s*"files"\s*:\s*\[\s*(\]|\{[^{}\[\]]*"(file|metadata)"\s*:)')
_GEOMETRY = {"bbox": "rectangle", "polygon": "polygon", "line": "line", "points": "points", "mask": "mask"}


@dataclass(frozen=True, slots=True)
class LayerNext:
    """Rectangles, polygons, lines, points and masks, with confidence, attributes and metadata."""

    name: Final = "layernext"
    title: Final = "LayerNext's JSON"

    def recognises(self, listing: Listing) -> bool:
        """Whether a JSON file begins with images or files as LayerNext lists them."""
        return any(json_files(listing, _is_ours))

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each entry of each file, in reading order; other JSON files are passed over."""
        pictures = Pictures(listing.names)
        for each in files_read(
            listing, json_files(listing, _is_ours), lambda _, content: json_value(content)
        ):
            if isinstance(each, Problem):
                yield each
                continue
            name, document = each
            pixels = fractions = False
            for key in ("images", "files"):
                if not isinstance(document.get(key, []), list):
                    detail = f"its {key} are no list: {shown(document[key])}"
                    yield Problem(ProblemKind.UNREADABLE_FILE, name, detail)
            several = last_parts_of_several(_called(document))
            for entry in _list(document.get("images")):
                for item in _image(entry, name, pictures, options, several):
                    if isinstance(item, ReadFrame) and not pixels:
                        pixels = any(number > 1 for number in _coordinates(item))
                        fractions = fractions or any(number % 1 for number in _coordinates(item))
                    yield item
            if fractions and not pixels and not options.normalized:
                detail = "no coordinate is larger than 1; with --normalized they are fractions of the picture's size"
                yield Problem(ProblemKind.FRACTIONS, name, detail)
            for entry in _list(document.get("files")):
                yield from _file(entry, name, pictures, several)


def _called(document: dict[str, Any]) -> Iterator[str]:
    """What the document calls pictures."""
    for key in ("images", "files"):
        for entry in _list(document.get(key)):
            called = entry.get(key.removesuffix("s")) if isinstance(entry, dict) else None
            if isinstance(called, str):
                yield called


def _image(
    entry: Any, name: str, pictures: Pictures, options: ReadOptions, several: Collection[str]
) -> Iterator[ReadFrame | Problem]:
    called = entry.get("image") if isinstance(entry, dict) else None
    objects = _list(entry.get("annotations")) if isinstance(entry, dict) else []
    if not isinstance(called, str):
        detail = f"an image without a name: {shown(entry)}"
        yield Problem(ProblemKind.NO_PICTURE, name, detail, _labels(objects))
        return
    picture = pictures.named(called, name, of_several=several)
    if picture is None:
        yield Problem(ProblemKind.NO_PICTURE, name, f"its picture is {shown(called)}", _labels(objects))
        return
    speaks = isinstance(entry.get("annotations"), list)
    before = pictures.told_before(picture, name) if speaks else None
    if before is not None:
        yield Problem(ProblemKind.TWO_FILES, name, before, _labels(objects))
        return
    yield from frame_of(entry, name, picture, options)


def frame_of(
    entry: dict[str, Any], name: str, picture: str, options: ReadOptions
) -> Iterator[ReadFrame | Problem]:
    """The frame of `picture`, of which the file `name` has this entry."""
    called, said = posixpath.basename(picture), entry.get("annotations")
    objects, silent = _list(said), not isinstance(said, list)
    if silent and said is not None:
        detail = f"the annotations of {called} are no list: {shown(said)}"
        yield Problem(ProblemKind.BAD_ANNOTATION, name, detail, (NO_LABEL,))
    annotations = []
    for place, value in enumerate(objects, start=1):
        try:
            annotations.append(_annotation(value))
        except NotRead as error:
            detail = f"annotation {place} of {called}: {error}"
            yield Problem(ProblemKind.BAD_ANNOTATION, name, detail, _labels([value]))
    split = entry.get("split")
    yield ReadFrame(
        picture=picture,
        source=name,
        annotations=None if silent else tuple(annotations),
        normalized=options.normalized,
        stated_size=_size(entry),
        metadata={"source_split": split} if isinstance(split, str) else {},
        varied=entry.get(VARIED) is True,
    )


def _file(
    entry: Any, name: str, pictures: Pictures, several: Collection[str]
) -> Iterator[ReadFrame | Problem]:
    called = entry.get("file") if isinstance(entry, dict) else None
    fields = entry.get("metadata") if isinstance(entry, dict) else None
    if not isinstance(called, str) or not isinstance(fields, dict):
        yield Problem(ProblemKind.BAD_METADATA, name, f"a file without name or metadata: {shown(entry)}")
        return
    picture = pictures.named(called, name, of_several=several)
    if picture is None:
        yield Problem(ProblemKind.NO_PICTURE, name, f"metadata of {shown(called)}")
        return
    tags = fields.get("Tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) and tag for tag in tags):
        yield Problem(ProblemKind.BAD_METADATA, name, f"the Tags of {called} are no list of texts")
        tags = []
    metadata = {key: value for key, value in fields.items() if key != "Tags"}
    yield ReadFrame(picture=picture, source=name, metadata=metadata, tags=tuple(tags))


def _labels(objects: list[Any]) -> tuple[str, ...]:
    return tuple(label_or_none(value.get("label") if isinstance(value, dict) else None) for value in objects)


def _annotation(value: Any) -> ReadAnnotation:
    if not isinstance(value, dict):
        raise NotRead("it is no object")
    name = label(value.get("label"))
    confidence = value.get("confidence")
    if confidence is not None:
        confidence = number(confidence, f"the confidence of {name}")
        if not 0 <= confidence <= 1:
            raise NotRead(f"the confidence of {name} is {confidence:g}, not between 0 and 1")
    attributes, metadata = value.get("attributes") or {}, value.get("metadata") or {}
    if not isinstance(attributes, dict) or not isinstance(metadata, dict):
        raise NotRead(f"attributes and metadata of {name} are no objects")
    return ReadAnnotation(
        label=name,
        shape=_shape(value, name),
        confidence=confidence,
        attributes=attributes,
        metadata=metadata,
    )


def _shape(value: dict[str, Any], name: str) -> Shape:
    kind = value.get("type") or next((kind for key, kind in _GEOMETRY.items() if key in value), None)
    match kind:
        case "rectangle" | "box":
            edges = [number(edge, f"bbox of {name}") for edge in _list(value.get("bbox"))]
            if len(edges) != 4:
                raise NotRead(f"bbox of {name} does not hold four numbers")
            left, top, width, height = edges
            return Rectangle((left, top, left + width, top + height))
        case "polygon":
            rings = _list(value["parts"]) if "parts" in value else [value.get("polygon")]
            return Polygon(tuple(_points(ring, name) for ring in rings))
        case "line":
            # LayerNext's own example has a line's points under `polygon`.
            return Line(_points(value.get("line", value.get("polygon")), name))
        case "points":
            return Points(_points(value.get("points"), name))
        case "mask":
            return _mask(value.get("mask"), name)
        case _:
            raise NotRead(f"{name} has a shape that is not known: {shown(kind)}")


def _points(value: Any, name: str) -> Ring:
    points = []
    x, y = f"x of {name}", f"y of {name}"
    for pair in _list(value):
        if not isinstance(pair, list) or len(pair) != 2:
            raise NotRead(f"{name} has a point that is no pair: {shown(pair)}")
        points.append((number(pair[0], x), number(pair[1], y)))
    if not points:
        raise NotRead(f"{name} has no points")
    return tuple(points)


def _coordinates(frame: ReadFrame) -> Iterator[float]:
    """Each x and y of the frame's shapes; of a mask its size, which is in pixels always."""
    for annotation in frame.annotations or ():
        match annotation.shape:
            case Rectangle(edges):
                yield from edges
            case Polygon(rings):
                yield from (value for ring in rings for point in ring for value in point)
            case Line(points) | Points(points):
                yield from (value for point in points for value in point)
            case Mask(height, width):
                yield from (height, width)


def _mask(value: Any, name: str) -> Mask:
    size, counts = (value.get("size"), value.get("counts")) if isinstance(value, dict) else (None, None)
    if not isinstance(size, list) or len(size) != 2 or not isinstance(counts, list):
        raise NotRead(f"the mask of {name} has no size or no counts")
    if not all(type(part) is int and part >= 0 for part in (*size, *counts)):
        raise NotRead(f"the mask of {name} holds what is no count")
    return Mask(size[0], size[1], tuple(counts))


def _size(entry: dict[str, Any]) -> tuple[int, int] | None:
    width, height = entry.get("width"), entry.get("height")
    return (width, height) if type(width) is int and type(height) is int and min(width, height) > 0 else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_ours(head: bytes) -> bool:
    head = without_mark(head)
    return _IMAGES.match(head) is not None or _FILES.match(head) is not None
