"""What was read of the index and is kept for those who ask again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class IndexCache:
    """Bitmaps that were read, for those who ask again: at most `size` bytes of them, the latest used."""

    def __init__(self, size: int = 256 * 2**20) -> None:
        self._size = size
        self._used = 0
        self._found: OrderedDict[object, tuple[object, int]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> object | None:
        """What was put there, or None."""
        with self._lock:
            if (found := self._found.get(key)) is None:
                return None
            self._found.move_to_end(key)
            return found[0]

    def put(self, key: object, value: object, size: int) -> None:
        """Keep `value`, of about `size` bytes."""
        with self._lock:
            if key in self._found or size > self._size:
                return
            self._found[key] = (value, size)
            self._used += size
            while self._used > self._size:
                self._used -= self._found.popitem(last=False)[1][1]
