"""Names that people gave as they liked, of fields, attributes and tags: which of those in a query nothing ever had."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.compile_query import equal_text, metadata_path
from setwright.query.keys import Field, Operator
from setwright.query.tree import Comparison, OneOf, conditions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement, Connection

    from setwright.query.tree import Query, Value

_LOOKED_AT: Final = 1_000
"""Of so many rows names are taken that could have been meant."""

_PATHS, _ATTRIBUTES, _TAGS = (
    schema.metadata_values.c.path,
    schema.attribute_values.c.name,
    schema.tags.c.tag,
)


def unknown_free_names(connection: Connection, query: Query) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """What kind of name, the name, and others of the kind: those in `query` that no revision of the lake knows."""
    for kind, name, column, value in dict.fromkeys(_asked(query)):
        if not _there(connection, column, value):
            yield kind, name, _others(connection, column)


def _asked(query: Query) -> Iterator[tuple[str, str, ColumnElement[str], str]]:
    for condition in conditions(query):
        key = condition.key
        match key.field:
            case Field.METADATA:
                yield "metadata field", ".".join(key.path), _PATHS, metadata_path(key.path)
            case Field.ATTRIBUTE:
                yield "attribute", ".".join(key.path), _ATTRIBUTES, key.path[0]
            case Field.TAGS:
                yield from (("tag", str(value), _TAGS, str(value)) for value in _whole(condition))
            case _:
                pass


def _whole(condition: Comparison | OneOf) -> tuple[Value, ...]:
    """The values that are asked for as they are."""
    if isinstance(condition, OneOf):
        return condition.values
    return (condition.value,) if condition.operator in (Operator.EQUAL, Operator.NOT_EQUAL) else ()


def _there(connection: Connection, column: ColumnElement[str], value: str) -> bool:
    return connection.execute(select(column).where(equal_text(column, value)).limit(1)).first() is not None


def _others(connection: Connection, column: ColumnElement[str]) -> tuple[str, ...]:
    found = dict.fromkeys(connection.execute(select(column).limit(_LOOKED_AT)).scalars())
    return tuple(".".join(json.loads(name)) if column is _PATHS else name for name in found)
