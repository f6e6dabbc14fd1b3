"""What a query means, said as plainly as it can be: does it hold for this one frame?

The lake answers queries in SQL; this is the reference that it must agree with, and what the memory remote
uses.

- A condition on something that a frame has many of (annotations, tags, datasets that hold it, a metadata field
  that holds a list) holds if it does for any of them. `!=` is the exception: it is `not (… = …)`, so that
  `annotation.label!=X` means "has no X".
- What is absent fulfils no comparison but `!=`.
- Of a dataset its newest version counts. A condition on the number of a version asks all of them; and so do the
  conditions that are tied to one by `dataset(…)`.
- `~` means "contains", ignoring case (`folded`).
- A metadata field or an attribute is compared as what is stored there. A stored number is compared by its
  value with what the query spells, if that is a number; a stored boolean equals `true` or `false`; a stored text
  is compared as text, `<` and `>` by code points, and never with `<` or `>` where the query spells a number. `~`
  asks texts only. Objects and nulls fulfil nothing.
"""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass, field
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeAlias, assert_never

from setwright.query.keys import Field, Key, Operator, Subject
from setwright.query.tree import (
    And,
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Node,
    Not,
    OneOf,
    Or,
    Query,
    Value,
    names_versions,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

Scalar: TypeAlias = str | float | int | bool | None

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_ORDER: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.LESS: operator.lt,
    Operator.AT_MOST: operator.le,
    Operator.GREATER: operator.gt,
    Operator.AT_LEAST: operator.ge,
}


def _nothing() -> Mapping[str, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotationFacts:
    """What a query may ask of one annotation.

    `shape` is one of `model.frames.SHAPES`; `box` left, top, right, bottom in pixels; `attributes` values by
    name.
    """

    label: str
    shape: str = "rectangle"
    box: tuple[float, float, float, float] = (0, 0, 1, 1)
    confidence: float | None = None
    operation: str = ""
    attributes: Mapping[str, tuple[Scalar, ...]] = field(default_factory=_nothing)

    @property
    def area(self) -> float:
        """The area of the box, in square pixels."""
        left, top, right, bottom = self.box
        return (right - left) * (bottom - top)


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """What a query may ask of one version of a dataset that holds the frame.

    `numbers` are all that the version is or was called by, `newest` says whether it is the dataset's newest one.
    """

    name: str
    numbers: tuple[str, ...]
    split: str
    newest: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFacts:
    """What a query may ask of one frame.

    `metadata` is JSON, the tags apart in `tags`; `day` the day it came into the lake, in UTC; `datasets` the versions
    that hold it.
    """

    file_name: str
    collection: str
    width: int
    height: int
    bytes: int
    day: date
    digest: str
    tags: tuple[str, ...] = ()
    metadata: Mapping[str, Any] = field(default_factory=_nothing)
    annotations: tuple[AnnotationFacts, ...] = ()
    datasets: tuple[DatasetFacts, ...] = ()


def holds(query: Query, frame: FrameFacts) -> bool:
    """Whether `query` selects `frame`."""

    def tied(node: AnnotationMatch | DatasetMatch) -> bool:
        if isinstance(node, DatasetMatch):
            return any(holds_of_dataset(node.where, dataset) for dataset in frame.datasets)
        return any(
            _holds(node.where, lambda key, one=annotation: _of_annotation(key, one))  # type: ignore[misc]
            for annotation in frame.annotations
        )

    return isinstance(query, Everything) or _holds(query, lambda key: _of_frame(key, frame), tied)


def holds_of_dataset(where: Node, dataset: DatasetFacts) -> bool:
    """Whether `where`, whose conditions all ask datasets, means `dataset` and is true of it."""
    meant = dataset.newest or names_versions(where)
    return meant and _holds(where, lambda key: _of_dataset(key, dataset))


def folded(text: str) -> str:
    """`text` as `~` compares it: each character in lower case, as Unicode has it."""
    return text.lower()


def number_in(text: str) -> float | None:
    """The finite number that `text` spells, None where it spells none."""
    if _NUMBER.fullmatch(text) is None or not isfinite(number := float(text)):
        return None
    return number


def _never(node: AnnotationMatch | DatasetMatch) -> bool:
    raise AssertionError(f"{node} inside another")


def _holds(
    node: Node,
    stored: Callable[[Key], Iterable[Any]],
    tied: Callable[[AnnotationMatch | DatasetMatch], bool] = _never,
) -> bool:
    """Whether `node` holds for what has the values `stored` under each key, if `tied` says what does of its parts."""
    match node:
        case Comparison(key, Operator.NOT_EQUAL, value):
            return not _any(stored(key), Operator.EQUAL, value)
        case Comparison(key, sign, value):
            return _any(stored(key), sign, value)
        case OneOf(key, values):
            return any(_any(stored(key), Operator.EQUAL, value) for value in values)
        case And(operands):
            return all(_holds(operand, stored, tied) for operand in operands)
        case Or(operands):
            return any(_holds(operand, stored, tied) for operand in operands)
        case Not(operand):
            return not _holds(operand, stored, tied)
        case AnnotationMatch() | DatasetMatch():
            return tied(node)
        case _:
            assert_never(node)


def _any(stored: Iterable[Scalar], sign: Operator, wanted: Value) -> bool:
    return any(_compare(value, sign, wanted) for value in stored)


def _of_frame(key: Key, frame: FrameFacts) -> Iterable[Any]:
    """The values that `key` finds, none where there are none."""
    match key.facts.subject:
        case Subject.ANNOTATION:
            return [value for annotation in frame.annotations for value in _of_annotation(key, annotation)]
        case Subject.DATASET:
            meant = (each for each in frame.datasets if each.newest or key.field is Field.VERSION)
            return [value for dataset in meant for value in _of_dataset(key, dataset)]
        case Subject.FRAME:
            return _of_itself(key, frame)


def _of_itself(key: Key, frame: FrameFacts) -> Iterable[Any]:
    match key.field:
        case Field.COUNT:
            return (len(frame.annotations),)
        case Field.TAGS:
            return frame.tags
        case Field.NAME:
            return (frame.file_name,)
        case Field.METADATA:
            return _of_metadata(frame.metadata, key.path)
        case Field.WIDTH:
            return (frame.width,)
        case Field.HEIGHT:
            return (frame.height,)
        case Field.ASPECT:
            return (frame.width / frame.height,)
        case Field.BYTES:
            return (frame.bytes,)
        case Field.DATE:
            return (frame.day,)
        case Field.DIGEST:
            return (frame.digest,)
        case Field.COLLECTION:
            return (frame.collection,)
        case _:
            raise AssertionError(f"{key} does not ask frames")


def _of_dataset(key: Key, dataset: DatasetFacts) -> tuple[str, ...]:
    match key.field:
        case Field.DATASET:
            return (dataset.name,)
        case Field.VERSION:
            return dataset.numbers
        case Field.SPLIT:
            return (dataset.split,)
        case _:
            raise AssertionError(f"{key} does not ask datasets")


def _of_annotation(key: Key, annotation: AnnotationFacts) -> tuple[Any, ...]:
    match key.field:
        case Field.LABEL:
            return (annotation.label,)
        case Field.TYPE:
            return (annotation.shape,)
        case Field.CONFIDENCE:
            return () if annotation.confidence is None else (annotation.confidence,)
        case Field.OPERATION:
            return (annotation.operation,)
        case Field.AREA:
            return (annotation.area,)
        case Field.ATTRIBUTE:
            return annotation.attributes.get(key.path[0], ())
        case _:
            raise AssertionError(f"{key} does not ask annotations")


def _of_metadata(metadata: Mapping[str, Any], path: tuple[str, ...]) -> Iterable[Any]:
    """What lies at `path`: the elements of a list, or the one value. The path leads through objects only."""
    found: Any = metadata
    for name in path:
        if not hasattr(found, "keys") or name not in found:
            return ()
        found = found[name]
    return found if isinstance(found, list | tuple) else (found,)


def _compare(stored: Any, sign: Operator, wanted: Value) -> bool:
    if isinstance(wanted, str):
        return _compare_with_text(stored, sign, wanted)
    return bool(stored == wanted if sign is Operator.EQUAL else _ORDER[sign](stored, wanted))


def _compare_with_text(stored: Any, sign: Operator, wanted: str) -> bool:
    number = number_in(wanted)
    match stored:
        case bool():
            return sign is Operator.EQUAL and wanted == ("true" if stored else "false")
        case str() if sign is Operator.CONTAINS:
            return folded(wanted) in folded(stored)
        case str() if sign is Operator.EQUAL:
            return stored == wanted
        case str():
            return number is None and _ORDER[sign](stored, wanted)
        case int() | float() if number is not None and sign is Operator.EQUAL:
            return stored == number
        case int() | float() if number is not None and sign in _ORDER:
            return _ORDER[sign](stored, number)
        case _:
            return False
