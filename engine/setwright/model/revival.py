"""Values of the model, made again of documents that we have written ourselves, without the library that checks them.

`documents.from_document` gives the same for what others wrote, refuses what is no such value, and takes three times as
long, besides what the library takes to load.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin, get_type_hints

from setwright.model.dataset import DatasetConfig
from setwright.model.documents import parsed
from setwright.model.statistics import Statistics

Revive: TypeAlias = Callable[[Any], Any]


@lru_cache(maxsize=4096)
def config_of(text: str) -> DatasetConfig:
    """The configuration that `documents.told_config` told so; one for all that are told alike."""
    config: DatasetConfig = reviver(DatasetConfig)(parsed(text))
    return config


@lru_cache(maxsize=4096)
def statistics_of(text: str) -> Statistics:
    """The statistics whose document is `text`; one for all that are the same."""
    statistics: Statistics = reviver(Statistics)(json.loads(text))
    return statistics


@cache
def reviver(kind: Any) -> Revive:
    """What makes a value of `kind` of the document that `documents.to_document` makes of it.

    Of another document it makes nonsense, or raises a `KeyError`, `TypeError`, `ValueError` or `AttributeError`.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin is tuple:
        if len(parts) == 2 and parts[1] is Ellipsis:
            return _many(_part(parts[0]))
        each = [_part(part) for part in parts]
        return lambda document: tuple(
            value if revive is None else revive(value) for revive, value in zip(each, document, strict=True)
        )
    if origin in (Union, UnionType):
        return _one_of(parts)
    if kind is date:
        return date.fromisoformat
    if isinstance(kind, type) and issubclass(kind, Enum):
        return kind
    if isinstance(kind, type) and is_dataclass(kind):
        return _dataclass(kind)
    raise TypeError(f"no document tells {kind}")


def _part(kind: Any) -> Revive | None:
    """The same; None for what is its own document."""
    plain = kind in (str, int, float, bool, NoneType) or get_origin(kind) is Literal
    return None if plain else reviver(kind)


def _many(revive: Revive | None) -> Revive:
    if revive is None:
        return tuple
    return lambda document: tuple([revive(each) for each in document])


def _dataclass(kind: Any) -> Revive:
    hints = get_type_hints(kind)
    parts = {field.name: part for field in fields(kind) if (part := _part(hints[field.name])) is not None}
    if not parts:
        return lambda document: kind(**document)

    def revive(document: Any) -> Any:
        values = dict(document)
        for name in parts.keys() & values.keys():
            values[name] = parts[name](values[name])
        return kind(**values)

    return revive


def _one_of(kinds: tuple[Any, ...]) -> Revive:
    plain = [kind for kind in kinds if not (get_origin(kind) is tuple or is_dataclass(kind)) and _part(kind)]
    if len(plain) > 1:
        raise TypeError(f"no document tells which of {kinds} it is of")
    other = reviver(plain[0]) if plain else None
    rows = next((reviver(kind) for kind in kinds if get_origin(kind) is tuple), None)
    classes: list[Any] = [kind for kind in kinds if is_dataclass(kind)]
    members = [(_tags(kind), reviver(kind)) for kind in classes]

    def revive(document: Any) -> Any:
        if document is None:
            return None
        if isinstance(document, list) and rows is not None:
            return rows(document)
        if isinstance(document, dict):
            for tags, member in members:
                if tags.items() <= document.items():
                    return member(document)
            raise ValueError("of none of the kinds")
        return document if other is None else other(document)

    return revive


def _tags(kind: Any) -> dict[str, Any]:
    """The fields of `kind` that always say the same."""
    hints = get_type_hints(kind)
    return {
        field.name: field.default
        for field in fields(kind)
        if get_origin(hints[field.name]) is Literal
        and len(get_args(hints[field.name])) == 1
        and field.default is not MISSING
    }
