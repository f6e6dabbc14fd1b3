"""The text of one file, and where things stand in it."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from itertools import islice
from typing import TYPE_CHECKING

from setwright.model.diagnostics import SourceRef
from setwright.spec import findings

if TYPE_CHECKING:
    from setwright.model.diagnostics import Diagnostic

MAX_BYTES = 10 * 1024 * 1024
"""The largest file that is read, in bytes."""

MAX_EXCERPT = 1_000
"""The longest excerpt, in characters: thousands of findings may speak of one endless line."""

_SHORT = 10_000
"""Up to so many characters, lines are counted each time: few places of a file are ever asked for."""

MAX_SIMILAR = 10
"""Of one kind of flaw in the text as such, so many are shown."""

UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff]"
)
"""What an editor does not show, or shows in another order than a program reads it: control characters but for line
breaks and tabs, breaks and spaces that look like others or like nothing, marks that turn the direction of writing."""

CREDENTIALS = re.compile(r"(?<=://)[^/\s]*(?=@)")
"""A user, or a user and a password, in an address."""

_PARAMETERS = re.compile(r"(://[^\s?#\"']*[?#])([^\s\"',}\]]+)")
"""An address up to its parameters or its fragment, and these, which may be a token."""

_CONFLICT = re.compile(r"^(<{7}|>{7})(?=[ \n])", re.MULTILINE)


class SourceText:
    """A file's text, with line breaks all `\\n`. Offsets are in characters, from 0.

    `file` is the name as it is shown, relative to the project's folder.
    """

    __slots__ = ("_excerpt", "_starts", "file", "text")

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts: array[int] | None = None
        self._excerpt = (0, "")

    def ref(self, start: int, end: int) -> SourceRef:
        """The stretch `[start, end)`. It ends no later than its last line that is not blank."""
        length = len(self.text)
        start = min(max(start, 0), length)
        end = min(max(end, start), length)
        while end > start and self.text[end - 1] in " \n":
            end -= 1
        line, column = self._place(start)
        end_line, end_column = self._place(end)
        return SourceRef(self.file, line, column, end_line, end_column, self.line(start))

    def line(self, start: int) -> str:
        """The line in which the offset `start` stands, shortened."""
        text = self.text
        line, column = self._place(min(start, len(text)))
        # Remembered, so that the findings on one line share one excerpt.
        if self._excerpt[0] != line:
            # Excerpts end up in the logs of build servers, and an address may hold a password.
            # That may lie across the cut.
            begin = min(start, len(text)) - column + 1
            shown = text[begin : begin + 2 * MAX_EXCERPT].partition("\n")[0]
            if "://" in shown:
                shown = _PARAMETERS.sub(_stars_behind, CREDENTIALS.sub(_stars, shown))
            self._excerpt = (line, shown[:MAX_EXCERPT])
        return self._excerpt[1]

    def _place(self, offset: int) -> tuple[int, int]:
        """Line and column of `offset`."""
        text = self.text
        if len(text) <= _SHORT:
            return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)
        starts = self._starts
        if starts is None:
            # Not a list: a file may be nothing but line breaks, and a number in a list takes five times as much.
            starts = self._starts = array("q", [0])
            starts.extend(match.end() for match in re.finditer("\n", text))
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1


def _stars(secret: re.Match[str]) -> str:
    """As long as what it hides, so that what stands behind it keeps its place."""
    return "*" * len(secret[0])


def _stars_behind(found: re.Match[str]) -> str:
    return found[1] + "*" * len(found[2])


def decode_text(file: str, content: bytes) -> tuple[SourceText | None, list[Diagnostic]]:
    """The text that `content` holds, None where it is no text to go on with, and what is wrong with it.

    A byte order mark and carriage returns before line feeds are harmless and dropped.
    """
    if len(content) > MAX_BYTES:
        return None, [
            findings.FILE_TOO_LARGE.at(
                SourceRef(file, 1, 1, 1, 1),
                f"It has more than {MAX_BYTES:,} bytes, and no spec needs as many.",
                "is it perhaps data, matched by a pattern that is too wide?",
            )
        ]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return None, [_not_utf8(file, content, error.start)]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    found: list[Diagnostic] = []
    source = SourceText(file, text)
    if UNSEEN.search(text):
        if content[1:2] == b"\0" or content[:1] == b"\0":
            return None, [_not_utf8(file, content, 0)]
        for match in islice(UNSEEN.finditer(text), MAX_SIMILAR):
            found.append(
                findings.UNSEEN_CHARACTER.at(
                    source.ref(match.start(), match.end()),
                    f"It is U+{ord(match[0]):04X}. What a reviewer cannot see must not change what a spec means.",
                    "delete it; where it is wanted in a text, write it in double quotes as an escape: "
                    f'"\\u{ord(match[0]):04X}"',
                )
            )
        # The same length, so that what is found later keeps its place.
        source = SourceText(file, UNSEEN.sub("\ufffd", text))
    if ("<<<<<<<" in text or ">>>>>>>" in text) and _CONFLICT.search(text):
        # Where each one begins; where all beginnings are gone, where the first one ends.
        opening = (match for match in _CONFLICT.finditer(text) if match[0][0] == "<")
        for match in list(islice(opening, MAX_SIMILAR)) or islice(_CONFLICT.finditer(text), 1):
            end = text.find("\n", match.start())
            found.append(
                findings.CONFLICT_MARKER.at(
                    source.ref(match.start(), len(text) if end < 0 else end),
                    "Git left both sides of a merge here, so nobody can tell which one is meant.",
                    "keep one side, and delete the lines with <<<<<<<, ======= and >>>>>>>",
                )
            )
        return None, found
    return source, found


def _not_utf8(file: str, content: bytes, at: int) -> Diagnostic:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[1:2] == b"\0" or content[:1] == b"\0":
        detail = "It looks like UTF-16, which some editors on Windows call “Unicode”."
    else:
        detail = f"Byte 0x{content[at]:02X} at offset {at:,} belongs to no character."
    before = content[:at].decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return findings.NOT_UTF8.at(
        SourceRef(file, line, column, line, column + 1), detail, "save the file with the encoding UTF-8"
    )
