"""Text to tree, or to an error that says where and what to write instead."""

from __future__ import annotations

import re
from datetime import date
from functools import cache, lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any, NoReturn

from setwright.model.errors import QueryError
from setwright.model.suggestions import closest, did_you_mean
from setwright.query.keys import KEYS, Field, Key, Operator, Subject, ValueType, unquoted
from setwright.query.quick import conditions_in
from setwright.query.tree import (
    AnnotationMatch,
    Comparison,
    DatasetMatch,
    Everything,
    Node,
    Not,
    OneOf,
    Query,
    Span,
    Value,
    conditions,
    conjunction,
    disjunction,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lark import Lark, Token, Tree

    from setwright.query.quick import Condition, Piece

    Word = Token | Piece

MAX_BYTES = 8 * 1024
"""The longest query, in bytes of UTF-8."""
MAX_DEPTH = 64
"""The deepest nesting of parentheses, `not`, `annotation(…)` and `dataset(…)`."""
MAX_CONDITIONS = 200
"""The most comparisons in one query, each value of an `in (…)` counted."""

_CLOSED: dict[str, Field] = {
    facts.field.value.lower(): facts.field
    for facts in KEYS
    if facts.field not in (Field.ATTRIBUTE, Field.METADATA)
}
"""The keys that do not go on with names of the user's own, in lower case."""

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NAME = re.compile(r"""[\w-]+|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'""")
# Line breaks and tabs are spaces to the grammar; other control characters have no business in a query, and
# PostgreSQL could not even be asked for a NUL.
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\ud800-\udfff]")


@lru_cache(maxsize=1024)
def parse(text: str) -> Query:
    """The query that `text` spells; `Everything` where it holds nothing but spaces.

    Trees never change, so those of late are given again: who reads specs and who selects frames ask alike.

    Raises:
        QueryError: it spells none, or is larger than the bounds above allow.
    """
    _check_size(text)
    if not text.strip():
        return Everything()
    simple = conditions_in(text)
    query = _by_grammar(text) if simple is None else conjunction([_of(each) for each in simple])
    count = sum(len(node.values) if isinstance(node, OneOf) else 1 for node in conditions(query))
    if count > MAX_CONDITIONS:
        raise QueryError(
            "The query has too many conditions",
            f"It has {count}; {MAX_CONDITIONS} are the most.",
            "tag the frames or group them in a collection, and ask for that",
            start=0,
            end=len(text),
        )
    return query


def _of(condition: Condition) -> Node:
    span = Span(condition.start, condition.end)
    if condition.sign is None:
        return _one_of(condition.key, condition.values, span, inside=None)
    return _comparison(condition.key, condition.sign, condition.values[0], span, inside=None)


def _by_grammar(text: str) -> Node:
    from lark.exceptions import UnexpectedInput

    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        from setwright.query.mistakes import explain

        raise explain(text, error) from error
    root: Any = tree.children[0]
    return _node(root, 1, inside=None)


@cache
def _parser() -> Lark:
    # 40 ms, which only those pay who have a query that is more than plain conditions.
    from importlib.resources import files

    from lark import Lark

    grammar = files("setwright.query").joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False)


def _check_size(text: str) -> None:
    found = _UNPRINTABLE.search(text)
    if found:
        raise QueryError(
            "The query holds a character that cannot be printed",
            f"It is U+{ord(found[0]):04X}.",
            "type the query anew; such characters come with copying from elsewhere",
            start=found.start(),
            end=found.end(),
        )
    size = len(text.encode())
    if size > MAX_BYTES:
        raise QueryError(
            "The query is too long",
            f"It has {size} bytes; {MAX_BYTES} are the most.",
            "tag the frames or group them in a collection, and ask for that",
            start=0,
            end=len(text),
        )


def _node(tree: Tree[Token], depth: int, *, inside: Subject | None) -> Node:
    """The condition of `tree`; `inside` an `annotation(…)` or `dataset(…)` keys go without that word."""
    span = Span(tree.meta.start_pos, tree.meta.end_pos)
    if depth > MAX_DEPTH:
        raise _error(span, "The query is nested too deeply", f"{MAX_DEPTH} levels are the most.")
    children: list[Any] = tree.children
    match tree.data:
        case "disjunction":
            return disjunction([_node(child, depth + 1, inside=inside) for child in children[::2]])
        case "conjunction":
            return conjunction([_node(child, depth + 1, inside=inside) for child in children[::2]])
        case "negation":
            return Not(_node(children[1], depth + 1, inside=inside))
        case "tied":
            subject = Subject(children[0].lower())
            if inside is not None:
                raise _error(
                    span,
                    f"{subject.value}(…) inside {inside.value}(…)",
                    f"It already speaks of one and the same {inside.value}.",
                )
            tie = AnnotationMatch if subject is Subject.ANNOTATION else DatasetMatch
            return tie(_node(children[1], depth + 1, inside=subject), span)
        case "comparison":
            name, sign, value = children
            return _comparison(name, sign, value.children[0], span, inside=inside)
        case "one_of":
            return _one_of(children[0], _tokens(children[2:]), span, inside=inside)
        case _:  # none_of
            return Not(_one_of(children[0], _tokens(children[3:]), span, inside=inside))


def _tokens(values: list[Tree[Token]]) -> list[Any]:
    return [value.children[0] for value in values]


def _comparison(name: Word, sign: Word, value: Word, span: Span, *, inside: Subject | None) -> Comparison:
    key = _key(name, inside=inside)
    operator = Operator(sign.value)
    if operator not in key.facts.type.operators:
        known = " ".join(each.value for each in Operator if each in key.facts.type.operators)
        raise _error(
            _span(sign),
            f"{key} cannot be compared with {operator.value}",
            f"It is {key.facts.type.value}, and takes {known} and in (…).",
            "quote the value, if the sign belongs to it" if operator is Operator.CONTAINS else None,
        )
    return Comparison(key, operator, _value(key, value), span)


def _one_of(name: Word, values: Sequence[Word], span: Span, *, inside: Subject | None) -> OneOf:
    key = _key(name, inside=inside)
    return OneOf(key, tuple(_value(key, value) for value in values), span)


def _key(token: Word, *, inside: Subject | None) -> Key:
    names = [unquoted(name) if name[0] in "\"'" else name for name in _NAME.findall(token.value)]
    if not all(names):
        raise _error(_span(token), "A key with an empty name", "Between two dots stands a name.")
    key = _find(names)
    if key is None and inside is not None:
        key = _find([inside.value, *names])
    if key is None:
        _unknown_key(token, names, inside=inside)
    if inside is not None and key.facts.subject is not inside:
        a = "an annotation" if inside is Subject.ANNOTATION else "a dataset"
        raise _error(
            _span(token),
            f"{key} does not ask {a}",
            f"Between the parentheses of {inside.value}(…) stand conditions on one {inside.value}: "
            + ", ".join(_keys_inside(inside))
            + ".",
            f"write it outside: {inside.value}(…) and {key}…",
        )
    return key


def _find(names: list[str]) -> Key | None:
    """The key of `names`. The words of the table ignore case, names of the user's own do not."""
    group, *rest = [name.lower() for name in names]
    field = _CLOSED.get(".".join([group, *rest]))
    if field is not None:
        return Key(field)
    if group == "metadata" and rest:
        return Key(Field.METADATA, tuple(names[1:]))
    if group == "annotation" and len(rest) >= 2 and rest[0] == "attribute":
        # An attribute is one name; one with dots in it need not be quoted for that.
        return Key(Field.ATTRIBUTE, (".".join(names[2:]),))
    return None


def _unknown_key(token: Word, names: list[str], *, inside: Subject | None) -> NoReturn:
    spelled = ".".join(names)
    known = [facts.shown for facts in KEYS] if inside is None else _keys_inside(inside)
    endings = {key.rpartition(".")[2].lower(): key for key in known}
    meant = endings.get(names[-1].lower()) or closest(spelled, known)
    summary = f'Unknown key "{spelled}"'
    detail = f"Keys are {', '.join(known)}."
    raise _error(_span(token), summary, detail, None if meant is None else f'did you mean "{meant}"?')


def _keys_inside(subject: Subject) -> list[str]:
    """The keys that ask the `subject`, as they are written where it is tied."""
    return [facts.shown.removeprefix(f"{subject.value}.") for facts in KEYS if facts.subject is subject]


def _value(key: Key, token: Word) -> Value:
    text = unquoted(token.value) if token.type == "QUOTED" else str(token.value)
    match key.facts.type:
        case ValueType.NUMBER:
            return _number(key, text, _span(token))
        case ValueType.DAY:
            return _day(key, text, _span(token))
        case ValueType.WORD:
            return _word(key, text, _span(token))
        case ValueType.TEXT | ValueType.ANY:
            return text


def _number(key: Key, text: str, span: Span) -> float:
    if _NUMBER.fullmatch(text) is None:
        raise _error(span, f"{key} is a number", f'"{text}" is none.', "write it as in 12 or 0.5")
    number = float(text)
    if not isfinite(number):
        raise _error(span, f"{key} is a number", f"{text} is larger than any that can be stored.")
    return number


def _day(key: Key, text: str, span: Span) -> date:
    try:
        if _DAY.fullmatch(text) is None:
            raise ValueError
        return date.fromisoformat(text)
    except ValueError:
        raise _error(
            span, f"{key} is a day", f'"{text}" is none.', "write year-month-day, as in 2024-05-31"
        ) from None


def _word(key: Key, text: str, span: Span) -> str:
    if text not in key.facts.words:
        synonyms = {
            "box": "rectangle",
            "bbox": "rectangle",
            "point": "points",
            "polyline": "line",
            "val": "validation",
            "valid": "validation",
        }
        meant = synonyms.get(text.lower())
        raise _error(
            span,
            f'{key} is never "{text}"',
            f"It is one of {', '.join(key.facts.words)}.",
            f'did you mean "{meant}"?' if meant in key.facts.words else did_you_mean(text, key.facts.words),
        )
    return text


def _span(token: Word) -> Span:
    start = token.start_pos or 0
    return Span(start, start + len(token.value))


def _error(span: Span, summary: str, detail: str, hint: str | None = None) -> QueryError:
    return QueryError(summary, detail, hint, start=span.start, end=span.end)
