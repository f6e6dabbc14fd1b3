"""Blobs in a folder: the file `ab/cdef…` for the digest `abcdef…`.

Instead of a blob there may be a reference to a file outside of the store, `ab/cdef….elsewhere`: JSON with its path.
"""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from setwright.edge.files import ASIDE, write_whole
from setwright.edge.together import written_together
from setwright.lake.blobs import PAIR, REST, Reference, StoredBlob, Stranger, damaged, missing, sha256
from setwright.model.errors import LakeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import BinaryIO

    from setwright.lake.blobs import Listed

WRITERS: Final = ".writers"
"""A file that writers lock."""

_REFERENCE = ".elsewhere"


class FolderBlobs:
    """What `lake.blobs.Blobs` asks, by files below `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._text_root = f"{root}{os.sep}"

    @property
    def location(self) -> str:
        return str(self._root)

    @property
    def at_once(self) -> int:
        return 1

    def claim(self) -> None:
        pass  # the folder is the lake's already

    def where(self, digest: str) -> str:
        return str(self.path(digest))

    def path(self, digest: str) -> Path:
        """Where the blob with that digest lies, if it is in the store."""
        return self._root / digest[:2] / digest[2:]

    def _text(self, digest: str) -> str:
        """The same as text, for where thousands are asked for by several threads: it takes a tenth of the time."""
        return f"{self._text_root}{digest[:2]}{os.sep}{digest[2:]}"

    def file(self, digest: str) -> Path | None:
        path = self.path(digest)
        return path if path.is_file() else None

    def sizes(self, digests: Iterable[str]) -> dict[str, int]:
        return {digest: path.stat().st_size for digest in digests if (path := self.path(digest)).is_file()}

    def check_references(self) -> None:
        pass

    def refer(self, digest: str, file: Path) -> None:
        found = file.resolve()
        if self.elsewhere(digest) != found:
            write_whole(self._reference(digest), (json.dumps({"path": str(found)}) + "\n").encode())

    def elsewhere(self, digest: str) -> Path | None:
        try:
            content = self._reference(digest).read_bytes()
        except FileNotFoundError:
            return None
        try:
            return Path(json.loads(content)["path"])
        except (ValueError, KeyError, TypeError) as error:
            raise LakeError(
                f"A reference of the lake is damaged: {digest[:12]}…",
                f"{self._reference(digest)} does not say where the picture is.",
                "restore that file from a backup, or ingest the picture again",
            ) from error

    def open(self, digest: str) -> BinaryIO:
        try:
            return self.path(digest).open("rb")
        except FileNotFoundError as error:
            file = self.elsewhere(digest)
            if file is None:
                raise missing("the lake's folder", digest) from error
            return _unchanged(file, digest)

    def references(self) -> Iterator[Reference]:
        for folder in sorted(self._root.glob("[0-9a-f][0-9a-f]")):
            for file in sorted(folder.glob(f"*{_REFERENCE}")):
                if REST.fullmatch(file.stem):
                    yield Reference(folder.name + file.stem, file.stat().st_mtime)

    def forget(self, digest: str) -> None:
        self._reference(digest).unlink()

    def put(self, content: bytes, digest: str | None = None) -> str:
        digest = digest or sha256(content)
        if not _holds(self._text(digest), len(content)):
            write_whole(self.path(digest), content)
        return digest

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        with written_together() as write:

            def put(content: bytes) -> str:
                digest = sha256(content)
                path = self._text(digest)
                if not _holds(path, len(content)):
                    write(path, content)
                return digest

            yield put

    def read(self, digest: str) -> bytes:
        try:
            with open(self._text(digest), "rb", buffering=0) as stored:  # noqa: PTH123 - as above
                content = stored.read()
        except FileNotFoundError:
            with self.open(digest) as file:
                content = file.read()
        if sha256(content) != digest:
            raise damaged(self.where(digest), digest)
        return content

    def measure(self, digest: str) -> tuple[str, int]:
        with self.path(digest).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            return found, file.tell()

    def listed(self) -> Iterator[Listed]:
        for folder in sorted(self._root.glob("*")):
            if not PAIR.fullmatch(folder.name) or not folder.is_dir():
                if folder.name != WRITERS:
                    yield Stranger(folder.name)
                continue
            for file in sorted(folder.iterdir()):
                if REST.fullmatch(file.name):
                    found = file.stat()
                    yield StoredBlob(folder.name + file.name, found.st_size, found.st_mtime)
                elif not file.name.endswith((_REFERENCE, ASIDE)):
                    yield Stranger(f"{folder.name}/{file.name}")

    def remove(self, digests: Iterable[str]) -> None:
        for digest in digests:
            self.path(digest).unlink(missing_ok=True)

    def _reference(self, digest: str) -> Path:
        """Where the reference to a file outside of the store lies, if there is one."""
        path = self.path(digest)
        return path.with_name(path.name + _REFERENCE)


def _holds(path: str, size: int) -> bool:
    """Whether there is a file of that size; by text, for thousands are asked for, by several threads."""
    try:
        return os.stat(path).st_size == size  # noqa: PTH116
    except OSError:
        return False


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
