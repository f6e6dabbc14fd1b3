"""A store of bytes by what they are: a blob's name is its SHA-256, so it is stored once and never changes.

Instead of a blob there may be a reference to a file outside of the store, `ab/cdef….elsewhere`: JSON with its path.
"""

from __future__ import annotations

import hashlib
import json
import re
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from setwright.edge.files import ASIDE, write_whole
from setwright.model.errors import LakeBusyError, LakeError

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

_REST = re.compile(r"[0-9a-f]{62}")
_REFERENCE = ".elsewhere"
_DAY = 24 * 60 * 60


class Blobs:
    """The store below `root`: `ab/cdef…` for the digest `abcdef…`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, digest: str) -> Path:
        """Where the blob with that digest lies, if it is in the store."""
        return self._root / digest[:2] / digest[2:]

    def has(self, digest: str) -> bool:
        """Whether the blob is in the store."""
        return self.path(digest).is_file()

    def refer(self, digest: str, file: Path) -> None:
        """Remember that the blob with that digest is the file at `file`, which stays where it is."""
        found = file.resolve()
        if self.elsewhere(digest) != found:
            write_whole(self.reference(digest), (json.dumps({"path": str(found)}) + "\n").encode())

    def elsewhere(self, digest: str) -> Path | None:
        """The file outside of the store that is referred to as the blob with that digest, None for none.

        Raises:
            LakeError: the reference cannot be read.
        """
        try:
            content = self.reference(digest).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Path(json.loads(content)["path"])
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(
                f"A reference of the lake is damaged: {digest[:12]}…",
                f"{self.reference(digest)} does not say where the picture is.",
                "restore that file from a backup, or ingest the picture again",
            ) from error

    def open(self, digest: str) -> BinaryIO:
        """The blob, to be read once and closed, wherever it is. One outside of the store is compared with its digest.

        Raises:
            LakeError: it is not there, or its bytes have changed.
        """
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            file = self.elsewhere(digest)
            if file is None:
                raise missing(digest) from error
            return _unchanged(file, digest)

    def references(self) -> Iterator[str]:
        """The digests of all blobs that are referred to, sorted."""
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.glob(f"*{_REFERENCE}")):
                if _REST.fullmatch(file.stem):
                    yield folder.name + file.stem

    def put(self, content: bytes, digest: str | None = None) -> str:
        """Store `content` and return its digest; `digest` saves computing it. When it returns, the blob is safe."""
        digest = digest or sha256(content)
        if not self.has(digest):
            write_whole(self.path(digest), content)
        return digest

    def read(self, digest: str) -> bytes:
        """The blob, wherever it is, compared with its digest.

        Raises:
            LakeError: it is not there, or its bytes have changed.
        """
        try:
            content = self.path(digest).read_bytes()
        except FileNotFoundError:
            with self.open(digest) as file:
                content = file.read()
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

    def reference(self, digest: str) -> Path:
        """Where the reference to a file outside of the store lies, if there is one."""
        path = self.path(digest)
        return path.with_name(path.name + _REFERENCE)

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

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Hold this while blobs are removed: nobody is writing any that the catalogue does not name yet.

        Raises:
            LakeBusyError: somebody is.
        """
        self._root.mkdir(parents=True, exist_ok=True)
        if sys.platform == "win32":  # no such lock; there the grace of those who remove must do
            yield
            return
        with (self._root / ".writers").open("ab") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise LakeBusyError(
                    "Another process is writing to the lake",
                    "What it has stored and not yet recorded would look like what nothing needs.",
                    "try again when it is done",
                ) from error
            self._sweep()
            yield

    def _sweep(self, before: float = float("inf")) -> None:
        for left in self._root.glob(f"??/.*{ASIDE}"):
            if left.stat().st_mtime < before:
                left.unlink(missing_ok=True)


def sha256(content: bytes) -> str:
    """The SHA-256 of `content`, in lower-case hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def same_file(file: Path, digest: str) -> bool:
    """Whether `file` is there and has that digest."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == digest
    except OSError:
        return False


def _unchanged(file: Path, digest: str) -> BinaryIO:
    """`file`, open, after its bytes were compared; so whoever reads it reads what was compared."""
    try:
        opened = file.open("rb")
    except OSError as error:
        raise LakeError(
            f"A picture of the lake is gone: {file}",
            "It was ingested in place, so the lake refers to that file and has no copy of it.",
            "put the file back, or ingest it again from where it is now",
        ) from error
    if hashlib.file_digest(opened, "sha256").hexdigest() != digest:
        opened.close()
        raise LakeError(
            f"A picture of the lake has changed: {file}",
            "It was ingested in place, so the lake refers to that file and has no copy of what it was.",
            "put back what it was; or ingest it as it is now, and make new versions of the datasets that hold it",
        )
    opened.seek(0)
    return opened


def missing(digest: str) -> LakeError:
    """The error to raise for a blob that should be there and is not."""
    return LakeError(
        f"A blob of the lake is missing: {digest[:12]}…",
        "Its file was removed from the lake's folder.",
        "restore it from a backup, or ingest its picture again; `setwright lake verify` finds all damage",
    )
