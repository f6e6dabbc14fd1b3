"""What a query means, said as plainly as it can be: does it hold for this one frame?

The lake answers queries in SQL; this is the reference that it must agree with, and what the memory remote
uses.

- A condition on something that a frame has many of (annotations, tags, a metadata field that holds a list)
  holds if it does for any of them. `!=` is the exception: it is `not (… = …)`, so that `annotation.label!=X`
  means "has no X".
- What is absent fulfils no comparison but `!=`.
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
    Everything,
    Node,
    Not,
    OneOf,
    Or,
    Query,
    Value,
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
class FrameFacts:
    """What a query may ask of one frame.

    `metadata` is JSON, the tags apart in `tags`; `day` the day it came into the lake, in UTC.
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


def holds(query: Query, frame: FrameFacts) -> bool:
    """Whether `query` selects `frame`."""
    return isinstance(query, Everything) or _holds(query, frame, frame.annotations)


def folded(text: str) -> str:
    """`text` as `~` compares it: each character in lower case, as Unicode has it."""
    return text.lower()


def number_in(text: str) -> float | None:
    """The finite number that `text` spells, None where it spells none."""
    if _NUMBER.fullmatch(text) is None or not isfinite(number := float(text)):
        return None
    return number


def _holds(node: Node, frame: FrameFacts, annotations: tuple[AnnotationFacts, ...]) -> bool:
    """Whether `node` holds for `frame` as if `annotations` were all it has."""
    match node:
        case Comparison(key, Operator.NOT_EQUAL, value):
            return not _any(_stored(key, frame, annotations), Operator.EQUAL, value)
        case Comparison(key, sign, value):
            return _any(_stored(key, frame, annotations), sign, value)
        case OneOf(key, values):
            return any(_any(_stored(key, frame, annotations), Operator.EQUAL, value) for value in values)
        case And(operands):
            return all(_holds(operand, frame, annotations) for operand in operands)
        case Or(operands):
            return any(_holds(operand, frame, annotations) for operand in operands)
        case Not(operand):
            return not _holds(operand, frame, annotations)
        case AnnotationMatch(where):
            return any(_holds(where, frame, (annotation,)) for annotation in annotations)
        case _:
            assert_never(node)


def _any(stored: Iterable[Scalar], sign: Operator, wanted: Value) -> bool:
    return any(_compare(value, sign, wanted) for value in stored)


def _stored(key: Key, frame: FrameFacts, annotations: tuple[AnnotationFacts, ...]) -> Iterable[Any]:
    """The values that `key` finds, none where there are none."""
    if key.facts.subject is Subject.ANNOTATION:
        return [value for annotation in annotations for value in _of_annotation(key, annotation)]
    match key.field:
        case Field.COUNT:
            return (len(annotations),)
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
            raise AssertionError(f"{key} asks annotations")


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
            raise AssertionError(f"{key} asks frames")


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
