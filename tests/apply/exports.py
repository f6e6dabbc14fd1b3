"""Exports that are a few lines long, served from memory and from a folder of pictures."""

from __future__ import annotations

import hashlib
import io
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeAlias

from setwright.formats.protocol import ExportEntry, MadeFile, PackedFile, PictureFile
from setwright.model.events import Listener, silence
from setwright.model.statistics import Statistics
from setwright.model.versions import Version, VersionNumber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping


def version_of(number: str = "1.0.0", dataset: str = "balloons") -> Version:
    """A version; its id is its number."""
    return Version(
        id=number,
        dataset=dataset,
        number=VersionNumber.parse(number),
        parent=None,
        revision=1,
        manifest_digest="manifest-1:0",
        exports=("RAW",),
        statistics=Statistics(splits=()),
        created_at=datetime(2024, 1, 1, tzinfo=UTC),
        author="test",
    )


class _Telling(io.BytesIO):
    """A picture that tells whoever watches (`sys.addaudithook`) each time it is read from."""

    def read(self, size: int | None = -1) -> bytes:
        sys.audit("tests.read")
        return super().read(3 if size else size)


Content: TypeAlias = bytes | str | tuple[bytes | str, ...]
"""Of a file: bytes, or a str, which is a picture of that text, or for a packed file several of both."""


class Served:
    """Exports by version: `{"1.0.0": {"a.txt": b"…", "a.jpg": "picture", "a.tar": (b"…", "picture")}}`.

    With `store`, a folder, the pictures lie there as files.
    """

    def __init__(self, versions: Mapping[str, Mapping[str, Content]], store: Path | None = None) -> None:
        self.versions = versions
        self.store = store
        self.fetched: list[str] = []
        self.pictures = {
            _digest(content): content.encode()
            for files in versions.values()
            for file in files.values()
            for content in (file if isinstance(file, tuple) else (file,))
            if isinstance(content, str)
        }
        if store is not None:
            store.mkdir(exist_ok=True)
            for digest, content in self.pictures.items():
                (store / digest).write_bytes(content)

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        assert export == "RAW"
        for path, content in sorted(self.versions[version].items()):
            if isinstance(content, str):
                yield _picture(path, content)
            elif isinstance(content, tuple):
                yield PackedFile.of(path, partial(_parts, content))
            else:
                yield MadeFile(path, content)

    def picture(self, digest: str) -> BinaryIO:
        self.fetched.append(digest)
        return _Telling(self.pictures[digest])

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
        return self.picture

    def picture_path(self, digest: str) -> Path | None:
        return None if self.store is None else self.store / digest

    def folder(self, version: str) -> dict[str, bytes]:
        """What a folder with that version holds."""
        return {
            path: b"".join(map(_bytes, content if isinstance(content, tuple) else (content,)))
            for path, content in self.versions[version].items()
        }


def _bytes(part: bytes | str) -> bytes:
    return part.encode() if isinstance(part, str) else part


def _picture(path: str, text: str) -> PictureFile:
    return PictureFile(path, _digest(text), len(text.encode()))


def _parts(content: tuple[bytes | str, ...]) -> list[bytes | PictureFile]:
    return [_picture(part, part) if isinstance(part, str) else part for part in content]


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def files_in(folder: Path) -> dict[str, bytes]:
    """All files below `folder` but pull's own record, by relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != ".setwright-pull.json"
    }
