"""COCO: one JSON file for many pictures, with boxes, polygons and masks.

    {"images": [{"id": 1, "file_name": "a.jpg", "width": 640, "height": 480}],
     "categories": [{"id": 1, "name": "cat"}],
     "annotations": [{"image_id": 1, "category_id": 1, "bbox": [x, y, w, h], "segmentation": …}]}

A segmentation is a list of polygons `[x, y, x, y, …]`, all of which are covered, or run lengths, as numbers or as a
text.
"""

from __future__ import annotations

import posixpath
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.formats.reading.annotation_files import files_read, json_files
from setwright.formats.reading.classes import of_one_name
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
    Mask,
    Polygon,
    ReadAnnotation,
    ReadFrame,
    ReadOptions,
    Rectangle,
    Ring,
    Shape,
)
from setwright.formats.reading.rle import decompressed
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.formats.reading.listing import Listing

_BEGINNING = re.compile(rb'\s*\{\s*"(info|licenses|images|annotations|categories|type)"\s*:')
_IMAGES = re.compile(rb'"images"\s*:\s*\[\s*\{[^\[\]]*"file_name"\s*:')
"""Some begin with what is their own."""

_LAYERNEXT = re.compile(rb'\s*\{\s*"images"\s*:\s*\[\s*\{[^{}\[\]]*"image"\s*:')
"""LayerNext's JSON begins alike, but an image's name is its `image`."""

_WORDS = (b'"file_name"', b'"image_id"', b'"supercategory"')
_ID = (int, float, str)
"""What an id is; true and false, which Python takes for 1 and 0, are none."""

_ANNOTATION = {"id", "image_id", "category_id"}
_READ = {*_ANNOTATION, "bbox", "segmentation", "score", "iscrowd", "attributes", "keypoints"}
_SPLITS = (("train", "train"), ("val", "validation"), ("test", "test"))


@dataclass(frozen=True, slots=True)
class Coco:
    """Rectangles, polygons of several parts, and masks; `score` is the confidence.

    `iscrowd` and what CVAT writes under `attributes` become attributes, keypoints metadata of the annotation. The
    part that the file's name ends with, `instances_train.json` say, becomes the metadata field `source_split`.
    """

    name: Final = "coco"
    title: Final = "COCO"

    def recognises(self, listing: Listing) -> bool:
        """Whether a JSON file begins as COCO's do."""
        return any(json_files(listing, _is_ours))

    def read(self, listing: Listing, options: ReadOptions) -> Iterator[ReadFrame | Problem]:
        """A frame for each image of each file, in reading order; other JSON files are passed over."""
        pictures = Pictures(listing.names)
        empty = []
        for each in files_read(listing, json_files(listing, _is_ours), _File):
            if isinstance(each, Problem):
                yield each
            elif each[1].empty:
                empty.append(each[1])
            else:
                yield from each[1].frames(pictures)
        # Last, for beside files with objects such a one, datumaro's image_info.json say, only lists pictures.
        for file in empty:
            yield from file.frames(pictures)


class _File:
    """One file, its annotations by image; without a list of them it says nothing of any image's. The list of an `empty`
    one holds nothing.

    Raises:
        FormatError: it is no JSON, tells of something else than objects, or what should be a list is none.
    """

    def __init__(self, name: str, content: bytes) -> None:
        document: Mapping[str, Any] = json_value(content, _lean)
        self._name = name
        self._subset = posixpath.splitext(posixpath.basename(name))[0].split("_")[-1]
        for key in ("images", "categories", "annotations"):
            if not isinstance(found := document.get(key), list | None):
                raise FormatError("Not COCO", f"Its {key} are no list: {shown(found)}.")
        self._images = _objects(document.get("images"))
        self._categories: dict[Any, Any] = {}
        self._several_names: set[Any] = set()
        for each in _objects(document.get("categories")):
            if type(identity := each.get("id")) in _ID:
                if self._categories.setdefault(identity, each.get("name")) != each.get("name"):
                    self._several_names.add(identity)
        self._annotations: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        annotations = _objects(document.get("annotations"))
        if annotations and not any("bbox" in each or "segmentation" in each for each in annotations):
            raise FormatError("Not COCO's objects", "Its annotations have neither boxes nor outlines.")
        for each in annotations:
            image = each.get("image_id")
            self._annotations[image if type(image) in _ID else None].append(each)
        names = (each.get("file_name") for each in self._images)
        self._of_several = last_parts_of_several(name for name in names if isinstance(name, str))
        self._silent = document.get("annotations") is None
        self.empty = document.get("annotations") == []
        self._no_objects = len(_list(document.get("annotations"))) - len(annotations)
        self._no_images = len(_list(document.get("images"))) - len(self._images)

    def frames(self, pictures: Pictures) -> Iterator[ReadFrame | Problem]:
        """The file's frames, then what it says of images that it does not list."""
        yield from of_one_name(self._used_categories(), self._name)
        seen: set[Any] = set()
        for image in self._images:
            key = image.get("id")
            known = type(key) in _ID
            if known and key in seen:
                detail = f"{shown(image.get('file_name'))} has the id {shown(key)} of an image before it"
                yield self._problem(ProblemKind.TWO_FILES, detail, [])
                continue
            if known:
                seen.add(key)
            annotations = self._annotations.pop(key, []) if known else []
            yield from self._frame(image, annotations, pictures, silent=self._silent or not known)
        for key, annotations in self._annotations.items():
            yield self._problem(ProblemKind.NO_PICTURE, f"image {shown(key)} is not listed", annotations)
        for _ in range(self._no_images):
            yield self._problem(ProblemKind.NO_PICTURE, "an image is no object", [])
        for _ in range(self._no_objects):
            yield self._problem(ProblemKind.BAD_ANNOTATION, "an annotation is no object", [{}])

    def _used_categories(self) -> Iterator[tuple[Any, Any]]:
        """Those of which there are objects: Roboflow lists one more, which often is called as another."""
        told = (each.get("category_id") for said in self._annotations.values() for each in said)
        used = {category for category in told if type(category) in _ID}
        return ((key, name) for key, name in self._categories.items() if key in used)

    def _frame(
        self, image: dict[str, Any], said: list[dict[str, Any]], pictures: Pictures, *, silent: bool
    ) -> Iterator[ReadFrame | Problem]:
        called = image.get("file_name")
        picture = None
        if isinstance(called, str):
            picture = pictures.named(called, self._name, self._subset, of_several=self._of_several)
        if picture is None:
            yield self._problem(ProblemKind.NO_PICTURE, f"its picture is {shown(called)}", said)
            return
        before = None if silent else pictures.told_before(picture, self._name)
        if before is not None:
            if not self.empty:
                yield self._problem(ProblemKind.TWO_FILES, before, said)
            return
        annotations = []
        for value in said:
            try:
                annotations.append(self._annotation(value))
            except NotRead as error:
                detail = f"annotation {shown(value.get('id'))} of {called}: {error}"
                yield self._problem(ProblemKind.BAD_ANNOTATION, detail, [value])
        split = next((split for prefix, split in _SPLITS if self._subset.lower().startswith(prefix)), None)
        yield ReadFrame(
            picture=picture,
            source=self._name,
            annotations=None if silent else tuple(annotations),
            stated_size=_size(image),
            metadata={} if split is None else {"source_split": split},
        )

    def _annotation(self, value: dict[str, Any]) -> ReadAnnotation:
        category = value.get("category_id")
        if type(category) not in _ID or category not in self._categories:
            raise NotRead(f"its category is not listed: {shown(category)}")
        if category in self._several_names:
            raise NotRead(f"its category has several names: {shown(category)}")
        return coco_object(value, label(self._categories[category]))

    def _problem(self, kind: ProblemKind, detail: str, said: list[dict[str, Any]]) -> Problem:
        labels = (
            label_or_none(self._categories.get(category))
            if type(category := each.get("category_id")) in _ID
            else NO_LABEL
            for each in said
        )
        return Problem(kind, self._name, detail, tuple(labels))


def coco_object(value: Mapping[str, Any], name: str) -> ReadAnnotation:
    """The object of class `name` that `value` tells of in COCO's words.

    Raises:
        NotRead: it has neither box nor outline, or a number is none.
    """
    confidence = value.get("score")
    if confidence is not None:
        confidence = number(confidence, f"the score of {name}")
        if not 0 <= confidence <= 1:
            raise NotRead(f"the score of {name} is {confidence:g}, not between 0 and 1")
    attributes: dict[str, Any] = {"iscrowd": [{"value": "true"}]} if value.get("iscrowd") == 1 else {}
    more = value.get("attributes")
    for key, found in more.items() if isinstance(more, dict) else ():
        if isinstance(found, str | int | float):
            attributes[key] = [{"value": found}]
    keypoints = value.get("keypoints")
    return ReadAnnotation(
        label=name,
        shape=_shape(value, name),
        confidence=confidence,
        attributes=attributes,
        metadata={"keypoints": keypoints} if isinstance(keypoints, list) and any(keypoints) else {},
    )


def _lean(value: dict[str, Any]) -> dict[str, Any]:
    """An annotation of a file without what is not read or says nothing, of which there is much in a file of boxes."""
    if not value.keys() >= _ANNOTATION:
        return value
    silent = {"iscrowd"} if value.get("iscrowd") == 0 else set()
    if value.get("bbox") and not value.get("segmentation"):
        silent.add("segmentation")
    return {key: found for key, found in value.items() if key in _READ and key not in silent}


def _shape(value: Mapping[str, Any], name: str) -> Shape:
    segmentation = value.get("segmentation")
    if isinstance(segmentation, dict):
        return _mask(segmentation, name)
    if isinstance(segmentation, list) and any(segmentation):  # some write [[]] for a box alone
        return Polygon(tuple(_ring(ring, name) for ring in segmentation), together=len(segmentation) > 1)
    box = value.get("bbox")
    if not isinstance(box, list) or len(box) != 4:
        raise NotRead(f"{name} has neither a box of four numbers nor an outline")
    left, top, width, height = (number(each, f"bbox of {name}") for each in box)
    return Rectangle((left, top, left + width, top + height))


def _ring(value: Any, name: str) -> Ring:
    if not isinstance(value, list) or len(value) % 2 or not value:
        raise NotRead(f"{name} has an outline that is no list of x and y")
    what = f"an outline of {name}"
    numbers = [number(each, what) for each in value]
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _mask(value: dict[str, Any], name: str) -> Mask:
    size, counts = value.get("size"), value.get("counts")
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(type(side) is int and side >= 0 for side in size)
    ):
        raise NotRead(f"the mask of {name} has no size")
    if isinstance(counts, str):
        return Mask(size[0], size[1], decompressed(counts))
    if not isinstance(counts, list) or not all(type(run) is int and run >= 0 for run in counts):
        raise NotRead(f"the mask of {name} has no run lengths")
    return Mask(size[0], size[1], tuple(counts))


def _size(image: dict[str, Any]) -> tuple[int, int] | None:
    width, height = image.get("width"), image.get("height")
    return (width, height) if type(width) is int and type(height) is int and min(width, height) > 0 else None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in _list(value) if isinstance(each, dict)]


def _is_ours(head: bytes) -> bool:
    head = without_mark(head)
    if not head.lstrip().startswith(b"{") or _LAYERNEXT.match(head) is not None:
        return False
    if _BEGINNING.match(head) is not None:
        return any(word in head for word in _WORDS)
    return _IMAGES.search(head) is not None
