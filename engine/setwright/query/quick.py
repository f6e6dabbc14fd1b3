"""The queries that most specs hold, conditions joined by `and`, taken apart without the machinery of the grammar.

Nine of ten queries are of this kind, and a project may hold a thousand. What is anything more, or wrong, is none of
this module's business: the grammar (`grammar.lark`) reads it, and tells of mistakes. A law holds that both read alike.
"""

from __future__ import annotations

import re

from setwright.model.values import dataclass

_SPACE = r"\s*"
_WORD = r"(?![\w.-])"
_KEY = rf"(?!(?:and|or|not|in){_WORD})[^\W\d][\w-]*(?:\.[\w-]+)*"
_BARE = r"""[^\s()"'\u2018-\u201f`,=<>!~]+"""
_CONDITION = re.compile(
    rf"{_SPACE}(?P<key>{_KEY})"
    rf"(?:{_SPACE}(?P<sign><=|>=|!=|=|~|<|>){_SPACE}(?P<value>{_BARE})"
    rf"|\s+in{_WORD}{_SPACE}\((?P<values>{_SPACE}{_BARE}(?:{_SPACE},{_SPACE}{_BARE})*{_SPACE})\))"
    rf"(?={_SPACE}(?P<and>\sand{_WORD}|\Z))",
    re.IGNORECASE,
)
_AND = re.compile(rf"{_SPACE}and{_WORD}", re.IGNORECASE)
_VALUE = re.compile(_BARE)


@dataclass(frozen=True, slots=True)
class Piece:
    """A key, a sign or a value as it stands in the text, in the shape of the grammar's tokens."""

    value: str
    start_pos: int
    type: str = "BARE"


@dataclass(frozen=True, slots=True)
class Condition:
    """`key sign value`, or, without a sign, `key in (values)`; `[start, end)` is where it stands."""

    key: Piece
    sign: Piece | None
    values: tuple[Piece, ...]
    start: int
    end: int


def conditions_in(text: str) -> tuple[Condition, ...] | None:
    """The conditions of which `text` asks for all; None where it is not that simple."""
    found = _matches(text)
    return None if found is None else tuple(map(_condition, found))


def texts_in(text: str) -> tuple[str, ...] | None:
    """The same as they stand in the text."""
    found = _matches(text)
    return None if found is None else tuple(match[0].strip() for match in found)


def _matches(text: str) -> list[re.Match[str]] | None:
    found = []
    place = 0
    while True:
        match = _CONDITION.match(text, place)
        if match is None:
            return None
        found.append(match)
        if not match["and"]:
            return found
        joint = _AND.match(text, match.end())
        assert joint is not None
        place = joint.end()


def _condition(match: re.Match[str]) -> Condition:
    key = Piece(match["key"], match.start("key"))
    if match["sign"] is not None:
        sign = Piece(match["sign"], match.start("sign"))
        values: tuple[Piece, ...] = (Piece(match["value"], match.start("value")),)
        return Condition(key, sign, values, key.start_pos, match.end("value"))
    start = match.start("values")
    values = tuple(Piece(each[0], start + each.start()) for each in _VALUE.finditer(match["values"]))
    return Condition(key, None, values, key.start_pos, match.end("values") + 1)
