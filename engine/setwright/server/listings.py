"""Listings that clients read page by page: all pages of one are of the same moment."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")

LIFE: Final = 300.0
"""Seconds after its first page for which a listing is held at its moment."""

MOST: Final = 10_000


class Listings:
    """What the listings of the last minutes began with. Safe for several threads.

    The wire knows pages by their places alone, so a frame that comes or goes meanwhile would shift the others: some
    would be listed twice, and some never. Who asks for the first page begins anew.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._begun: OrderedDict[Hashable, tuple[float, Any]] = OrderedDict()

    def moment(self, listing: Hashable, page: int, now: Callable[[], T]) -> T:
        """The moment that `page` of the listing is of: where it is the first, or nobody knows, that is `now`."""
        with self._lock:
            until, begun = self._begun.get(listing, (0.0, None))
        if page > 0 and until >= self._clock():
            return begun  # type: ignore[no-any-return]
        found = now()
        with self._lock:
            self._begun[listing] = self._clock() + LIFE, found
            self._begun.move_to_end(listing)
            while len(self._begun) > MOST:
                self._begun.popitem(last=False)
        return found
