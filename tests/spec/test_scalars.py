"""What a plain value means: YAML 1.2's core schema, and a warning where readers of YAML 1.1 take it otherwise."""

from __future__ import annotations

import math
from datetime import date

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.spec.yaml_scalars import MAX_DIGITS, NumberTooLargeError, ambiguity, typed
from tests.laws import examples

SIGNS = st.text("+-.0123456789eExob_:nNaAiIfFuUlLtTrRsSyYoO~=", min_size=1, max_size=8)


def to_other_readers(text: str) -> object:
    """What PyYAML, a reader of YAML 1.1 as most still are, takes the plain value `text` for."""
    return yaml.safe_load(f"key: {text}\n")["key"]


def ours(text: str) -> object:
    try:
        return typed(text)
    except NumberTooLargeError:
        return "refused"


def same(one: object, other: object) -> bool:
    return type(one) is type(other) and (one == other or (one != one and other != other))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
        *[(text, True) for text in ("true", "True", "TRUE")],
        *[(text, False) for text in ("false", "False", "FALSE")],
        *[("0", 0), ("-12", -12), ("+7", 7), ("010", 10), ("0o10", 8), ("0x1F", 31)],
        *[("1.5", 1.5), (".5", 0.5), ("5.", 5.0), ("1e3", 1000.0), ("-1.5E-3", -0.0015)],
        *[
            (text, text)
            for text in ("yes", "no", "on", "off", "y", "n", "nUll", "tRue", "12:30", "1_000", "0b1")
        ],
        *[
            (text, text)
            for text in ("2024-05-31", "1.2.3", "-", "+", ".", "e5", "0x", "0o8", "1e", "=", "<<")
        ],
    ],
)
def test_a_plain_value_means(text: str, value: object) -> None:
    assert same(typed(text), value)


@pytest.mark.parametrize(
    "text", [".inf", "-.INF", ".nan", ".NaN", "1e999", "9" * (MAX_DIGITS + 1), "0x" + "f" * 30]
)
def test_no_number_to_count_with_is_taken(text: str) -> None:
    with pytest.raises(NumberTooLargeError):
        typed(text)


@pytest.mark.parametrize("text", ["-0.0", "-0", "-.0"])
def test_zero_has_no_sign(text: str) -> None:
    value = typed(text)
    assert value == 0
    assert isinstance(value, int | float)
    assert math.copysign(1, value) == 1


@settings(max_examples=examples(1500))
@given(SIGNS)
def test_what_older_readers_take_otherwise_is_warned_about(text: str) -> None:
    try:
        theirs = to_other_readers(text)
    except (yaml.YAMLError, ValueError, IndexError, TypeError, KeyError):
        return
    if ambiguity(text) is None and ours(text) != "refused":
        assert same(ours(text), theirs) or isinstance(theirs, date), (ours(text), theirs)
