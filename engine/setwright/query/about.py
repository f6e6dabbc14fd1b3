"""What a query names: datasets and their versions that nobody knows, and labels."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from setwright.model.dataset import LakeSource
from setwright.model.errors import QueryError
from setwright.model.suggestions import did_you_mean
from setwright.model.values import dataclass
from setwright.query.keys import Field, Operator
from setwright.query.parse import MAX_BYTES, parse
from setwright.query.quick import texts_in
from setwright.query.tree import (
    And,
    DatasetMatch,
    Everything,
    Not,
    OneOf,
    Or,
    conditions,
    speaks_of_datasets,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.model.dataset import DatasetConfig
    from setwright.query.tree import Query


def looks_at_datasets(config: DatasetConfig) -> bool:
    """Whether what `config` selects depends on what datasets hold, by its source or by its query."""
    source = config.source
    return (isinstance(source, LakeSource) and source.items == "dataset") or asks_datasets(config.query)


def asks_datasets(text: str) -> bool:
    """Whether the query that `text` spells speaks of datasets; what does not parse is a remote's own, and does not."""
    if "dataset" not in text.lower():
        return False
    try:
        return speaks_of_datasets(parse(text))
    except QueryError:
        return False


def labels_named(text: str) -> tuple[str, ...]:
    """The labels that the query `text` asks for by their whole names, in reading order, each once.

    The queries of a project share most of their conditions, so what one of them names is remembered.
    """
    if "label" not in text.lower():
        return ()
    parts = texts_in(text) if len(text) <= MAX_BYTES else None
    asking = (part for part in parts or (text,) if "label" in part.lower())
    return tuple(dict.fromkeys(label for part in asking for label in _labels_in(part)))


@lru_cache(maxsize=1024)
def _labels_in(text: str) -> tuple[str, ...]:
    try:
        return _named(parse(text), Field.LABEL)
    except QueryError:
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unknown:
    """A `name` that is not known: that of a dataset, or of a version of `datasets`, None for any at all."""

    name: str
    is_version: bool
    datasets: tuple[str, ...] | None
    hint: str | None

    def __str__(self) -> str:
        if not self.is_version:
            return f'No dataset of the lake is called "{self.name}"'
        of = "any dataset" if self.datasets is None else " or ".join(self.datasets)
        return f'No version of {of} is called "{self.name}"'


def unknown_datasets(query: Query, known: Mapping[str, tuple[str, ...]]) -> tuple[Unknown, ...]:
    """What `query` names and is not `known`: numbers of versions by dataset. In reading order, each once."""
    return tuple(dict.fromkeys(_unknown(query, known)))


def _unknown(query: Query, known: Mapping[str, tuple[str, ...]]) -> Iterator[Unknown]:
    match query:
        case Everything():
            pass
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _unknown(operand, known)
        case Not(operand):
            yield from _unknown(operand, known)
        case DatasetMatch(where):
            yield from _in_one(where, known)
        case _:
            yield from _in_one(query, known)


def _in_one(query: Query, known: Mapping[str, tuple[str, ...]]) -> Iterator[Unknown]:
    """What one condition names, or several that are tied."""
    names = _named(query, Field.DATASET)
    for name in names:
        if name not in known:
            yield Unknown(name=name, is_version=False, datasets=None, hint=did_you_mean(name, tuple(known)))
    there = tuple(name for name in names if name in known)
    if names and not there:
        return  # nothing can be said of versions of what is not there
    numbers = [number for name in there or known for number in known[name]]
    for number in _named(query, Field.VERSION):
        if number not in numbers:
            yield Unknown(
                name=number, is_version=True, datasets=there or None, hint=did_you_mean(number, numbers)
            )


def _named(query: Query, field: Field) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(
            str(value)
            for condition in conditions(query)
            if condition.key.field is field
            and (isinstance(condition, OneOf) or condition.operator in (Operator.EQUAL, Operator.NOT_EQUAL))
            for value in (condition.values if isinstance(condition, OneOf) else (condition.value,))
        )
    )
