"""Documents in which every field says something of its own, so that a form which leaves one out is noticed."""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from dataclasses import is_dataclass
from itertools import count
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from setwright.model.documents import from_document
from setwright.plan.document import PlanDocument

PICTURE = "data:image/webp;base64,UklGRhYAAABXRUJQVlA4TAoAAAAvAAAAAEX/I/of"
CHOSEN = {"happens": "relabelled", "actions": "new-version", "severity": "eval"}
"""Words where one says more than another."""


class Filler:
    """Fills parts: texts by `text`, numbers with ones that are used nowhere else. `said` is all it wrote, by path."""

    def __init__(self, text: Callable[[str], str] | None = None) -> None:
        self.said: dict[str, str | int | float] = {}
        self._numbers = count(70_001, 13)
        self._text = text or (lambda path: f"word{next(self._numbers)}")

    def document(self) -> PlanDocument:
        return from_document(PlanDocument, self._part(PlanDocument, ""))

    def _part(self, part: type, path: str) -> dict[str, Any]:
        hints = get_type_hints(part)
        return {name: self._value(hint, name, f"{path}.{name}") for name, hint in hints.items()}

    def _value(self, hint: Any, name: str, path: str) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if origin in (Union, types.UnionType):
            return self._value(next(arg for arg in args if arg is not type(None)), name, path)
        if origin is Literal:
            return CHOSEN[name] if CHOSEN.get(name) in args else args[0]
        if origin is tuple:
            if args[-1] is not Ellipsis:
                return tuple(self._value(arg, name, path) for arg in args)
            # Two corners of a box, else one of a kind.
            return [self._value(args[0], name, path) for _ in range(2 if name == "points" else 1)]
        if origin is dict:
            return {self._word(f"{path} key"): self._word(path)}
        if isinstance(hint, type) and is_dataclass(hint):
            return self._part(hint, path)
        return self._leaf(hint, name, path)

    def _leaf(self, hint: Any, name: str, path: str) -> Any:
        if hint is bool:
            return False
        if hint in (int, float):
            value = next(self._numbers) / 1000 if name == "target" else next(self._numbers)
            self.said[path] = value
            return value
        if name == "seal":
            return ""  # of the document when it is written
        if name == "data":
            return PICTURE
        return CHOSEN.get(name) or self._word(path)

    def _word(self, path: str) -> str:
        self.said[path] = self._text(path)
        return str(self.said[path])


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a document's plain values."""
    match value:
        case str():
            yield value
        case dict():
            for key, each in value.items():
                yield from (key, *texts_of(each))
        case list() | tuple():
            for each in value:
                yield from texts_of(each)
        case _:
            pass
