"""Text from outside, made harmless for the place where it is shown: one function for each kind of place.

A label, a file name or a query is whatever somebody chose to write. On a terminal it must not move the cursor, in a
pull request's comment not become a heading or call people, in a build's log not give the build commands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import TypeAlias

Sink: TypeAlias = Callable[[str], str]
"""One of the functions below."""

MAX_MARKS = 4
"""So many combining marks may stand on one letter: more than any language writes, fewer than reach the next line."""

_JOINERS = "\u200c\u200d"
# Of Latin letters, dashes, quotes and arrows none hides or joins, so most text need not be looked at letter by letter.
_PLAIN = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2190-\u21ff]*")
# What Markdown reads as more than itself, always or where it stands so that it can act: the sign of a list has a blank
# after it and nothing, or only a number, before it; an underline holds nothing but itself; an underscore between
# letters stresses nothing. What cannot act stays as it is, so that a comment can be read before it is rendered, too.
_MARKDOWN = re.compile(
    r"""
    [\\`*{}\[\]#|~$^]
    | !(?!=)
    | [+-](?![^\W_]|&gt;)
    | (?<![^\W_])_ | _(?![^\W_])
    | \A[ ]*=+(?=[ ]*\Z)
    | \A[ ]*\d+[.)](?!\S)
    | (?<![^\W_]): | :(?!\Z|[ ]|\d+(?![\d:]))
    """,
    re.VERBOSE,
)
_WORKFLOW_V1 = re.compile(r"##(?=\[)")


def terminal(text: str) -> str:
    """`text` on one line of a terminal: what is not seen, or moves something, is shown as an escape (`\\x1b`).

    Those are control characters, line breaks and tabs among them, marks that turn the direction of writing, blanks
    of no width, lone surrogates and heaps of combining marks. Joiners stay between letters that are not ASCII,
    where scripts and emoji need them.
    """
    if _PLAIN.fullmatch(text):
        return text
    shown: list[str] = []
    marks = 0
    for index, char in enumerate(text):
        marks = marks + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        if marks > MAX_MARKS or _is_hidden(text, index):
            shown.append(_escape(char))
        else:
            shown.append(char)
    return "".join(shown)


def markdown(text: str) -> str:
    """`text` as words within a paragraph or a table of Markdown: it formats nothing, links to nothing, calls nobody."""
    seen = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    seen = _MARKDOWN.sub(lambda match: f"{match[0][:-1]}&#{ord(match[0][-1])};", seen)
    # A name after @ is looked for in the finished page, where an entity is the sign itself. An empty comment keeps
    # the two apart, and nobody sees it; the same goes for numbers of issues and for www. without a scheme.
    seen = re.sub(
        r"@|&#35;|&#33;|&#36;|&#94;|&#126;|&amp;(?=\d)|%(?=\w)", lambda match: f"{match[0]}<!-- -->", seen
    )
    # Behind the colon: a line that begins with a comment is HTML as a whole.
    seen = re.sub(r"(?i)(?<=www)\.", "<!-- -->.", seen).replace("&#58;//", "&#58;<!-- -->//")
    seen = re.sub(r"(?i)\b(GH)-(?=\d)", r"\1<!-- -->-", seen)
    return seen.replace("-&gt;", "->")  # an arrow; only at the start of a line does > act


def html(text: str) -> str:
    """`text` as words or as a quoted attribute of an HTML page."""
    seen = terminal(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return seen.replace('"', "&quot;").replace("'", "&#39;").replace("`", "&#96;")


def sarif(text: str) -> str:
    """`text` as a message of SARIF, in which `[words](target)` would be a link."""
    return terminal(text).replace("](", "] (")


def workflow_message(text: str) -> str:
    """`text` as the message of a workflow command of GitHub. Line breaks are kept, as the command writes them."""
    lines = (terminal(line) for line in text.split("\n"))
    return "%0A".join(line.replace("%", "%25") for line in lines)


def workflow_property(text: str) -> str:
    """`text` as a property of a workflow command of GitHub, `file=` or `title=` say."""
    return terminal(text).replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def workflow_log(text: str) -> str:
    """`text` as a line of a build's log that is no command, though it may look like one."""
    seen = _WORKFLOW_V1.sub("# #", terminal(text))
    return re.sub(r"^(\s*):(?=:)", r"\1: ", seen)


def _is_hidden(text: str, index: int) -> bool:
    char = text[index]
    match unicodedata.category(char):
        case "Cc" | "Zl" | "Zp" | "Cs":
            return True
        case "Cf" if char in _JOINERS:
            around = text[max(index - 1, 0) : index + 2]
            return len(around) < 3 or around[0].isascii() or around[2].isascii()
        case "Cf":
            return True
        case "Zs":
            return char != " "  # a space that only looks like one
        case "Cn":
            return ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF  # no character, for ever
        case _:
            return char in "\u115f\u1160\u3164\uffa0\u2800"  # letters without ink


def _escape(char: str) -> str:
    named = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
    code = ord(char)
    if char in named:
        return named[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
