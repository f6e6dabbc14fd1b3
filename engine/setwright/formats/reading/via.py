"""VIA, the VGG Image Annotator, versions 1 and 2: JSON files beside the pictures.

    {"x.jpg12345": {"filename": "x.jpg", "size": 12345, "regions": {"0": {…}} or [{…}]}}

A project file of VIA 2 has the same under `_via_img_metadata`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.annotation_files import files_read, json_files
from setwright.formats.reading.parsing import NotRead, json_value, label, label_or_none, number, shown
from setwright.formats.reading.pictures import Pictures, nearest
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind
from setwright.formats.reading.protocol import (
    Line,
    Points,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    ReadOptions,
    Rectangle,
    Ring,
    Shape,
)
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from setwright.formats.reading.listing import Listing

_ENTRY = {"filename", "regions"}
"""What tells an entry of a file from what else a document holds."""

_CLASS_NAMES = ("label", "class", "name", "type", "category", "object")


@dataclass(frozen=True, slots=True)
class Via:
    """Rectangles, polygons, lines and points. The other attributes of a region are kept as attributes, and those of a
    file as metadata.

    The label is the region's attribute called label, class, name, type, category or object (case does not count),
    else its only attribute, else what `ReadOptions.label` says.
    """

    name: Final = "via"
    title: Final = "VIA"

    def recognises(self, listing: Listing) -> bool:
        """Whether a JSON file speaks of regions of files."""
        return any(json_files(listing, _is_ours))

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each entry of each file, in reading order; other JSON files are passed over."""
        pictures = Pictures(listing.names)
        for each in files_read(listing, json_files(listing, _is_ours), lambda _, content: _entries(content)):
            if isinstance(each, Problem):
                yield each
                continue
            name, entries = each
            if options.label is None:
                _refuse_without_labels(entries, name)
            counts = Counter(called for entry in entries if isinstance(called := entry.get("filename"), str))
            for entry in entries:
                called, found = entry.get("filename"), None
                if isinstance(called, str) and (found := pictures.named(called, name)) is not None:
                    found = _of_its_size(found, entry, name, pictures, listing, alone=counts[called] == 1)
                yield from _frame(entry, name, found, pictures, options)


def _of_its_size(
    picture: str, entry: Mapping[str, Any], name: str, pictures: Pictures, listing: Listing, *, alone: bool
) -> str | None:
    """The picture that is meant of those of one name, which VIA tells apart by the sizes of their files.

    Where none has the size it is `picture`, if its name stands `alone` in the file: somebody saved it anew.
    """
    alike, size = pictures.called_like(picture), entry.get("size")
    if len(alike) == 1 or type(size) is not int or size < 0 or listing.size(picture) == size:
        return picture
    found = nearest([each for each in alike if listing.size(each) == size], name)
    return picture if found is None and alone else found


def _frame(
    entry: Mapping[str, Any], name: str, picture: str | None, pictures: Pictures, options: ReadOptions
) -> Iterator[ReadFrame | Problem]:
    called = entry.get("filename")
    said, regions = entry.get("regions"), _regions(entry)
    if not isinstance(called, str):
        detail = f"an entry without a file name: {shown(entry)}"
        yield Problem(ProblemKind.NO_PICTURE, name, detail, _labels(regions, options))
        return
    silent = not isinstance(said, dict | list)
    if silent and said is not None:
        detail = f"the regions of {called} are neither a list nor an object: {shown(said)}"
        yield Problem(ProblemKind.BAD_ANNOTATION, name, detail, (NO_LABEL,))
    if picture is None:
        yield Problem(
            ProblemKind.NO_PICTURE, name, f"its picture is {shown(called)}", _labels(regions, options)
        )
        return
    before = None if silent else pictures.told_before(picture, name)
    if before is not None:
        yield Problem(ProblemKind.TWO_FILES, name, before, _labels(regions, options))
        return
    annotations = []
    for place, region in enumerate(regions, start=1):
        try:
            annotations.append(_annotation(region, options))
        except NotRead as error:
            detail = f"region {place} of {called}: {error}"
            yield Problem(ProblemKind.BAD_ANNOTATION, name, detail, _labels([region], options))
    fields = entry.get("file_attributes")
    yield ReadFrame(
        picture=picture,
        source=name,
        annotations=None if silent else tuple(annotations),
        metadata=_fields(fields) if isinstance(fields, dict) else {},
    )


def _annotation(region: Any, options: ReadOptions) -> ReadAnnotation:
    shape = region.get("shape_attributes") if isinstance(region, dict) else None
    if not isinstance(shape, dict):
        raise NotRead("it has no shape")
    attributes = _attributes(region)
    key = None if options.label is not None else _class_key(attributes)
    name = label(_label_text(attributes, key, options))
    return ReadAnnotation(
        label=name,
        shape=_shape(shape, name),
        attributes={
            other: [{"value": each} for each in said]
            for other, value in attributes.items()
            if other != key and (said := _said(value))
        },
    )


def _fields(attributes: dict[str, Any]) -> dict[str, Any]:
    """What is said of the whole picture; of check boxes the names of those that are ticked."""
    found = {
        name: [key for key, on in value.items() if on is True] if isinstance(value, dict) else value
        for name, value in attributes.items()
        if name.strip()
    }
    return {name: value for name, value in found.items() if value not in ("", [], None)}


def _label_text(attributes: dict[str, Any], key: str | None, options: ReadOptions) -> str:
    return options.label or "" if key is None else _chosen(attributes[key])


def _labels(regions: Sequence[Any], options: ReadOptions) -> tuple[str, ...]:
    found = []
    for attributes in map(_attributes, regions):
        key = None if options.label is not None else _class_key(attributes)
        found.append(label_or_none(_label_text(attributes, key, options)))
    return tuple(found)


def _shape(shape: dict[str, Any], name: str) -> Shape:
    def at(key: str) -> float:
        return number(shape.get(key), f"{key} of {name}")

    match shape.get("name"):
        case "rect":
            left, top = at("x"), at("y")
            return Rectangle((left, top, left + at("width"), top + at("height")))
        case "polygon":
            return Polygon((_points(shape, name),))
        case "polyline":
            return Line(_points(shape, name))
        case "point":
            return Points(((at("cx"), at("cy")),))
        case other:
            raise NotRead(f"{name} has a shape that is not read: {shown(other)}")


def _points(shape: dict[str, Any], name: str) -> Ring:
    xs, ys = shape.get("all_points_x"), shape.get("all_points_y")
    if not isinstance(xs, list) or not isinstance(ys, list) or len(xs) != len(ys) or not xs:
        raise NotRead(f"{name} has no points, or not as many x as y")
    return tuple((number(x, f"x of {name}"), number(y, f"y of {name}")) for x, y in zip(xs, ys, strict=True))


def _attributes(region: Any) -> dict[str, Any]:
    attributes = region.get("region_attributes") if isinstance(region, dict) else None
    return attributes if isinstance(attributes, dict) else {}


def _class_key(attributes: dict[str, Any]) -> str | None:
    by_name = {key.strip().lower(): key for key in attributes}
    named = next((by_name[name] for name in _CLASS_NAMES if name in by_name), None)
    return named or (next(iter(attributes)) if len(attributes) == 1 else None)


def _chosen(value: Any) -> str:
    """What an attribute says: its text, or the one that is ticked of VIA 2's check boxes."""
    if isinstance(value, dict):
        ticked = [key for key, on in value.items() if on is True]
        return ticked[0] if len(ticked) == 1 else ""
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _said(value: Any) -> list[str]:
    """All that an attribute says: its text, or each that is ticked of VIA 2's check boxes."""
    if isinstance(value, dict):
        return [key for key, on in value.items() if on is True]
    text = _chosen(value)
    return [value if isinstance(value, str) else text] if text else []


def _refuse_without_labels(entries: list[Mapping[str, Any]], name: str) -> None:
    regions = [region for entry in entries for region in _regions(entry)]
    if regions and not any(_class_key(_attributes(region)) for region in regions):
        raise FormatError(
            f"{name} does not say what its regions show",
            f"None of its {len(regions)} regions has an attribute to take the label from.",
            "say it yourself: --label NAME",
        )


def _regions(entry: Mapping[str, Any]) -> list[Any]:
    regions = entry.get("regions")
    if isinstance(regions, dict):  # VIA 1, by number
        return list(regions.values())
    return regions if isinstance(regions, list) else []


def _entries(content: bytes) -> list[Mapping[str, Any]]:
    document = json_value(content)
    if isinstance(document, dict) and "_via_img_metadata" in document:
        document = document["_via_img_metadata"]
    if not isinstance(document, dict):
        raise FormatError("Not VIA", "It holds no object of files.")
    return [entry for entry in document.values() if isinstance(entry, dict) and entry.keys() & _ENTRY]


def _is_ours(head: bytes) -> bool:
    return b'"_via_' in head or (b'"filename"' in head and b'"regions"' in head)
