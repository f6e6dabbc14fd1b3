"""Blobs that are read one after the other, in an order that is known, fetched before they are asked for."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from concurrent.futures import Future
    from typing import BinaryIO

    from setwright.lake.blobs import Blobs

BLOBS_AHEAD: Final = 16
BYTES_AHEAD: Final = 16 << 20
"""Held by one reader at most, but for one blob more, however large."""


class ReadAhead:
    """Opens blobs that a network is between us and, each once, in the order of `wanted`: digests and sizes in bytes.

    What is asked for out of that order is read then. For one thread.
    """

    def __init__(self, blobs: Blobs, wanted: Iterable[tuple[str, int]]) -> None:
        self._blobs = blobs
        self._coming = iter(wanted)
        self._fetched: dict[str, tuple[Future[bytes], int]] = {}

    def __call__(self, digest: str) -> BinaryIO:
        self._fill()
        if digest not in self._fetched:
            return self._blobs.open(digest)
        while True:  # what was passed over is not asked for any more
            first = next(iter(self._fetched))
            found, _ = self._fetched.pop(first)
            if first == digest:
                break
            found.cancel()
        self._fill()
        return io.BytesIO(found.result())

    def _fill(self) -> None:
        while (
            len(self._fetched) < BLOBS_AHEAD and sum(size for _, size in self._fetched.values()) < BYTES_AHEAD
        ):
            following = next(self._coming, None)
            if following is None:
                return
            digest, size = following
            if digest not in self._fetched:
                self._fetched[digest] = _threads(self._blobs.at_once).submit(self._blobs.read, digest), size


@cache
def _threads(count: int) -> ThreadPoolExecutor:
    """For all readers of the process together, so that many of them are no more of a load."""
    return ThreadPoolExecutor(count, thread_name_prefix="blobs")
