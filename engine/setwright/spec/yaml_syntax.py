"""Mistakes in YAML's syntax, in words that say what to do about them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from setwright.spec import findings
from setwright.spec.shortening import short

if TYPE_CHECKING:
    import yaml

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.source_text import SourceText

# By a part of what libyaml or PyYAML's own parser says: what is the matter, and what to do.
_WORDS: tuple[tuple[str, str, str | None], ...] = (
    (
        "mapping values are not allowed",
        "A colon with a space after it stands where no key can be.",
        "write the whole text in quotes if the colon belongs to it; else look at the indentation",
    ),
    (
        "could not find expected ':'",
        "A line is neither a key with a value nor part of a text.",
        "a key ends in a colon and a space: `name: Balloons`",
    ),
    (
        "did not find expected key",
        "A line does not stand in one column with the keys around it, or something follows a closed quote.",
        "keys of one mapping begin in the same column",
    ),
    (
        "did not find expected '-' indicator",
        "A line of a list does not begin with a dash in the column of the others.",
        "items of one list begin with `- ` in the same column",
    ),
    (
        "expected ',' or '}'",
        "A mapping in braces is not closed, or a comma is missing between its entries.",
        "write `{train: 70, validation: 30}`, with text that holds , { or } in quotes",
    ),
    (
        "expected ',' or ']'",
        "A list in brackets is not closed, or a comma is missing between its items.",
        "write `[RAW, COCO]`, with text that holds , [ or ] in quotes",
    ),
    (
        "did not find expected node content",
        "A value is missing here, or cannot begin like this.",
        "close each bracket, brace and quote that is open; write text with signs at its start in quotes",
    ),
    (
        "expected alphabetic or numeric character",
        "* and & begin a name of letters and digits, and none follows.",
        "write text that begins with * or & in quotes",
    ),
    (
        "incompatible YAML document",
        "The file says that it is written in a version of YAML that nobody reads.",
        "delete the line that begins with %YAML",
    ),
    (
        "unexpected end of stream",
        "A quote is opened and never closed.",
        "close the quote",
    ),
    (
        "unexpected document indicator",
        "A quote is opened and not closed before the line that ends the document.",
        "close the quote",
    ),
    (
        "unknown escape character",
        "In double quotes a backslash begins an escape, and this is none.",
        "write \\\\ for a backslash, or put the text in single quotes, where it is an ordinary character",
    ),
    (
        "cannot start any token",
        "No text can begin with this character unless it stands in quotes.",
        "write the text in quotes",
    ),
    (
        "expected <document start>",
        "Something stands after the end of a document.",
        "look at the indentation, or put `---` between two specs",
    ),
    (
        "block sequence entries are not allowed",
        "An item of a list stands where none can be.",
        "put the list's first `- ` on a line of its own",
    ),
)

_PAIR = re.compile(r"\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE | re.ASCII)
"""A pair of surrogates, as JSON escapes what lies beyond 16 bits."""


_GLUED = re.compile(r"([^\W\d][\w.-]*):([^\s/].*)")
"""A key and its value without the space that YAML wants after the colon; no web address."""
_NEXT_GLUED = re.compile(r" (?=[^\W\d][\w.-]*:[^\s/])")


def colon_hint(text: str) -> str | None:
    """What to do about a `text` that was meant as a key with its value, or several; None where it was not."""
    match = _GLUED.fullmatch(text)
    if match is None:
        return None
    value, *more = _NEXT_GLUED.split(match[2], maxsplit=1)
    return f"write a space after {'each' if more else 'the'} colon: `{match[1]}: {short(value)}`"


def syntax_finding(source: SourceText, error: yaml.YAMLError) -> Diagnostic:
    """What the parser gave up with, as a finding. Whatever it says, that is one."""
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "end of stream" in problem or "document indicator" in problem:
        # A quote that is never closed is a mistake where it opens, not where the file ends.
        mark = getattr(error, "context_mark", None) or mark
    at = int(getattr(mark, "index", None) or getattr(error, "position", None) or 0)
    at = min(at, len(source.text))
    line = source.text.rfind("\n", 0, at) + 1
    before = source.text[line:at]
    if source.text[at : at + 1] == "\t" or ("\t" in before and not before.strip()):
        tab = line + before.index("\t") if "\t" in before else at
        return findings.TAB.at(
            source.ref(tab, tab + 1),
            "YAML takes only spaces there, since tabs are as wide as each editor likes.",
            "write two spaces for each level",
        )
    if (glued := _glued_line(source, problem, error, line)) is not None:
        return glued
    place = source.ref(at, at + 1)
    if "${" in place.excerpt and "expected ','" in problem:
        return findings.NOT_YAML.at(
            place,
            "Within brackets and braces the braces of a variable are taken for a mapping.",
            'write it in quotes: "${var.NAME}"',
        )
    if "invalid Unicode character escape" in problem:
        return _no_character(source, at)
    for part, detail, hint in _WORDS:
        if part in problem:
            return findings.NOT_YAML.at(place, detail + _context(source, error, place.line), hint)
    return findings.NOT_YAML.at(place, f"The parser says: {problem}.")


def _glued_line(source: SourceText, problem: str, error: yaml.YAMLError, line: int) -> Diagnostic | None:
    """The line whose key is glued to its value, where that is what the parser stumbled over after it."""
    if (
        "could not find expected ':'" in problem
        and (mark := getattr(error, "context_mark", None)) is not None
    ):
        begin = source.text.rfind("\n", 0, int(mark.index)) + 1
    elif "mapping values are not allowed" in problem and line:
        begin = source.text.rfind("\n", 0, line - 1) + 1
    else:
        return None
    end = source.text.find("\n", begin)
    text = source.text[begin : end if end >= 0 else None].split(" #")[0]
    hint = colon_hint(text.strip())
    if hint is None:
        return None
    begin += len(text) - len(text.lstrip())
    detail = "Without a space after it a colon is a part of the word, so no key stands here."
    return findings.NOT_YAML.at(source.ref(begin, begin + len(text.strip())), detail, hint)


def _no_character(source: SourceText, at: int) -> Diagnostic:
    """An escape, with its digits from `at` on, that stands for no character: a surrogate, or beyond all of them."""
    pair = _PAIR.match(source.text, max(at - 2, 0))
    if pair is None:
        return findings.NOT_YAML.at(
            source.ref(at, at + 1), "An escape stands for no character.", "write the character itself"
        )
    code = 0x10000 + ((int(pair[1], 16) & 0x3FF) << 10 | int(pair[2], 16) & 0x3FF)
    return findings.NOT_YAML.at(
        source.ref(*pair.span()),
        "Two escapes together stand for one character in JSON, but for none in YAML.",
        f'write the character itself, or "\\U{code:08x}"',
    )


def _context(source: SourceText, error: yaml.YAMLError, line: int) -> str:
    """Where what went wrong began, if that was on another line."""
    mark = getattr(error, "context_mark", None)
    if mark is None:
        return ""
    begun = source.ref(int(mark.index), int(mark.index)).line
    return f" It began at line {begun}." if begun != line else ""
