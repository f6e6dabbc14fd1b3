"""A query as an immutable tree.

Two queries that read the same are equal: where something stood in the text (`span`) does not count. A tree
cannot be built wrong: what no text can say raises `ValueError`.
"""

from __future__ import annotations

from dataclasses import field
from datetime import date
from math import isfinite
from typing import TypeAlias

from setwright.model.values import dataclass
from setwright.query.keys import Field, Key, Operator, Subject, ValueType


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters `[start, end)` of the query's text, from 0."""

    start: int
    end: int


NOWHERE = Span(0, 0)
"""The span of what was not read from a text."""

Value: TypeAlias = str | float | date
"""By the key's type: `float`, finite, for a number; `date` for a day; `str` for everything else.

A `str` for a key of type ANY is compared as `setwright.query.evaluate` tells.
"""


@dataclass(frozen=True, slots=True)
class Everything:
    """The empty query: every frame."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """`key operator value`."""

    key: Key
    operator: Operator
    value: Value
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if self.operator not in self.key.facts.type.operators:
            raise ValueError(f"{self.key} does not know {self.operator.value}")
        _check(self.key, self.value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """`key in (value, …)`: equal to one of the values, of which there is at least one."""

    key: Key
    values: tuple[Value, ...]
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError("in without values")
        for value in self.values:
            _check(self.key, value)


@dataclass(frozen=True, slots=True)
class And:
    """All of two or more, none of them an `And` itself."""

    operands: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.operands) < 2 or any(isinstance(operand, And | Everything) for operand in self.operands):
            raise ValueError("and joins two or more conditions; and within and is one and")


@dataclass(frozen=True, slots=True)
class Or:
    """Any of two or more, none of them an `Or` itself."""

    operands: tuple[Node, ...]

    def __post_init__(self) -> None:
        if len(self.operands) < 2 or any(isinstance(operand, Or | Everything) for operand in self.operands):
            raise ValueError("or joins two or more conditions; or within or is one or")


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    operand: Node

    def __post_init__(self) -> None:
        if isinstance(self.operand, Everything):
            raise ValueError("not of nothing")


@dataclass(frozen=True, slots=True)
class AnnotationMatch:
    """`annotation(…)`: one and the same annotation meets all of `where`, whose keys all ask annotations."""

    where: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _all_of(Subject.ANNOTATION, self.where):
            raise ValueError("annotation(…) holds conditions on an annotation, and no second annotation(…)")


@dataclass(frozen=True, slots=True)
class DatasetMatch:
    """`dataset(…)`: one and the same version of a dataset holds the frame and meets all of `where`."""

    where: Node
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not _all_of(Subject.DATASET, self.where):
            raise ValueError("dataset(…) holds conditions on a dataset, and no second dataset(…)")


Node: TypeAlias = Comparison | OneOf | And | Or | Not | AnnotationMatch | DatasetMatch
"""A condition: a query, or a part of one."""

Query: TypeAlias = Everything | Node


def conjunction(nodes: list[Node]) -> Node:
    """All of `nodes`, of which there is at least one, without an `And` inside an `And`."""
    flat = [part for node in nodes for part in (node.operands if isinstance(node, And) else (node,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(nodes: list[Node]) -> Node:
    """Any of `nodes`, of which there is at least one, without an `Or` inside an `Or`."""
    flat = [part for node in nodes for part in (node.operands if isinstance(node, Or) else (node,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def conditions(query: Query) -> tuple[Comparison | OneOf, ...]:
    """The single conditions of `query`, in reading order, those inside `annotation(…)` and `dataset(…)` too."""
    match query:
        case Everything():
            return ()
        case Comparison() | OneOf():
            return (query,)
        case And(operands) | Or(operands):
            return tuple(condition for operand in operands for condition in conditions(operand))
        case Not(operand):
            return conditions(operand)
        case AnnotationMatch(where) | DatasetMatch(where):
            return conditions(where)


def speaks_of_datasets(query: Query) -> bool:
    """Whether what `query` gives depends on versions of datasets, and not on the frames alone."""
    return any(condition.key.facts.subject is Subject.DATASET for condition in conditions(query))


def names_versions(query: Query) -> bool:
    """Whether `query` has any condition on the number of a version; where it has none, newest versions are meant."""
    return any(condition.key.field is Field.VERSION for condition in conditions(query))


def _all_of(subject: Subject, node: Node) -> bool:
    """Whether all conditions of `node` ask the `subject`, and none of them is tied."""
    match node:
        case Comparison(key) | OneOf(key):
            return key.facts.subject is subject
        case And(operands) | Or(operands):
            return all(_all_of(subject, operand) for operand in operands)
        case Not(operand):
            return _all_of(subject, operand)
        case AnnotationMatch() | DatasetMatch():
            return False


def _check(key: Key, value: Value) -> None:
    if not _suits(key, value):
        raise ValueError(f"{value!r} is no value for {key}")


def _suits(key: Key, value: Value) -> bool:
    match key.facts.type:
        case ValueType.NUMBER:
            return isinstance(value, float) and isfinite(value)
        case ValueType.DAY:
            return isinstance(value, date)
        case ValueType.WORD:
            return value in key.facts.words
        case ValueType.TEXT | ValueType.ANY:
            return isinstance(value, str)
