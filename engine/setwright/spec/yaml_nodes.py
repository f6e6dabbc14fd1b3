"""YAML text to nodes that know their place, within bounds that no file can break.

PyYAML's parser gives events one at a time and keeps no stack that a file could exhaust; the nodes are put together
here, where depth and numbers are counted before anything is built. Tags, merge keys and keys that are no text are
refused, a key written twice is shown with both places. An alias stands for the very node that its anchor names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

import yaml

from setwright.model.suggestions import did_you_mean
from setwright.spec import findings
from setwright.spec.findings import MAX_FINDINGS
from setwright.spec.shortening import short
from setwright.spec.yaml_scalars import FIRST, NumberTooLargeError, Value, ambiguity, read
from setwright.spec.yaml_syntax import syntax_finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.source_text import SourceText

MAX_DEPTH = 100
"""The deepest nesting of lists and mappings, aliases followed."""
MAX_SCALARS = 100_000
"""The most scalars in a file; there may be as many lists and mappings."""
MAX_SCALAR = 1_000_000
"""The longest scalar, in characters."""
MAX_EXPANDED = 1_000_000
"""The most nodes of a file with every alias written out."""
MAX_DOCUMENTS = 1_000
"""The most documents in a file."""


class Scalar:
    """One value. `value` is what it means, `text` what was written; `plain` says that no quotes stood around it."""

    __slots__ = ("end", "plain", "source", "start", "text", "value")
    height: ClassVar[int] = 0
    weight: ClassVar[int] = 1

    def __init__(
        self, source: SourceText, start: int, end: int, value: Value, text: str, plain: bool
    ) -> None:
        self.source = source
        self.start = start
        self.end = end
        self.value = value
        self.text = text
        self.plain = plain


class Sequence:
    """A list. `weight` counts its nodes, itself included, `height` its levels; aliases are followed in both."""

    __slots__ = ("end", "height", "items", "source", "start", "weight")

    def __init__(self, source: SourceText, start: int) -> None:
        self.source = source
        self.start = start
        self.end = start
        self.items: list[Node] = []
        self.height = 1
        self.weight = 1


class Mapping:
    """Keys and values, in the order of the file. Each key comes once, with its own node."""

    __slots__ = ("end", "entries", "height", "source", "start", "weight")

    def __init__(self, source: SourceText, start: int) -> None:
        self.source = source
        self.start = start
        self.end = start
        self.entries: dict[str, tuple[Scalar, Node]] = {}
        self.height = 1
        self.weight = 1


Node: TypeAlias = Scalar | Sequence | Mapping


def parse_documents(source: SourceText) -> tuple[list[Node], list[Diagnostic]]:
    """The documents of `source` that hold anything, and what is wrong with it as YAML.

    After a mistake in the syntax nothing more can be read; the documents before it are given all the same.
    """
    builder = _Builder(source)
    builder.run()
    return builder.documents, builder.findings


# What libyaml does in C is ten times faster; not every machine has it. Only events are asked for.
_PARSER: Any = yaml.cyaml.CParser if yaml.__with_libyaml__ else yaml.SafeLoader  # type: ignore[attr-defined]


class _Stop(Exception):
    """The file has broken a bound; reading on would serve nobody."""


class _Builder:
    """Puts events together. `open` holds the collections not yet closed, with what each of them waits for."""

    def __init__(self, source: SourceText) -> None:
        self.source = source
        self.documents: list[Node] = []
        self.findings: list[Diagnostic] = []
        self.open: list[_Frame] = []
        self.anchors: dict[str, Node | None] = {}
        self.scalars = 0
        self.collections = 0
        self.expanded = 0

    def run(self) -> None:
        parser: Any = _PARSER(self.source.text)
        try:
            self._read(parser.get_event)
        except yaml.YAMLError as error:
            self.findings.append(syntax_finding(self.source, error))
        except _Stop:
            pass
        finally:
            parser.dispose()

    def _read(self, next_event: Callable[[], Any]) -> None:
        scalar, mapping, sequence = yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent
        mapping_end, sequence_end, alias = yaml.MappingEndEvent, yaml.SequenceEndEvent, yaml.AliasEvent
        read_scalar, opened = self._scalar, self.open
        while (event := next_event()) is not None:
            kind = type(event)
            if kind is scalar:
                node: Node = read_scalar(event)
                # What `_place` does, for nearly all keys and values. A call for each takes as long as the parser.
                if opened and (frame := opened[-1]).entries is not None:
                    if not frame.has_key:
                        if node.text != "<<":  # type: ignore[union-attr]
                            frame.has_key = True
                            frame.key = node  # type: ignore[assignment]
                            continue
                    elif (key := frame.key) is not None and key.text not in frame.entries:
                        frame.has_key = False
                        frame.entries[key.text] = (key, node)
                        continue
            elif kind is mapping or kind is sequence:
                self._open(event, kind is mapping)
                continue
            elif kind is mapping_end or kind is sequence_end:
                node = self._close(event)
            elif kind is alias:
                node = self._alias(event)
            else:
                # The start or the end of a document or of the file. Anchors do not reach past a document.
                self.anchors = {}
                continue
            if opened:
                self._place(opened[-1], node)
            elif not (type(node) is Scalar and node.value is None and node.plain):
                if len(self.documents) >= MAX_DOCUMENTS:
                    self._too_many_documents(node)
                self.documents.append(node)

    def _scalar(self, event: Any) -> Scalar:
        start: int = event.start_mark.index
        end: int = event.end_mark.index
        text: str = event.value
        self.scalars += 1
        self.expanded += 1
        if self.scalars > MAX_SCALARS or self.expanded > MAX_EXPANDED or len(text) > MAX_SCALAR:
            self._too_much(start, end, len(text))
        if event.tag is not None:
            self._refuse_tag(event)
        plain: bool = event.implicit[0]
        value: Value = text
        if plain and (not text or text[0] in FIRST):
            value = self._meaning(text, start, end)
        node = Scalar(self.source, start, end, value, text, plain)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def _meaning(self, text: str, start: int, end: int) -> Value:
        """What the plain scalar `text` means, which is more than the text."""
        try:
            value, otherwise = read(text)
        except NumberTooLargeError:
            self._tell(
                findings.NUMBER_TOO_LARGE.at(
                    self.source.ref(start, end),
                    "A number is finite and has at most 18 digits.",
                    "write it in quotes if it is text",
                )
            )
            # No field takes it, so nothing is made of it that would be found wrong in turn.
            value, otherwise = float("nan"), ambiguity(text)
        if otherwise is not None:
            self._tell(
                findings.AMBIGUOUS_VALUE.at(
                    self.source.ref(start, end),
                    f"{text} can be read in two ways: {otherwise}.",
                    _unambiguous(text, value),
                )
            )
        return value

    def _open(self, event: Any, is_mapping: bool) -> None:
        start = event.start_mark.index
        self.collections += 1
        self.expanded += 1
        if self.collections > MAX_SCALARS or self.expanded > MAX_EXPANDED:
            self._too_much(start, start + 1, 0)
        if event.tag is not None:
            self._refuse_tag(event)
        node = Mapping(self.source, start) if is_mapping else Sequence(self.source, start)
        self.open.append(_Frame(node, self.expanded, event.anchor))
        if len(self.open) > MAX_DEPTH:
            self._too_deep(start, start + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = None

    def _close(self, event: Any) -> Node:
        frame = self.open.pop()
        node = frame.node
        node.end = event.end_mark.index
        node.height = frame.height
        node.weight = self.expanded - frame.expanded + 1
        if frame.anchor is not None:
            self.anchors[frame.anchor] = node
        return node

    def _alias(self, event: Any) -> Node:
        start, end = event.start_mark.index, event.end_mark.index
        name: str = event.anchor
        if name not in self.anchors:
            self._tell(
                findings.NOT_YAML.at(
                    self.source.ref(start, end),
                    f"*{short(name)} stands for what an anchor &{short(name)} names, and no such anchor comes "
                    "before it in this document.",
                    did_you_mean(name, list(self.anchors)[:1000])
                    or "text that begins with * stands in quotes",
                )
            )
            return Scalar(self.source, start, end, "", "", False)
        node = self.anchors[name]
        if node is None:
            self.findings.append(
                findings.ALIAS_IN_ITSELF.at(
                    self.source.ref(start, end),
                    f"*{short(name)} stands within what &{short(name)} names, which would go on for ever.",
                )
            )
            raise _Stop
        self.expanded += node.weight
        if self.expanded > MAX_EXPANDED:
            self._too_much(start, end, 0)
        if len(self.open) + node.height > MAX_DEPTH:
            self._too_deep(start, end)
        return node

    def _place(self, frame: _Frame, node: Node) -> None:
        if node.height >= frame.height:
            frame.height = node.height + 1
        parent, entries = frame.node, frame.entries
        if entries is None:
            parent.items.append(node)  # type: ignore[union-attr]
        elif not frame.has_key:
            frame.has_key = True
            frame.key = self._key(node)
        else:
            frame.has_key = False
            key = frame.key
            if key is None:
                return
            name = key.text
            if name in entries:
                self._twice(key, entries[name][0])
            else:
                entries[name] = (key, node)

    def _key(self, node: Node) -> Scalar | None:
        """`node` as a key, None where it cannot be one; then its value is left out as well."""
        if type(node) is not Scalar:
            self._tell(
                findings.KEY_NOT_TEXT.at(
                    node.source.ref(node.start, node.start + 1),
                    "A list or a mapping cannot be a key; keys are names.",
                )
            )
            return None
        if node.plain and node.text == "<<":
            self._tell(
                findings.MERGE_KEY.at(
                    node.source.ref(node.start, node.end),
                    "Merge keys were dropped from YAML, and readers differ in what they do with them.",
                    "write `defaults:` in setwright.yaml, or give the whole field an alias: `split: *usual`",
                )
            )
            return None
        return node

    def _twice(self, key: Scalar, first: Scalar) -> None:
        before = first.source.ref(first.start, first.end)
        self._tell(
            findings.DUPLICATE_KEY.at(
                key.source.ref(key.start, key.end),
                f'"{short(key.text)}" stands at line {before.line}, column {before.column} already, '
                "and only one of the two can count.",
                "keep one of them",
            )
        )

    def _refuse_tag(self, event: Any) -> None:
        self._tell(
            findings.TAG.at(
                self.source.ref(event.start_mark.index, event.end_mark.index),
                f"{short(event.tag)} would change what the value is. A spec holds plain values only.",
                "leave the tag out; write text in quotes",
            )
        )

    def _too_much(self, start: int, end: int, length: int) -> None:
        detail = (
            f"A text has {length:,} characters, and {MAX_SCALAR:,} are the most."
            if length > MAX_SCALAR
            else f"{MAX_SCALARS:,} values are the most, {MAX_EXPANDED:,} with every alias written out. "
            "Reading stopped here."
        )
        self.findings.append(findings.TOO_MUCH.at(self.source.ref(start, min(end, start + 80)), detail))
        raise _Stop

    def _too_many_documents(self, node: Node) -> None:
        detail = f"{MAX_DOCUMENTS:,} specs in one file are the most. Reading stopped here."
        self.findings.append(findings.TOO_MUCH.at(self.source.ref(node.start, node.start + 1), detail))
        raise _Stop

    def _too_deep(self, start: int, end: int) -> None:
        self.findings.append(
            findings.TOO_DEEP.at(
                self.source.ref(start, end), f"{MAX_DEPTH} levels are the most. Reading stopped here."
            )
        )
        raise _Stop

    def _tell(self, finding: Diagnostic) -> None:
        self.findings.append(finding)
        if len(self.findings) >= MAX_FINDINGS:
            self.findings.append(too_many(self.source, finding))
            raise _Stop


class _Frame:
    """An open collection: a mapping's key that waits for its value, and what stood before it."""

    __slots__ = ("anchor", "entries", "expanded", "has_key", "height", "key", "node")

    def __init__(self, node: Sequence | Mapping, expanded: int, anchor: str | None) -> None:
        self.node = node
        self.entries = node.entries if type(node) is Mapping else None
        self.expanded = expanded
        self.anchor = anchor
        self.height = 1
        self.key: Scalar | None = None
        self.has_key = False


def too_many(source: SourceText, last: Diagnostic) -> Diagnostic:
    """What stands for all further findings on a file."""
    return findings.MANY_MISTAKES.at(
        last.source or source.ref(0, 0),
        f"{MAX_FINDINGS} mistakes are shown of this file. There are more, which only show once these are mended.",
    )


def _unambiguous(text: str, value: Value) -> str:
    if isinstance(value, str):
        return f'write it in quotes: "{short(text)}"'
    number = value if isinstance(value, int) or not float(value or 0).is_integer() else int(value or 0)
    return f'write {number} for the number, "{short(text)}" for the text'
