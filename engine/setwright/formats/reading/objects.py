"""Objects of a picture as Hugging Face's rows and WebDataset's samples tell them, in COCO's words.

{"bbox": [[x, y, w, h]], "category": [0]}          lists of what is said of each object
[{"bbox": [x, y, w, h], "category": "cat"}]        or a list of objects
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.formats.reading.classes import class_called
from setwright.formats.reading.coco import coco_object
from setwright.formats.reading.parsing import NotRead
from setwright.formats.reading.problems import NO_LABEL, Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from setwright.formats.reading.protocol import ReadAnnotation

CATEGORIES = ("category", "categories", "category_id", "label", "labels")
"""What the class of an object stands under; the first one that is there counts."""

BOXES = ("bbox", "bboxes", "boxes")
"""What its box stands under."""


def read_objects(
    told: Any, classes: Sequence[str], place: str, source: str, label: str | None = None
) -> tuple[tuple[ReadAnnotation, ...] | None, tuple[Problem, ...]]:
    """The annotations, and what is wrong, of the objects at `place` of the file `source`.

    The annotations are None where nothing is told of them, or what is told is no list of objects.

    A class is a name, or a number whose name `classes` has; `label` is the class of what has none.
    """
    annotations, problems = [], []
    try:
        objects = _objects(told)
    except NotRead as error:
        detail = f"{place}: {error}"
        left_out = labels_of(told, classes) or (NO_LABEL,)
        return None, (Problem(ProblemKind.BAD_ANNOTATION, source, detail, left_out),)
    if objects is None:
        return None, ()
    for value in objects:
        try:
            annotations.append(_annotation(value, classes, label))
        except NotRead as error:
            left_out = (_name(_category(value), classes),)
            problems.append(Problem(ProblemKind.BAD_ANNOTATION, source, f"{place}: {error}", left_out))
    return tuple(annotations), tuple(problems)


def labels_of(told: Any, classes: Sequence[str]) -> tuple[str, ...]:
    """The classes of all objects, `NO_LABEL` where one has none, however many are in order."""
    if isinstance(told, dict):
        return tuple(_name(each, classes) for each in _list(_category(told)))
    return tuple(_name(_category(each), classes) for each in _list(told))


def stated_size(told: Mapping[str, Any]) -> tuple[int, int] | None:
    """Width and height, where both are told."""
    width, height = told.get("width"), told.get("height")
    return (width, height) if type(width) is int and type(height) is int and min(width, height) > 0 else None


def _objects(told: Any) -> list[Any] | None:
    """The objects one by one, None where nothing is told of them.

    Raises:
        NotRead: there are lists of several lengths, or what is told is neither objects nor lists.
    """
    if told is None or isinstance(told, list):
        return told
    if not isinstance(told, dict) or not _has_lists(told):
        raise NotRead("what should be objects is neither a list of them nor lists of boxes and classes")
    lists = {key: value for key, value in told.items() if isinstance(value, list)}
    boxes = next((lists[key] for key in BOXES if key in lists), None)
    categories = _category(lists)
    if categories is not None and len(categories) != len(boxes or ()):
        raise NotRead(f"{len(boxes or ())} boxes and {len(categories)} categories")
    if boxes is None:
        return None
    whole = {key: value for key, value in lists.items() if len(value) == len(boxes)}
    return [{key: value[row] for key, value in whole.items()} for row in range(len(boxes))]


def _has_lists(told: Mapping[str, Any]) -> bool:
    """Whether there are lists, or nothing at all where they would be."""
    boxes = [told[key] for key in BOXES if key in told]
    if not boxes:
        return not any(told.values()) or isinstance(_category(told), list)
    return any(isinstance(value, list) for value in boxes) or all(value is None for value in boxes)


def _annotation(value: Any, classes: Sequence[str], label: str | None) -> ReadAnnotation:
    if not isinstance(value, dict):
        raise NotRead("it is no object")
    category = _category(value)
    called = class_called(label if category is None and label is not None else category, classes)
    box = next((value[key] for key in BOXES if key in value), None)
    return coco_object({**value, "bbox": box}, called)


def _category(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return next((value[key] for key in CATEGORIES if value.get(key) is not None), None)


def _name(category: Any, classes: Sequence[str]) -> str:
    try:
        return class_called(category, classes)
    except NotRead:
        return NO_LABEL


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
