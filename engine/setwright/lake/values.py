"""JSON taken apart into the rows that queries search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.model.canonical import canonical_json
from setwright.query.evaluate import folded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def metadata_rows(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `metadata_values`, without the document's key: what a query finds at each path."""
    return [
        {"ordinal": ordinal, "path": canonical_json(path), **_columns(value)}
        for ordinal, (path, value) in enumerate(_leaves(document, ()))
    ]


def attribute_rows(attributes: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `attribute_values`, without the annotation's key, from attributes in LayerNext's form."""
    found = (
        (name, entry["value"])
        for name, entries in sorted(attributes.items())
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and _searchable(entry.get("value"))
    )
    return [
        {"ordinal": ordinal, "name": name.replace("\0", "\ufffd"), **_columns(value)}
        for ordinal, (name, value) in enumerate(found)
    ]


def _leaves(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) or hasattr(value, "keys"):
        for name, inner in sorted(value.items()):
            yield from _leaves(inner, (*path, name))
    elif isinstance(value, list | tuple):
        yield from ((path, element) for element in value if _searchable(element))
    elif _searchable(value):
        yield path, value


def _searchable(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _columns(value: str | float | bool) -> dict[str, Any]:
    columns: dict[str, Any] = {"text": None, "folded": None, "number": None, "flag": None}
    match value:
        case bool():
            return columns | {"flag": value}
        case str():
            # PostgreSQL keeps no NUL in a text, and no query can hold one.
            shown = value.replace("\0", "\ufffd")
            return columns | {"text": shown, "folded": folded(shown)}
        case _:
            return columns | {"number": _float(value)}


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        return float("inf") if value > 0 else float("-inf")
