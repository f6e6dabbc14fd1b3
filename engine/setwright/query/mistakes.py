"""What to say when a query does not parse: what stands there, what belongs there, what was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from setwright.model.errors import QueryError

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

# Looked for at the place where parsing stopped; the first that matches speaks. The pattern may look back one
# character, because `==` is noticed at its second sign.
_SLIPS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), hint)
    for pattern, hint in (
        (r"[\u2018-\u201f`]", "use straight quotes, \" or '"),
        (r"(?<==)=", "one = compares"),
        (r"(?<=<)>", "write != for unequal"),
        (r"!~", "write: not key~value"),
        (r"(?<==)[<>]", "the = comes second: <= or >="),
        (r"(?<=[\w\"'])!", "write != for unequal"),
        (r"!", "write not for !"),
        (r"&&?", "write and"),
        (r"\|\|?", "write or"),
        (r"(like|contains|matches)\b", "write ~ for “contains”, as in metadata.name~foo"),
        (r"(is|equals|eq)\b|:", "write = to compare"),
        (r",", "write and, or or, between conditions"),
    )
)

# By what the parser would have taken, told by one or two terminals that stand for the place.
_WANTED: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"BARE"}), "a value"),
    (frozenset({"OPERATOR"}), "a comparison (= != ~ < <= > >=) or in (…)"),
    (frozenset({"KEY"}), "a condition, such as annotation.label=Balloon,"),
    (frozenset({"COMMA"}), "a comma and another value, or the closing parenthesis,"),
    (frozenset({"OR", "RPAR"}), "and, or, or the closing parenthesis"),
    (frozenset({"OR"}), "and, or, or the end of the query"),
    (frozenset({"IN"}), "in (…)"),
    (frozenset({"RPAR"}), "a closing parenthesis"),
    (frozenset({"$END"}), "the end of the query"),
    (frozenset({"LPAR"}), "an opening parenthesis"),
)

_OPENING_QUOTE = re.compile(r"[\"']")
_WORD = re.compile(r"[^\s()\"',=<>!~]+|.", re.DOTALL)


def explain(text: str, error: UnexpectedInput) -> QueryError:
    """The error to raise for `text`, which the parser gave up with `error`."""
    from lark.exceptions import UnexpectedToken

    if isinstance(error, UnexpectedToken):
        expected = set(error.accepts or error.expected)
        # The end of the text is told as the place of the last token.
        start = len(text.rstrip()) if error.token.type == "$END" else int(error.pos_in_stream or 0)
    else:
        expected = set(getattr(error, "allowed", None) or ())
        start = int(error.pos_in_stream or 0)
    found = _WORD.match(text, start)
    word = found[0] if found and start < len(text.rstrip()) else ""
    wanted = next((phrase for names, phrase in _WANTED if names <= expected), "something else")
    if "BARE" in expected and _OPENING_QUOTE.match(word):
        return QueryError(
            "A quote is never closed",
            f"What {word} opens goes on to the end of the query.",
            f"close it with {word}, or write \\{word} for the sign itself inside quotes",
            start=start,
            end=len(text),
        )
    detail = (
        f'"{_shortened(word)}" stands where {wanted} belongs.' if word else f"It ends where {wanted} belongs."
    )
    return QueryError(
        "The query cannot be read",
        detail,
        _hint(text, start, word, expected),
        start=start,
        end=start + len(word) if word else start,
    )


def _hint(text: str, start: int, word: str, expected: set[str]) -> str | None:
    for pattern, hint in _SLIPS:
        if pattern.match(text, start):
            return hint
    if not word and "OPERATOR" in expected and "." not in text and _WORD.fullmatch(text.strip()):
        return f"for frames with a label write annotation.label={_shortened(text.strip())}"
    if "LPAR" in expected and word[:1] == "[":
        return "write in (…), with parentheses"
    if "RPAR" in expected and not word:
        return "a parenthesis is never closed"
    if word == ")" and "$END" in expected:
        return "no parenthesis is open here"
    if word and "OR" in expected:
        return _after_a_condition(text, start, word)
    return None


def _after_a_condition(text: str, start: int, word: str) -> str | None:
    """What follows a whole condition is the next condition, or the rest of a value that needs quotes."""
    if word[0] in "=<>~":
        return f"a value that holds {word[0]} stands in quotes"
    if "." in word and text[start + len(word) :].lstrip()[:1] in tuple("=!~<>"):
        return "join conditions with and or or"
    value = re.search(r"[^\s()\"',=<>!~]+$", text[:start].rstrip())
    if value and word not in "()":
        return f'a value with a space in it stands in quotes: "{_shortened(value[0])} {_shortened(word)}"'
    return None


def _shortened(word: str) -> str:
    return word if len(word) <= 40 else word[:39] + "…"
