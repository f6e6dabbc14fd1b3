"""Which fields of a configuration differ, and whether that is of any account for the content.

DeepDiff compares one resolved pair at a time. Everything in a resolved configuration that has no order of its own is
sorted already, so DeepDiff is never asked to ignore order, which would cost it a quadratic search.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from setwright.model.documents import LATER, to_document
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig

_WHOLE = {"source", "labels", "operations", "exports", "owners", "tags"}
"""Fields that people read as one thing: a change within shows the whole before and after."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """One field that differs: its dotted path, and the values as plain JSON."""

    path: str
    before: Any
    after: Any


def asks_alike(one: DatasetConfig, other: DatasetConfig) -> bool:
    """Whether both ask for the same content; how it is called, described and packaged may differ."""
    settings = {
        field: getattr(other, field)
        for field in ("name", "versioning", "exports", "description", "owners", "tags", "protect")
    }
    return replace(one, **settings) == other


def changed_fields(before: DatasetConfig, after: DatasetConfig) -> tuple[FieldChange, ...]:
    """The fields in which `after` differs from `before`, sorted by path; none for equal configurations."""
    if before == after:
        return ()
    # DeepDiff costs 150 ms to import, which a plan without changes must not pay.
    from deepdiff import DeepDiff

    old, new = to_document(before), to_document(after)
    differences = DeepDiff(old, new, view="tree")
    paths = {_field(item.path(output_format="list")) for items in differences.values() for item in items}
    return tuple(
        FieldChange(path=path, before=_value(old, path), after=_value(new, path)) for path in sorted(paths)
    )


def _field(path: list[str | int]) -> str:
    top = str(path[0])
    # Below the second level a path would name places in lists, which mean nothing to the writer of a spec.
    return top if top in _WHOLE or len(path) == 1 else f"{top}.{path[1]}"


def _value(document: Any, path: str) -> Any:
    for key in path.split("."):
        document = document[key] if key in document else LATER[key]
    return document
