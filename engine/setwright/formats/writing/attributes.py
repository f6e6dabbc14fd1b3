"""What an annotation says beside its shape, as far as other formats can say it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

_TRUE = ("true", "1", "yes")


@dataclass(frozen=True, slots=True)
class Attributes:
    """`plain` are attributes by name with their first value, a text, number or truth.

    `more` says whether attributes hold more than that: further values, other kinds of values, confidence or metadata
    of their own. `metadata` says whether the annotation has metadata.
    """

    plain: Mapping[str, str | int | float | bool]
    more: bool
    metadata: bool

    @classmethod
    def of(cls, extra: str) -> Attributes:
        """The attributes in `extra`, as `Annotations.extra` has it."""
        if not extra:
            return _NONE
        value: Mapping[str, Any] = json.loads(extra)
        plain: dict[str, str | int | float | bool] = {}
        more = False
        for name, entries in value.get("attributes", {}).items():
            first = entries[0] if isinstance(entries, list) and entries else entries
            found = first.get("value") if isinstance(first, dict) else first
            if isinstance(found, str | int | float):
                plain[name] = found
            more = more or entries != [{"value": found}] or not isinstance(found, str | int | float)
        return cls(plain, more, bool(value.get("metadata")))

    def flag(self, name: str) -> bool:
        """Whether the attribute `name` says yes."""
        return str(self.plain.get(name, "")).lower() in _TRUE


_NONE = Attributes({}, False, False)
