"""Where a spec says what, by dotted path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from setwright.model.diagnostics import SourceRef
from setwright.spec.yaml_nodes import Mapping as MappingNode
from setwright.spec.yaml_nodes import Sequence

if TYPE_CHECKING:
    from setwright.spec.plain_values import Entries
    from setwright.spec.source_text import SourceText
    from setwright.spec.yaml_nodes import Node, Scalar

Span = tuple["SourceText", int, int]


class FieldPlaces(Mapping[str, SourceRef]):
    """The fields that were written, their keys, and the items of the lists that plan speaks of.

    Lines and columns are counted when somebody asks, which for most fields of most specs nobody does.
    """

    __slots__ = ("spans",)

    def __init__(self, entries: Entries) -> None:
        spans: dict[str, Span] = {}
        for name, (key, node) in entries.items():
            spans[name] = _entry(key, node)
            if type(node) is MappingNode:
                for inner, (below, value) in node.entries.items():
                    spans[f"{name}.{inner}"] = _entry(below, value)
                    if inner == "datasets":
                        _add_items(spans, f"{name}.{inner}", value)
            elif name == "labels":
                _add_items(spans, name, node)
        self.spans = spans

    def __getitem__(self, path: str) -> SourceRef:
        source, start, end = self.spans[path]
        return source.ref(start, end)

    def __contains__(self, path: object) -> bool:
        return path in self.spans

    def __iter__(self) -> Iterator[str]:
        return iter(self.spans)

    def __len__(self) -> int:
        return len(self.spans)


def _entry(key: Scalar, node: Node) -> Span:
    """Key and value together; the key alone where an alias fetches the value from elsewhere."""
    near = key.source is node.source and key.start <= node.start
    return key.source, key.start, node.end if near else key.end


def _add_items(spans: dict[str, Span], name: str, node: Node) -> None:
    if type(node) is Sequence:
        for item in node.items:
            spans[f"{name}.{getattr(item, 'value', '')}"] = item.source, item.start, item.end
