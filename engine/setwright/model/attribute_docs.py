"""What stands below the fields of a model in its source, brought into its JSON Schema.

pydantic does the same when a class is made, and reads the whole source again for each: a tenth of a second at every
start, for a schema that only tests and `setwright schema` ask for.
"""

from __future__ import annotations

import ast
import inspect
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator


def described(schema: dict[str, Any], model: type) -> dict[str, Any]:
    """`schema`, which pydantic made of `model`, with what is said of each field below it in the model's module."""
    docs = {
        name: dict(fields) for name, fields in _documented(inspect.getsource(sys.modules[model.__module__]))
    }

    def told(name: str, part: dict[str, Any]) -> dict[str, Any]:
        known = docs.get(name, {})
        properties = {
            field: dict(sorted({**written, "description": known[field]}.items()))
            if field in known
            else written
            for field, written in part.get("properties", {}).items()
        }
        return {**part, "properties": properties} if properties else part

    parts = {name: told(name, part) for name, part in schema.get("$defs", {}).items()}
    whole = told(model.__name__, schema)
    return {**whole, "$defs": parts} if parts else whole


def _documented(source: str) -> Iterator[tuple[str, Iterator[tuple[str, str]]]]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            yield node.name, _fields(node)


def _fields(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    for statement, after in pairwise(node.body):
        match statement, after:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                yield name, inspect.cleandoc(text)
            case _:
                pass
