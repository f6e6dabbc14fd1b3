"""Plain values as the text of a spec, which every reader of YAML, old or new, reads as the same values."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from setwright.spec.source_text import UNSEEN
from setwright.spec.yaml_scalars import NumberTooLargeError, ambiguity, typed

if TYPE_CHECKING:
    from collections.abc import Mapping

WIDTH = 100
"""Lists and mappings that fit into so many columns stand on one line."""

# Text that no reader takes for anything else: words and what commonly joins them, no sign of YAML's among them.
_PLAIN = re.compile(r"[\w/.=~()+-](?:[\w /.=~()+@!<>*-]*[\w/.=~()+-])?")
_LOOKS_LIKE_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*")


def as_yaml(fields: Mapping[str, Any], notes: Mapping[str, str] | None = None) -> str:
    """`fields` as a document, in their order. `notes` are comments behind the first line of some of them.

    Values are text, numbers, truths, and lists and mappings of these. `${` in a text stands for itself, so it is
    written as `$${`.
    """
    lines = []
    for name, value in fields.items():
        first, *rest = _entry(name, value, "")
        note = (notes or {}).get(name)
        lines += [f"{first}  # {note}" if note else first, *rest]
    return "".join(f"{line}\n" for line in lines)


def _entry(name: str, value: Any, indent: str) -> list[str]:
    head = f"{indent}{_scalar(name, key=True)}:"
    line = f"{head} {_flow(value)}"
    if not isinstance(value, dict | list) or not value or len(line) <= WIDTH:
        return [line]
    deeper = indent + "  "
    if isinstance(value, list):
        return [head, *(f"{deeper}- {_flow(item)}" for item in value)]
    return [head, *(row for inner, each in value.items() for row in _entry(inner, each, deeper))]


def _flow(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_scalar(name, key=True)}: {_flow(each)}' for name, each in value.items())}}}"
    return _scalar(value)


def _scalar(value: Any, *, key: bool = False) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        # 1e-05 is a number to us and text to readers of YAML 1.1.
        return f"{Decimal(str(value)):f}"
    text = str(value) if key else str(value).replace("${", "$${")
    return text if _is_plain(text) else _quoted(text)


def _is_plain(text: str) -> bool:
    if not _PLAIN.fullmatch(text) or _LOOKS_LIKE_DATE.fullmatch(text) or text[0] in "-=~" or " #" in text:
        return False
    try:
        return typed(text) == text and ambiguity(text) is None
    except NumberTooLargeError:
        return False


def _quoted(text: str) -> str:
    # JSON's escapes are YAML's too, but for pairs of surrogates; so only what nobody can see is escaped.
    return UNSEEN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
