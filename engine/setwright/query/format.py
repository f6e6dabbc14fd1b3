"""A tree back to text, in one canonical spelling: `parse(format_query(query)) == query`."""

from __future__ import annotations

import re
from datetime import date

from setwright.query.keys import Key, Subject, quoted
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
)

# Narrower than what the grammar takes without quotes, so that canonical text is easy on the eye.
_BARE = re.compile(r"[\w#@%+./:-]+")
_WORDS = frozenset({"and", "or", "not", "in"})


def format_query(query: Query) -> str:
    """The canonical text of `query`: LayerNext's form where that can say it, and quotes only where needed."""
    return "" if isinstance(query, Everything) else _node(query, inside=None)


def _node(node: Node, *, inside: Subject | None) -> str:
    match node:
        case Comparison(key, operator, value):
            return f"{_key(key, inside=inside)}{operator.value}{_value(value)}"
        case OneOf(key, values):
            return f"{_key(key, inside=inside)} in ({', '.join(map(_value, values))})"
        case And(operands):
            return " and ".join(
                _operand(operand, inside=inside, loose=isinstance(operand, Or)) for operand in operands
            )
        case Or(operands):
            return " or ".join(_node(operand, inside=inside) for operand in operands)
        case Not(operand):
            return "not " + _operand(operand, inside=inside, loose=isinstance(operand, And | Or))
        case AnnotationMatch(where):
            return f"annotation({_node(where, inside=Subject.ANNOTATION)})"
        case DatasetMatch(where):
            return f"dataset({_node(where, inside=Subject.DATASET)})"


def _operand(node: Node, *, inside: Subject | None, loose: bool) -> str:
    """`node`, in parentheses where it binds more loosely than what stands around it."""
    text = _node(node, inside=inside)
    return f"({text})" if loose else text


def _key(key: Key, *, inside: Subject | None) -> str:
    return str(key) if inside is None else str(key).removeprefix(f"{inside.value}.")


def _value(value: Value) -> str:
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, date):
        return value.isoformat()
    return value if _BARE.fullmatch(value) and value.lower() not in _WORDS else quoted(value)
