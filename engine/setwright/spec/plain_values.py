"""Nodes to plain values, and back from a value's path to its place in the file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from setwright.spec import findings
from setwright.spec.yaml_nodes import Mapping, Scalar, Sequence
from setwright.spec.yaml_syntax import colon_hint

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic, SourceRef
    from setwright.spec.variables import Variables
    from setwright.spec.yaml_nodes import Node

Path: TypeAlias = tuple[str | int, ...]
Entries: TypeAlias = "dict[str, tuple[Scalar, Node]]"


class Values:
    """Reads plain values (text, numbers, truths, lists, dicts) from nodes, variables resolved.

    What an alias stands for is read once and shared, so a file costs what it holds and not what it expands to.
    A key without a value is told through `tell` and left out.
    """

    def __init__(self, variables: Variables | None, tell: Callable[[Diagnostic], None]) -> None:
        self._variables = variables
        self._tell = tell
        self._memo: dict[tuple[int, bool], Any] = {}

    def of(self, node: Node, *, nulls: bool = False) -> Any:
        """The value of `node`. With `nulls`, a key without a value has the value None."""
        if type(node) is Scalar:
            value = node.value
            if type(value) is str and "${" in value and self._variables is not None:
                return self._variables.resolve(node)
            return value
        known = id(node), nulls
        if known not in self._memo:
            self._memo[known] = (
                self._list(node, nulls) if type(node) is Sequence else self._dict(node, nulls)  # type: ignore[arg-type]
            )
        return self._memo[known]

    def _list(self, node: Sequence, nulls: bool) -> list[Any]:
        values = []
        for item in node.items:
            value = self.of(item, nulls=nulls)
            if value is None and not nulls:
                self._tell(
                    findings.NO_VALUE.at(
                        item.source.ref(item.start, item.end),
                        "An item of a list has no value.",
                        f'write it in quotes if it is a word: "{item.text}"'
                        if isinstance(item, Scalar) and item.text
                        else "write one, or take the dash away",
                    )
                )
            else:
                values.append(value)
        return values

    def _dict(self, node: Mapping, nulls: bool) -> dict[str, Any]:
        values = {}
        for name, (key, item) in node.entries.items():
            self.check_key(key)
            value = self.of(item, nulls=nulls)
            if value is None and not nulls:
                self.no_value(key)
            else:
                values[name] = value
        return values

    def check_key(self, key: Scalar) -> None:
        """Tell of a variable in a key."""
        if "${" in key.text and self._variables is not None:
            self._tell(
                findings.VARIABLE_MISPLACED.at(
                    key.source.ref(key.start, key.end),
                    "A variable can stand for a value, never for a key or an address: those are what a reviewer "
                    "finds things by.",
                )
            )

    def no_value(self, key: Scalar, example: str | None = None) -> None:
        """Tell of `key` that it has no value; `example` says what to write where there is no default."""
        self._tell(
            findings.NO_VALUE.at(
                key.source.ref(key.start, key.end),
                f'"{key.text[:60]}" has no value.',
                colon_hint(key.text) or example or "write one, or leave it out for the default",
            )
        )


class Places:
    """Where the values below `entries` stand."""

    def __init__(self, entries: Entries, fallback: SourceRef) -> None:
        self.entries = entries
        self.fallback = fallback

    def value(self, path: Path) -> SourceRef:
        """The place of the value at `path`, or of the nearest thing around it that has one."""
        _, node = self._find(path)
        return self.fallback if node is None else node.source.ref(node.start, node.end)

    def key(self, path: Path) -> SourceRef:
        """The place of the key at `path`; of the value where it is an item of a list."""
        key, _ = self._find(path)
        return self.value(path) if key is None else key.source.ref(key.start, key.end)

    def node(self, path: Path) -> Node | None:
        """The node at `path`, or the nearest around it."""
        return self._find(path)[1]

    def entry(self, path: Path) -> SourceRef:
        """The place of key and value together; of the key alone where an alias fetches the value from elsewhere."""
        key, node = self._find(path)
        if node is None:
            return self.fallback
        if key is None:
            return node.source.ref(node.start, node.end)
        near = key.source is node.source and key.start <= node.start
        return key.source.ref(key.start, node.end if near else key.end)

    def _find(self, path: Path) -> tuple[Scalar | None, Node | None]:
        """The key and the node at `path`. A step that leads nowhere is skipped: pydantic adds some of its own."""
        key: Scalar | None = None
        node: Node | None = None
        for step in path:
            entries = self.entries if node is None else node.entries if type(node) is Mapping else None
            if entries is not None and isinstance(step, str) and step in entries:
                key, node = entries[step]
            elif type(node) is Sequence and isinstance(step, int) and step < len(node.items):
                key, node = None, node.items[step]
        return key, node
