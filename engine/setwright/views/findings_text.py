"""Findings as people read them on a terminal: the place, the line with the span underlined, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.model.diagnostics import Severity, in_reading_order
from setwright.views import escape
from setwright.views.measure import width_of, wrapped
from setwright.views.style import SEVERITIES, paint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from setwright.model.diagnostics import Diagnostic, SourceRef

READABLE = 20
"""So many findings a person reads in one go."""

WIDEST = 100
"""Prose is not broken later than at this column, however wide the terminal is."""

NARROWEST = 40
"""Below this width lines run over the edge, for nothing could be read otherwise."""

_TAB = 4


def render(
    diagnostics: Iterable[Diagnostic], *, color: bool, width: int, limit: int | None = READABLE
) -> str:
    """The findings in reading order, at most `limit` of them, then their counts; nothing for no findings.

    `width` is that of the terminal, in columns.
    """
    ordered = in_reading_order(diagnostics)
    if not ordered:
        return ""
    shown = ordered if limit is None else ordered[:limit]
    blocks = [block(finding, color=color, width=width) for finding in shown]
    return (
        "\n\n".join([*blocks, "\n".join(_end(ordered, len(shown), color=color, width=max(width, NARROWEST)))])
        + "\n"
    )


def block(finding: Diagnostic, *, color: bool, width: int) -> str:
    """One finding: its place and its summary, the text there, what it says. No line break at the end."""
    return "\n".join(_finding(finding, color=color, width=max(width, NARROWEST)))


def tally(diagnostics: Sequence[Diagnostic]) -> str:
    """How many findings of each severity there are, in words: `2 errors and 1 warning`."""
    counts = [
        (count, severity.value)
        for severity in Severity
        if (count := sum(finding.severity is severity for finding in diagnostics))
    ]
    words = [counted(count, name) for count, name in counts]
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def _finding(finding: Diagnostic, *, color: bool, width: int) -> list[str]:
    kind = f"{finding.severity.value}[{escape.terminal(finding.code)}]"
    head = paint(kind, SEVERITIES[finding.severity], color=color)
    summary = paint(escape.terminal(finding.summary), "strong", color=color)
    lines = [f"{_place(finding.source)}{head}: {summary}"]
    if finding.source is not None:
        lines += _excerpt(finding.source, finding.severity, color=color, width=width)
    lines += _prose(escape.terminal(finding.detail), "  ", width)
    if finding.hint and finding.hint.strip():
        hint = _prose(escape.terminal(finding.hint), " " * len("  hint: "), width)
        lines += [f"  {paint('hint:', 'hint', color=color)} {hint[0].lstrip()}", *hint[1:]]
    return lines


def _place(source: SourceRef | None) -> str:
    if source is None:
        return ""
    return f"{escape.terminal(source.file)}:{source.line}:{source.column}: "


def _prose(text: str, indent: str, width: int) -> list[str]:
    return [indent + line for line in wrapped(text, min(width, WIDEST) - len(indent))]


def _excerpt(source: SourceRef, severity: Severity, *, color: bool, width: int) -> list[str]:
    """The line of `source` with a line of carets below; nothing where there is nothing to see."""
    if not source.excerpt.strip():
        return []
    number = f"{source.line:>5} | "
    start = min(source.column - 1, len(source.excerpt))
    more = source.end_line > source.line
    end = len(source.excerpt) if more else min(source.end_column - 1, len(source.excerpt))
    before, marked, code = _cut(source.excerpt, start, max(end, start), width - len(number))
    carets = "^" * max(marked, 1) + (f" to line {source.end_line}" if more else "")
    gutter = paint(number, "faint", color=color)
    blank = paint(" " * (len(number) - 2) + "| ", "faint", color=color)
    return [gutter + code, blank + " " * before + paint(carets, SEVERITIES[severity], color=color)]


def _cut(text: str, start: int, end: int, room: int) -> tuple[int, int, str]:
    """`text` as shown in `room` columns, cut around `[start, end)`: the columns before it, its own, and the text."""
    cells = [_cell(char, text, index) for index, char in enumerate(text)]
    widths = [width_of(cell) for cell in cells]
    first, last = 0, len(cells)
    if sum(widths) > room:
        # A stretch before the span tells where one is; a long span is worth more than what stands before it.
        context = room // 3 if sum(widths[start:end]) <= room // 2 else _TAB
        first = _back(widths, start, context)
        last = _on(widths, first, room - 2)
        if last == len(cells):
            first = _back(widths, last, room - 1)
    head, tail = ("…" if first else ""), ("…" if last < len(cells) else "")
    before = len(head) + sum(widths[first:start])
    return before, sum(widths[start : min(end, last)]), head + "".join(cells[first:last]) + tail


def _cell(char: str, text: str, index: int) -> str:
    if char == "\t":
        return " " * _TAB
    # Joiners look at their neighbours, so they get them.
    seen = escape.terminal(text[max(index - 1, 0) : index + 2]) if char in "\u200c\u200d" else ""
    return char if char in seen else escape.terminal(char)


def _back(widths: Sequence[int], index: int, room: int) -> int:
    while index > 0 and widths[index - 1] <= room:
        index -= 1
        room -= widths[index]
    return index


def _on(widths: Sequence[int], index: int, room: int) -> int:
    while index < len(widths) and widths[index] <= room:
        room -= widths[index]
        index += 1
    return index


def _end(ordered: Sequence[Diagnostic], shown: int, *, color: bool, width: int) -> list[str]:
    lines = []
    if shown < len(ordered):
        text = f"… {tally(ordered[shown:])} more, which `--format json` lists with the others."
        lines += wrapped(text, min(width, WIDEST))
    files = {finding.source.file for finding in ordered if finding.source is not None}
    where = f" in {len(files)} files" if len(files) > 1 else ""
    gravest = min(ordered, key=lambda finding: list(Severity).index(finding.severity))
    lines.append(paint(f"{tally(ordered)}{where}.", "strong", color=color))
    lines.append(f"More about a finding: `setwright explain {escape.terminal(gravest.code)}`")
    return lines
