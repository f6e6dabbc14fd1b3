"""What a plain scalar means: YAML 1.2's core schema, and which spellings other readers take differently.

YAML 1.1, which many tools still read, knows more words for true and false, and more ways to write numbers. Here `no`
and `12:30:45` are text, and `010` is ten (https://yaml.org/spec/1.2.2/#103-core-schema).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TypeAlias

Value: TypeAlias = str | int | float | bool | None
"""What one scalar can be."""

MAX_DIGITS = 18
"""The most digits of a whole number: what fits into 64 bits, whatever the digits are."""

_CORE = re.compile(
    r"""(?P<null>null|Null|NULL|~|)
      | (?P<true>true|True|TRUE)
      | (?P<false>false|False|FALSE)
      | (?P<int>[-+]?[0-9]+)
      | (?P<octal>0o[0-7]+)
      | (?P<hex>0x[0-9a-fA-F]+)
      | (?P<float>[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?)
      | (?P<infinite>[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))
    """,
    re.VERBOSE,
)
FIRST = frozenset("~+-.0123456789nNtTfFyYoO=")
"""What means, or may be taken for, something else than text starts with one of these; most text does not."""

_TRUTH_1_1 = re.compile(r"y|Y|yes|Yes|YES|n|N|no|No|NO|on|On|ON|off|Off|OFF")
_NUMBER_1_1 = re.compile(
    r"""(?P<octal>[-+]?0[0-7]+)
      | (?P<binary>[-+]?0b[01_]+)
      | (?P<time>[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)
      | (?P<underscore>[-+]?(?=[0-9.]*_)(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][-+][0-9]+)?
          | [-+]?0x[0-9a-fA-F]*_[0-9a-fA-F_]*)
      | (?P<octal_1_2>0o[0-7]+)
      | (?P<exponent>[-+]\.[0-9]+|[-+]?[0-9]+[eE][-+]?[0-9]+|[-+]?[0-9]*\.[0-9]*[eE][0-9]+)
      | (?P<equals>=)
      | (?P<zeros>[-+]?0[0-9]*[89][0-9]*)
    """,
    re.VERBOSE,
)


class NumberTooLargeError(ValueError):
    """A scalar is a number, but none to count with: infinite, no number at all, or of endless digits."""


@lru_cache(maxsize=4096)
def read(text: str) -> tuple[Value, str | None]:
    """`typed` and `ambiguity` of the plain scalar `text`, remembered: the specs of a project share most of theirs.

    Raises:
        NumberTooLargeError: it is a number that cannot be counted with.
    """
    return typed(text), ambiguity(text)


def typed(text: str) -> Value:
    """What the plain scalar `text` means.

    Raises:
        NumberTooLargeError: it is a number that cannot be counted with.
    """
    if text and text[0] not in FIRST:
        return text
    match = _CORE.fullmatch(text)
    if match is None:
        return text
    match match.lastgroup:
        case "null":
            return None
        case "true":
            return True
        case "false":
            return False
        case "int":
            return int(_bounded(text))
        case "octal":
            return int(_bounded(text)[2:], 8)
        case "hex":
            return int(_bounded(text)[2:], 16)
        case "float" if abs(number := float(text)) != float("inf"):
            return number + 0.0  # no negative zero, which is written differently though it is equal
        case _:
            raise NumberTooLargeError(text)


def ambiguity(text: str) -> str | None:
    """How readers of YAML 1.1 may take the plain scalar `text` otherwise than we do, as the end of a sentence.

    None where all agree. Dates are left out: whoever reads them as dates gets the same date.
    """
    if text[:1] not in FIRST:
        return None
    if _TRUTH_1_1.fullmatch(text):
        truth = "true" if text.lower() in ("y", "yes", "on") else "false"
        return f"it is text here, and {truth} to many other readers of YAML"
    match = _NUMBER_1_1.fullmatch(text)
    if match is None:
        return None
    match match.lastgroup:
        case "octal":
            sign, digits = ("-" if text[0] == "-" else ""), text.lstrip("+-")
            if len(digits) > MAX_DIGITS or int(digits) == int(digits, 8):
                return None
            ours, theirs = f"{sign}{int(digits)}", f"{sign}{int(digits, 8)}"
            return f"it is {ours} here, and {theirs} to readers who take the zero for a sign of octal numbers"
        case "time":
            return "it is text here, and a number of minutes or seconds to some other readers of YAML"
        case "binary" | "underscore":
            return "it is text here, and a number to many other readers of YAML"
        case "octal_1_2" | "exponent" | "zeros":
            return "it is a number here, and text to many other readers of YAML"
        case _:
            return "it is text here, and has a meaning of its own to some other readers of YAML"


def _bounded(text: str) -> str:
    if len(text.lstrip("+-")) > MAX_DIGITS:
        raise NumberTooLargeError(text)
    return text
