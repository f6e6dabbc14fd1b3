"""A YAML file as it is written: where each value begins and ends, which anchors it has, and how it is spelt.

`yaml_nodes` tells what a file means; this tells how it looks, for those who change its looks alone.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

Style: TypeAlias = Literal["leaf", "literal", "flow", "block"]
"""A value on its own, one that `|` or `>` begin, a collection in brackets, one that lines and columns make."""

_COMMENT = re.compile(r"(?<=[ \t\n])#[^\n]*")


@dataclass(slots=True, eq=False)
class Written:
    """A value as it is written, from `start`, its anchor included, to `end`, in characters; not the last of a block.

    `entries` are pairs of a key, None in a list, and a value.
    """

    style: Style
    start: int
    end: int
    mapping: bool = False
    anchor: str | None = None
    alias: str | None = None
    text: str = ""
    entries: list[tuple[Written | None, Written]] = field(default_factory=list)

    @property
    def empty(self) -> bool:
        """Whether nothing stands there, not even quotes."""
        return self.style == "leaf" and self.start == self.end

    @property
    def inside(self) -> int:
        """Where it begins without its anchor and what separates the two; within an anchored block, the end of it."""
        return self.start if self.anchor is None else self.start + 1 + len(self.anchor)

    def walk(self) -> Iterator[Written]:
        """It and everything in it, in the order of the file."""
        yield self
        for key, value in self.entries:
            if key is not None:
                yield from key.walk()
            yield from value.walk()


class Text:
    """A text by lines, counted from 0."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line(self, offset: int) -> int:
        """The line in which `offset` stands."""
        return bisect_right(self._starts, offset) - 1

    def column(self, offset: int) -> int:
        """The column of `offset`, from 0."""
        return offset - self._starts[self.line(offset)]

    def rest(self, offset: int) -> str:
        """The text from `offset` to the end of its line."""
        line = self.line(offset)
        return self.lines[line][offset - self._starts[line] :]

    def find(self, sign: str, start: int, end: int) -> int:
        """Where `sign` stands in `[start, end)`, comments not looked at; it has to be there."""
        return start + self._bare(start, end).index(sign)

    def signs(self, start: int, end: int) -> str:
        """What stands in `[start, end)` beside blanks, line breaks and comments."""
        return "".join(self._bare(start, end).split())

    def _bare(self, start: int, end: int) -> str:
        """The text `[start, end)` with blanks for its comments."""
        # A # that follows a word begins no comment.
        before = " " if start == 0 or self.text[start - 1].isspace() else "."
        return _COMMENT.sub(lambda match: " " * len(match[0]), before + self.text[start:end])[1:]


def read_written(text: str) -> list[Written]:
    """The documents of `text`, which holds no mistake in its YAML."""
    documents: list[Written] = []
    open_: list[Written] = []
    keys: list[Written | None] = []
    # The faster parser where there is one, as in `yaml_nodes`.
    parser: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        while (event := parser.get_event()) is not None:
            node = _node(event)
            if isinstance(event, yaml.CollectionStartEvent):
                assert node is not None
                open_.append(node)
                keys.append(None)
                continue
            if isinstance(event, yaml.CollectionEndEvent):
                node = open_.pop()
                node.end = _place(event.end_mark)
                keys.pop()
            if node is None:
                continue
            if not open_:
                documents.append(node)
            elif not open_[-1].mapping:
                open_[-1].entries.append((None, node))
            elif keys[-1] is None:
                keys[-1] = node
            else:
                open_[-1].entries.append((keys[-1], node))
                keys[-1] = None
    finally:
        parser.dispose()
    return documents


def comments(text: str, documents: list[Written]) -> Counter[str]:
    """The comments of `text`, without blanks at their ends, and how often each comes."""
    found: list[str] = []
    end = 0
    leaves = [node for root in documents for node in root.walk() if node.style in ("leaf", "literal")]
    for leaf in (*leaves, None):
        start = len(text) if leaf is None else leaf.start
        if start >= end:
            before = text[end - 1 : end] or "\n"
            found += [match.rstrip() for match in _COMMENT.findall(before + text[end:start])]
        end = max(end, end if leaf is None else leaf.end)
    return Counter(found)


def anchors(documents: list[Written]) -> Counter[str]:
    """The anchors and aliases, and how often each comes."""
    names = [
        name
        for root in documents
        for node in root.walk()
        for name in (node.anchor and f"&{node.anchor}", node.alias and f"*{node.alias}")
        if name
    ]
    return Counter(names)


def _node(event: Any) -> Written | None:
    start, end = _place(event.start_mark), _place(event.end_mark)
    if isinstance(event, yaml.ScalarEvent):
        style: Style = "literal" if event.style in ("|", ">") else "leaf"
        return Written(style, start, end, anchor=event.anchor, text=event.value)
    if isinstance(event, yaml.AliasEvent):
        return Written("leaf", start, end, alias=event.anchor)
    if isinstance(event, yaml.CollectionStartEvent):
        return Written(
            "flow" if event.flow_style else "block",
            start,
            end,
            mapping=isinstance(event, yaml.MappingStartEvent),
            anchor=event.anchor,
        )
    return None


def _place(mark: Any) -> int:
    index: int = mark.index
    return index
