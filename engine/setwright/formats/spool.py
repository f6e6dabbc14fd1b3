"""Bytes that were made and are not written yet, in a temporary file once they are many.

Which files an export has, and what they hold, is known before the first is written. So whatever is made waits, and
the masks of 50,000 pictures, or their outlines as COCO tells them, are more than one wants to hold in memory.
"""

from __future__ import annotations

import hashlib
import weakref
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile, gettempdir
from threading import Lock
from typing import TYPE_CHECKING

from setwright.edge.files import tell_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_IN_MEMORY = 16 << 20
_CHUNK = 1 << 20


class Spool:
    """Keeps bytes for as long as somebody may ask for them; then the file, which has no name, is gone."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(_IN_MEMORY)
        weakref.finalize(self, self._file.close)
        self._size = 0
        self._lock = Lock()

    def keep(self, chunks: Iterable[bytes]) -> Kept:
        """Keep these chunks as one. They may not come from this spool."""
        hasher = hashlib.sha256()
        with self._lock, _telling_where():
            begin = self._size
            self._file.seek(begin)
            for chunk in chunks:
                hasher.update(chunk)
                self._size += self._file.write(chunk)
            return Kept(self, begin, self._size - begin, hasher.hexdigest())

    def read(self, begin: int, size: int) -> bytes:
        """`size` bytes from `begin` on."""
        with self._lock, _telling_where():
            self._file.seek(begin)
            return self._file.read(size)


@contextmanager
def _telling_where() -> Iterator[None]:
    """A full disk does not say which it is, and of the folder for temporary files nobody thinks."""
    try:
        yield
    except OSError as error:
        tell_of(gettempdir(), "", error)
        raise


@dataclass(frozen=True, slots=True)
class Kept:
    """What a spool keeps: `size` bytes and their SHA-256 in hexadecimal. Equal is what has the same bytes."""

    spool: Spool = field(compare=False)
    begin: int = field(compare=False)
    size: int
    sha256: str

    def chunks(self) -> Iterator[bytes]:
        """The bytes, a piece at a time."""
        end = self.begin + self.size
        for begin in range(self.begin, end, _CHUNK):
            yield self.spool.read(begin, min(_CHUNK, end - begin))
