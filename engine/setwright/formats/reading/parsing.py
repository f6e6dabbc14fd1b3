"""What readers of untrusted text share: numbers that are numbers, labels that can be shown, JSON that ends."""

from __future__ import annotations

import json
import re
import sys
from math import isfinite
from typing import TYPE_CHECKING, Any

from setwright.formats.reading.problems import NO_LABEL
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_LABEL = 255
"""The longest label, in characters."""

_BAD_ESCAPE = re.compile(rb"\\u(0000|[dD][89a-fA-F])")
_HUGE = re.compile(rb"[0-9][eE]\+?[0-9]{3}|[0-9]{300}")
"""What a number beyond all bounds holds at least."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


def without_mark(content: bytes) -> bytes:
    """What a file says, without the byte order mark that some editors put before it."""
    return content.removeprefix(b"\xef\xbb\xbf")


class NotRead(ValueError):
    """A part of a file cannot be read; the message says why, as a phrase that ends without a stop."""


def number(value: Any, what: str) -> float:
    """`value`, a number or a text that spells one, as a finite number.

    Raises:
        NotRead: it is none.
    """
    if type(value) is float and isfinite(value):  # by far the most
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotRead(f"{what} is no number")
    try:
        found = float(value)
    except (ValueError, OverflowError) as error:
        raise NotRead(f"{what} is no number: {shown(value)}") from error
    if not isfinite(found):
        raise NotRead(f"{what} is not finite")
    return found


def label(value: Any) -> str:
    """`value` as a label, without spaces around it.

    Raises:
        NotRead: it is no text, empty, too long, or cannot be printed.
    """
    if not isinstance(value, str):
        raise NotRead("the label is no text")
    text = value.strip()
    if not text:
        raise NotRead("there is no label")
    if len(text) > MAX_LABEL:
        raise NotRead(f"the label is longer than {MAX_LABEL} characters: {shown(text)}")
    if _CONTROL.search(text):
        raise NotRead(f"the label holds a character that cannot be printed: {shown(text)}")
    return sys.intern(text)  # one object, however many annotations have it


def label_or_none(value: Any) -> str:
    """`value` as a label, `NO_LABEL` where it is none."""
    try:
        return label(value)
    except NotRead:
        return NO_LABEL


def json_value(content: bytes, kept: Callable[[dict[str, Any]], Any] | None = None) -> Any:
    """The JSON document in `content`; of each object what `kept` gives for it, where that is said.

    Raises:
        FormatError: it is not JSON, holds a number or a text that nothing else takes, or is nested too deeply.
    """
    try:
        # A function for each number would take longer than all the rest.
        parse_float = _finite if _HUGE.search(content) else None
        value = json.loads(
            content.decode("utf-8-sig"), parse_constant=_refuse, parse_float=parse_float, object_hook=kept
        )
        if _BAD_ESCAPE.search(content):
            _refuse_bad_texts(value)
        return value
    except NotRead as error:
        raise FormatError("Not JSON", f"It says {error}.") from error
    except UnicodeDecodeError as error:
        raise FormatError("Not JSON", "It is not UTF-8.") from error
    except json.JSONDecodeError as error:
        raise FormatError(
            "Not JSON", f"{error.msg}, in line {error.lineno}, column {error.colno}."
        ) from error
    except (RecursionError, ValueError) as error:
        raise FormatError(
            "Not JSON", "It is nested too deeply, or holds a number of thousands of digits."
        ) from error


def shown(value: Any, most: int = 60) -> str:
    """`value` for a message: in quotes, escaped, and not too long."""
    text = repr(value)
    return text if len(text) <= most else text[: most - 1] + "…"


def _refuse(constant: str) -> Any:
    raise NotRead(f"{constant}, which is no JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not isfinite(value):
        raise NotRead(f"{text[:30]}, which is too large a number")
    return value


def _refuse_bad_texts(value: Any) -> None:
    """Half a surrogate pair cannot be written as UTF-8, and databases take no null character."""
    text = json.dumps(value, ensure_ascii=False)
    if "\\u0000" in text or re.search(r"[\ud800-\udfff]", text):
        raise NotRead("a null character or half of a surrogate pair, which no text can hold")
