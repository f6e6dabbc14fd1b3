"""Markdown that is made of values: names and sentences that format nothing, tables, folded parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from setwright.model.counting import counted
from setwright.views import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from setwright.plan.document import Place

Block: TypeAlias = "list[str]"
"""Lines that are shown together or not at all."""

MOST_ROWS = 40
"""So many rows of one table are read; of classes those that change most."""

MOST_NAME = 120
"""So many characters of a name are shown."""


def folded(summary: str, lines: Sequence[str]) -> Block:
    """`lines`, which open below the sentence `summary`."""
    return [f"<details><summary>{prose(summary)}</summary>", "", *lines, "</details>", ""]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> Iterator[str]:
    """A table whose last `right` columns are numbers."""
    left = len(heads) - right
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join(':--' if place < left else '--:' for place in range(len(heads)))} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def more(rows: Sequence[object], what: str) -> list[str]:
    """How many of `rows` come after the first ones that are shown."""
    return ["", f"… and {counted(len(rows) - MOST_ROWS, what)} more."] if len(rows) > MOST_ROWS else []


def placed(place: Place | None) -> str:
    """Where a spec says something, behind a sentence."""
    return f" {name(place.file)}:{place.line}" if place else ""


def some(sign: str, count: int) -> str:
    """A number in a cell, which is empty for none."""
    return f"{sign}{count:,}" if count else ""


def name(text: str | None) -> str:
    """What somebody chose to write, cut where it is longer than a name."""
    # Blanks at the edge, which nobody sees there, would change what a list looks like.
    return escape.markdown(clipped((text or "").strip(" "), MOST_NAME))


def prose(text: str) -> str:
    """A sentence, cut where it is longer than one."""
    return escape.markdown(clipped(text.strip(" "), 1000))


def clipped(text: str, most: int) -> str:
    """At most so many characters of it, those counted that a sign which is not seen is spelt with."""
    text = escape.terminal(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
