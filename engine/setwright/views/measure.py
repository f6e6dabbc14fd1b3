"""How wide text is on a terminal, and how it breaks into lines."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def width_of(text: str) -> int:
    """The columns that `text` takes: two for a wide character, none for a combining mark. It holds no tabs."""
    if text.isascii():
        return len(text)
    return sum(_width(char) for char in text)


def wrapped(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` columns, broken at spaces. A longer word keeps a line of its own, whole,
    so that a path can still be copied."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if not line:
            line = word
        elif width_of(line) + 1 + width_of(word) <= width:
            line += " " + word
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line else lines


def flowed(items: Sequence[str], width: int) -> list[list[str]]:
    """`items` by the lines on which they stand where `width` columns hold them with `, ` between and a comma after;
    none is broken."""
    lines: list[list[str]] = []
    room = 0
    for item in items:
        needed = width_of(item) + 2  # with ", " behind; of a line's last the space does not count
        if not lines or needed > room:
            lines.append([])
            room = width + 1
        lines[-1].append(item)
        room -= needed
    return lines


def _width(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
