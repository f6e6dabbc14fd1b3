"""A store of bytes by what they are: a blob's name is its SHA-256, so it is stored once and never changes."""

from __future__ import annotations

import hashlib
import re
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.edge.files import ASIDE, write_whole
from setwright.model.errors import LakeError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_REST = re.compile(r"[0-9a-f]{62}")
_DAY = 24 * 60 * 60


class Blobs:
    """The store below `root`: `ab/cdef…` for the digest `abcdef…`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, digest: str) -> Path:
        """Where the blob with that digest lies, if it is there."""
        return self._root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Whether the blob is there."""
        return self.path(digest).is_file()

    def put(self, content: bytes, digest: str | None = None) -> str:
        """Store `content` and return its digest; `digest` saves computing it. When it returns, the blob is safe."""
        digest = digest or sha256(content)
        if not self.has(digest):
            write_whole(self.path(digest), content)
        return digest

    def read(self, digest: str) -> bytes:
        """The blob, compared with its digest.

        Raises:
            LakeError: it is not there, or its bytes have changed.
        """
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError as error:
            raise missing(digest) from error
        if sha256(content) != digest:
            raise LakeError(
                f"A blob of the lake is damaged: {digest[:12]}…",
                f"The bytes of {self.path(digest)} are no longer those that were stored.",
                "restore that file from a backup; `setwright lake verify` finds all damage",
            )
        return content

    def digests(self) -> Iterator[str]:
        """The digests of all blobs, sorted."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            # What else lies there, from a file manager say, is none of ours.
            for file in sorted(folder.iterdir()):
                if _REST.fullmatch(file.name):
                    yield folder.name + file.name

    @contextmanager
    def writers(self) -> Iterator[None]:
        """Hold this while blobs are written that the catalogue will name only later.

        If nobody else does, what writers that died have left half-written is cleared away first.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":  # no such lock, so only age tells the dead from the living
            self._sweep(before=time.time() - _DAY)
            yield
            return
        with (self._root / ".writers").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass
            else:
                self._sweep()
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def _sweep(self, before: float = float("inf")) -> None:
        for left in self._root.glob(f"??/.*{ASIDE}"):
            if left.stat().st_mtime < before:
                left.unlink(missing_ok=True)


def sha256(content: bytes) -> str:
    """The SHA-256 of `content`, in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def missing(digest: str) -> LakeError:
    """The error to raise for a blob that should be there and is not."""
    return LakeError(
        f"A blob of the lake is missing: {digest[:12]}…",
        "Its file was removed from the lake's folder.",
        "restore it from a backup, or ingest its picture again; `setwright lake verify` finds all damage",
    )
