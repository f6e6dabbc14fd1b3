"""Selections: what a client means by a tag that it was given a moment ago."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from setwright.model.dataset import Filter, Source

LIFE: Final = 3600.0
MOST: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """What a selection is of. `ids` are objects picked one by one, None for everything that matches."""

    source: Source
    query: str
    filter: Filter
    ids: frozenset[str] | None = None


class Selections:
    """The selections that clients hold tags of: the newest ones, each for an hour. Safe for several threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._made: OrderedDict[str, tuple[float, Selected]] = OrderedDict()

    def put(self, selected: Selected) -> str:
        """A tag for it, of letters, digits, `-` and `_` alone, as it goes into URLs unescaped."""
        tag = secrets.token_urlsafe(18)
        with self._lock:
            self._made[tag] = (self._clock() + LIFE, selected)
            while len(self._made) > MOST:
                self._made.popitem(last=False)
        return tag

    def get(self, tag: str) -> Selected | None:
        """What the tag stands for; None where it stands for nothing, or no longer."""
        with self._lock:
            until, selected = self._made.get(tag, (0.0, None))
        return selected if until >= self._clock() else None
