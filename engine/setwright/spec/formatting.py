"""Files brought into one layout, with proof: the same meaning, every comment, every anchor, and no second change.

What is made of a file is compared with the file. Where the two should differ, less is done: keys stay where they are,
and at last everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.model.diagnostics import Severity
from setwright.spec.key_order import FREE, Order, order_of
from setwright.spec.layout import UnusualError, layout
from setwright.spec.source_text import SourceText, decode_text
from setwright.spec.written import anchors, comments, read_written
from setwright.spec.yaml_nodes import Mapping, Scalar, parse_documents

if TYPE_CHECKING:
    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.part import Part
    from setwright.spec.yaml_nodes import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A file's `text` in our layout; None with the `errors` where it is no YAML that can be read.

    The text means what the file means, has the same comments and anchors, and is itself in our layout. Where that
    cannot be had, as with keys after question marks, it is the file's own, and the file was `left_alone`.
    """

    text: str | None
    errors: tuple[Diagnostic, ...] = ()
    left_alone: bool = False


def laid_out(file: str, content: bytes, model: type[Part]) -> Layout:
    """The `content` of `file` in our layout."""
    source, found = decode_text(file, content)
    if source is not None:
        found = [*found, *parse_documents(source)[1]]
    errors = tuple(finding for finding in found if finding.severity is Severity.ERROR)
    if source is None or errors:
        return Layout(text=None, errors=errors)
    text = _ended(source.text)
    for order in (order_of(model), FREE):
        made = _attempt(text, order)
        if made is not None and equivalent(source.text, made, order) and _attempt(made, order) == made:
            return Layout(text=_broken_as(content, made))
    return Layout(text=source.text, left_alone=True)


def _broken_as(content: bytes, text: str) -> str:
    """`text` with the line breaks of Windows where `content` has no others: git makes them, and unmakes them."""
    breaks = content.count(b"\n")
    return text.replace("\n", "\r\n") if breaks and content.count(b"\r\n") == breaks else text


def _attempt(text: str, order: Order) -> str | None:
    try:
        return layout(text, order)
    except UnusualError:
        return None


def _ended(text: str) -> str:
    """`text` with a line break at its end, meaning the same."""
    if not text or text.endswith("\n"):
        return text
    literals = [node for root in read_written(text) for node in root.walk() if node.style == "literal"]
    if literals and literals[-1].end == len(text):
        # A text under | or > that ends with the file has no line break of its own yet, and must not get one.
        start = literals[-1].inside
        mark = re.compile(r"(\s*[|>][1-9]?)[+]?(?=[1-9]?(\s|$))").match(text, start)
        if mark is not None:
            return f"{text[:start]}{mark[1]}-{text[mark.end() :]}\n"
    return text + "\n"


def equivalent(before: str, after: str, order: Order) -> bool:
    """Whether two texts mean the same, keys being free to move where `order` has a place for them.

    Comments and anchors have to be the same as well, wherever they stand.
    """
    old, old_errors = parse_documents(SourceText("", before))
    new, new_errors = parse_documents(SourceText("", after))
    if len(old) != len(new) or len(old_errors) != len(new_errors):
        return False
    seen: set[tuple[int, int]] = set()
    if not all(_same(one, other, order, seen) for one, other in zip(old, new, strict=True)):
        return False
    was, now = read_written(before), read_written(after)
    return comments(before, was) == comments(after, now) and anchors(was) == anchors(now)


def _same(one: Node, other: Node, order: Order, seen: set[tuple[int, int]]) -> bool:
    """Whether two values are equal; the order of keys counts where they have no order of ours."""
    if (id(one), id(other)) in seen:
        return True  # an alias brought us here again
    seen.add((id(one), id(other)))
    if isinstance(one, Scalar):
        return isinstance(other, Scalar) and (one.value, one.text, one.plain) == (
            other.value,
            other.text,
            other.plain,
        )
    if isinstance(one, Mapping):
        return (
            isinstance(other, Mapping)
            and one.entries.keys() == other.entries.keys()
            and (order.names is not None or list(one.entries) == list(other.entries))
            and all(
                _same(value, other.entries[name][1], order.below(name), seen)
                for name, (_, value) in one.entries.items()
            )
        )
    return (
        not isinstance(other, Scalar | Mapping)
        and len(one.items) == len(other.items)
        and all(_same(mine, theirs, FREE, seen) for mine, theirs in zip(one.items, other.items, strict=True))
    )
