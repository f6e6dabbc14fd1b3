"""A text in one layout: keys in the order of the documentation, two spaces a level, comments where they belong.

Lines are moved and indented, never made anew, so how a list is broken and which quotes a text has is left to its
author.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from setwright.spec.key_order import FREE, Order
from setwright.spec.written import Text, Written, read_written

STEP = 2
"""Columns of one level."""

_MARK = re.compile(r"(?:---|\.\.\.)(?:\s|$)")


class UnusualError(Exception):
    """Something is written in a way that is seldom seen, so it is better left as it is."""


def layout(text: str, order: Order) -> str:
    """`text`, which is YAML without a mistake and ends with a line break, in one layout.

    Raises:
        UnusualError: it has keys after question marks, directives, and the like.
    """
    return _Layout(text, order).text()


@dataclass(slots=True)
class _Entry:
    """An entry of a block, laid out: a blank line before it or none, comments that lead it, itself, comments below."""

    place: int
    blank: bool
    lead: list[str]
    body: list[str]
    tail: list[str] = field(default_factory=list)


class _Layout:
    """One text, being laid out. Lines and columns count from 0; a range of lines is what a part may speak for."""

    def __init__(self, text: str, order: Order) -> None:
        self.source = Text(text)
        self.lines = self.source.lines[:-1]  # what follows the last line break is no line
        self.order = order
        self.roots = [root for root in read_written(text) if not root.empty]
        # Blanks at the end of such a line belong to a value.
        self.held = {
            line
            for root in self.roots
            for node in root.walk()
            if node.style in ("leaf", "literal") and not node.empty
            for line in range(
                self.source.line(node.start), self.source.line(node.end - 1) + (node.style == "literal")
            )
        }

    def text(self) -> str:
        marks = [number for number, line in enumerate(self.lines) if _MARK.match(line)]
        made: list[str] = []
        begin = 0
        for mark in (*marks, len(self.lines)):
            made += _trimmed(self._document(begin, mark))
            if mark < len(self.lines):
                if not _is_remark(self.lines[mark][3:]):
                    raise UnusualError
                made.append(self.lines[mark].rstrip())
            begin = mark + 1
        return "".join(f"{line}\n" for line in made)

    def _document(self, begin: int, end: int) -> list[str]:
        """The lines `begin` to before `end`, in which there is one document at most."""
        inside = [root for root in self.roots if begin <= self.source.line(root.start) < end]
        if not inside:
            return self._remarks(begin, end, 0)
        if inside[0].style == "block" and inside[0].anchor is None:
            return self._block(inside[0], 0, self.order, begin, end)
        return [self._kept(line) for line in range(begin, end)]

    def _block(
        self, node: Written, to: int, order: Order, begin: int, end: int, *, compact: bool = False
    ) -> list[str]:
        """The collection `node`, moved to the column `to`, with the comments in its lines `begin` to before `end`.

        `compact` says that it begins in the line of a dash, which is not made here.
        """
        starts = self._starts(node)
        first, column = self.source.line(starts[0]), self.source.column(starts[0])
        made = _trimmed(self._remarks(begin, first, to), ends=False)
        entries: list[_Entry] = []
        blank, lead = False, list[str]()
        for number, (key, value) in enumerate(node.entries):
            start = starts[number]
            line = self.source.line(start)
            before = self.lines[line][: self.source.column(start)]
            if self.source.column(start) != column or (before.strip() and not (compact and number == 0)):
                raise UnusualError
            following = self.source.line(starts[number + 1]) if number + 1 < len(starts) else end
            inner = self._inner(self._last_line(value, start) + 1, following, column)
            if key is None:
                body = self._item(start, value, to, inner)
            else:
                body = self._pair(key, value, to, order.below(key.text), inner)
            place = 0 if key is None else order.place(key.text)
            entries.append(_Entry(place, blank, lead, body))
            rest = self._remarks(inner, following, to)
            if number + 1 < len(starts):
                entries[-1].tail, blank, lead = _divided(rest)
        for entry in (entries[index] for index in _sequence(node, [entry.place for entry in entries])):
            if entry.blank and made and made[-1]:
                made.append("")
            made += [*entry.lead, *entry.body, *entry.tail]
        return [*made, *rest]

    def _pair(self, key: Written, value: Written, to: int, order: Order, until: int) -> list[str]:
        """The entry of a mapping, and comments up to before the line `until`."""
        line = self.source.line(key.start)
        if key.empty or key.alias or self.source.line(key.end - 1) != line:
            raise UnusualError
        if self.source.signs(key.end, value.start) != ":":
            raise UnusualError
        head = f"{' ' * to}{self.source.text[key.start : key.end]}:"
        after = self.source.text.index(":", key.end) + 1
        move = to - self.source.column(key.start)
        if value.style != "block":
            return self._value(head, after, value, order, until, move)
        if self.source.line(self._starts(value)[0]) == line:
            raise UnusualError
        head, after = self._anchored(head, after, value)
        first = self._with_comment(head, after, move)
        return [first, *self._block(value, to + STEP, order, line + 1, until)]

    def _item(self, dash: int, value: Written, to: int, until: int) -> list[str]:
        """The item of a list, and comments up to before the line `until`."""
        head, after = f"{' ' * to}-", dash + 1
        move = to - self.source.column(dash)
        if value.style != "block":
            return self._value(head, after, value, FREE, until, move)
        line, first = self.source.line(dash), self.source.line(self._starts(value)[0])
        if first == line:
            if value.anchor is not None:
                raise UnusualError
            made = self._block(value, to + STEP, FREE, line, until, compact=True)
        elif (
            value.anchor
            or self.source.rest(after).strip()
            or any(map(str.strip, self.lines[line + 1 : first]))
        ):
            head, after = self._anchored(head, after, value)
            below = self._block(value, to + STEP, FREE, line + 1, until)
            return [self._with_comment(head, after, move), *below]
        else:
            made = self._block(value, to + STEP, FREE, first, until)
        return [f"{head} {made[0].lstrip()}", *made[1:]]

    def _value(self, head: str, after: int, value: Written, order: Order, until: int, move: int) -> list[str]:
        """`head` and a value that is no block; what is left of `after` is told by `head`."""
        line = self.source.line(after - 1)
        if value.empty:
            return [self._with_comment(head, after, move), *self._remarks(line + 1, until, _indent(head))]
        first, last = self.source.line(value.start), self._last_line(value, after)
        between = self.source.rest(after).strip() or any(map(str.strip, self.lines[line + 1 : first]))
        below = self._remarks(last + 1, until, _indent(head))
        if value.style != "literal" and not _is_remark(self.source.rest(value.end)):
            raise UnusualError
        if value.style != "literal" and first == last and (first == line or not between):
            return [self._with_comment(f"{head} {self._spelt(value, order)}", value.end, move), *below]
        if first == line:
            begun = self.lines[line][self.source.column(value.start) :]
            opening = f"{head} {begun if line in self.held else begun.rstrip()}"
        else:
            opening = self._with_comment(head, after, move)
        return [opening, *(self._moved(each, move) for each in range(line + 1, last + 1)), *below]

    def _anchored(self, head: str, after: int, block: Written) -> tuple[str, int]:
        if block.anchor is None:
            return head, after
        if self.source.line(block.start) != self.source.line(after - 1):
            raise UnusualError
        return f"{head} &{block.anchor}", block.inside

    def _spelt(self, value: Written, order: Order) -> str:
        """A value that stands on one line."""
        anchor = "" if value.anchor is None else f"&{value.anchor} "
        if value.style == "flow":
            try:
                return anchor + self._flow(value, order)
            except UnusualError:
                pass
        return anchor + self.source.text[value.inside : value.end].strip()

    def _flow(self, node: Written, order: Order) -> str:
        """The collection `node` in brackets, without its anchor."""
        source = self.source
        opening = re.compile(r"\s*([\[{])").match(source.text, node.inside)
        if opening is None or opening[1] != ("{" if node.mapping else "["):
            raise UnusualError
        at = opening.end()
        parts: list[str] = []
        places: list[int] = []
        for key, value in node.entries:
            start = value.start if key is None else key.start
            if source.signs(at, start) not in ("", ","):
                raise UnusualError
            spelt = "" if value.empty else self._spelt(value, order.below(key.text) if key else FREE)
            if key is None:
                parts.append(spelt)
            else:
                if key.empty or key.alias or source.signs(key.end, value.start) != (":" if spelt else ""):
                    raise UnusualError
                name = self._spelt(key, FREE)
                parts.append(f"{name}: {spelt}" if spelt else name)
            places.append(0 if key is None else order.place(key.text))
            at = value.end
        if source.signs(at, node.end).lstrip(",") not in ("]", "}"):
            raise UnusualError
        inside = ", ".join(parts[index] for index in _sequence(node, places))
        return f"{{{inside}}}" if node.mapping else f"[{inside}]"

    def _starts(self, node: Written) -> list[int]:
        """Where the entries of a block begin: their keys, or their dashes."""
        found = []
        at = node.inside
        for key, value in node.entries:
            if key is None:
                if self.source.signs(at, value.start) != "-":
                    raise UnusualError
                found.append(self.source.find("-", at, value.start))
            else:
                found.append(key.start)
            at = self._end(value)
        return found

    def _end(self, value: Written) -> int:
        return self._end(value.entries[-1][1]) if value.style == "block" else value.end

    def _last_line(self, value: Written, start: int) -> int:
        """The last line of `value`, in an entry that begins at `start`."""
        if value.empty:
            return self.source.line(start)
        if value.style == "block":
            return self._last_line(value.entries[-1][1], self._starts(value)[-1])
        last = self.source.line(value.end - 1)
        if value.style == "literal" and "+" not in self.source.rest(value.inside).partition(" #")[0]:
            while not self.lines[last]:
                last -= 1
        return last

    def _inner(self, begin: int, end: int, column: int) -> int:
        """The line after the comments that begin at `begin` and stand further in than `column`."""
        last = begin
        for number in range(begin, end):
            if self.lines[number].strip():
                if _indent(self.lines[number]) <= column:
                    break
                last = number + 1
        return last

    def _remarks(self, begin: int, end: int, to: int) -> list[str]:
        """The lines `begin` to before `end`, comments and blank lines only, moved to the column `to`."""
        made: list[str] = []
        for line in map(str.strip, self.lines[begin:end]):
            if not _is_remark(line):
                raise UnusualError
            if line:
                made.append(" " * to + line)
            elif not made or made[-1]:
                made.append("")
        return made

    def _with_comment(self, text: str, after: int, move: int) -> str:
        """`text` with the comment behind `after`, in the column where it was if there is room."""
        rest = self.source.rest(after)
        comment = rest.strip()
        if not comment:
            return text
        if not comment.startswith("#"):
            raise UnusualError
        column = self.source.column(after) + _indent(rest) + move
        return f"{text.ljust(max(column, len(text) + 2))}{comment}"

    def _moved(self, number: int, by: int) -> str:
        """A line of a value, moved by so many columns."""
        line = self._kept(number)
        if by >= 0:
            return " " * by + line if line else ""
        return line[min(-by, _indent(line)) :]

    def _kept(self, number: int) -> str:
        return self.lines[number] if number in self.held else self.lines[number].rstrip()


def _sequence(node: Written, places: list[int]) -> list[int]:
    """In which sequence the entries of `node` come: by their places, but for an alias, which follows its anchor."""
    by_place = sorted(range(len(places)), key=places.__getitem__)
    if by_place == sorted(by_place):
        return by_place
    below = [[each for part in entry if part is not None for each in part.walk()] for entry in node.entries]
    named = [{each.anchor for each in inside if each.anchor} for inside in below]
    meant = [
        {each.alias for each in inside if each.alias} - own for inside, own in zip(below, named, strict=True)
    ]
    made: list[int] = []
    while by_place:
        waiting = set().union(*(named[index] for index in by_place))
        chosen = next((index for index in by_place if not meant[index] & waiting), by_place[0])
        by_place.remove(chosen)
        made.append(chosen)
    return made


def _divided(remarks: list[str]) -> tuple[list[str], bool, list[str]]:
    """What stands between two entries: what belongs to the first, whether a blank line follows, what leads the next."""
    if "" not in remarks:
        return [], False, remarks
    last = len(remarks) - 1 - remarks[::-1].index("")
    return remarks[:last], True, remarks[last + 1 :]


def _trimmed(lines: list[str], *, ends: bool = True) -> list[str]:
    """`lines` without blank ones at the beginning, and none at the end."""
    begin, end = 0, len(lines)
    while begin < end and not lines[begin]:
        begin += 1
    while ends and end > begin and not lines[end - 1]:
        end -= 1
    return lines[begin:end]


def _is_remark(text: str) -> bool:
    return not text.strip() or text.strip().startswith("#")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))
