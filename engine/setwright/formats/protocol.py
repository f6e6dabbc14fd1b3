"""What an export is: files laid out for a trainer, a deterministic function of a manifest."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from setwright.formats.spool import Kept
    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest

SIDECAR: Final = "setwright.json"
"""What lies beside the files of every export."""

VARIED: Final = "isAugmentedImage"
"""LayerNext's word for a varied copy of another picture, where an export tells it of each picture."""


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file whose bytes the export makes. `path` is relative, with `/` between, and safe to join to a folder.

    Many bytes are better `made` in a spool, from which they are read when they are asked for. `known` is their SHA-256
    once it has been asked for, or where whoever made them told it.
    """

    path: str
    made: bytes | Kept
    known: str = field(default="", compare=False, repr=False)

    @property
    def content(self) -> bytes:
        """All its bytes."""
        return self.made if isinstance(self.made, bytes) else b"".join(self.made.chunks())

    @property
    def size(self) -> int:
        """How many bytes these are."""
        return len(self.made) if isinstance(self.made, bytes) else self.made.size

    @property
    def sha256(self) -> str:
        """Their SHA-256 in hexadecimal."""
        if not self.known:
            kept = hashlib.sha256(self.made).hexdigest() if isinstance(self.made, bytes) else self.made.sha256
            object.__setattr__(self, "known", kept)
        return self.known

    def chunks(self) -> Iterable[bytes]:
        """Its bytes, a piece at a time."""
        return (self.made,) if isinstance(self.made, bytes) else self.made.chunks()


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A stored picture, byte by byte: `digest` is its SHA-256 in hexadecimal, `size` its bytes."""

    path: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class PackedFile:
    """A file that holds stored pictures, with bytes of the export's before, between and after them.

    `parts` gives these in order, each time it is called; a picture's path is its name within the file. So a file of
    many gigabytes is known without one picture being read, and written without being held. `size` is its bytes,
    `digest` the SHA-256 of what it is made of (`of` tells how), not of the file.
    """

    path: str
    size: int
    digest: str
    pictures: int
    parts: Callable[[], Iterable[bytes | PictureFile]] = field(compare=False)

    @classmethod
    def of(cls, path: str, parts: Callable[[], Iterable[bytes | PictureFile]]) -> PackedFile:
        """The file of these parts. Its digest is that of the lengths and contents of bytes and digests of pictures."""
        hasher = hashlib.sha256(b"packed-1")
        size = pictures = 0
        for part in parts():
            if isinstance(part, PictureFile):
                hasher.update(b"p" + bytes.fromhex(part.digest))
                size += part.size
                pictures += 1
            else:
                hasher.update(b"b" + len(part).to_bytes(8, "little") + part)
                size += len(part)
        return cls(path, size, hasher.hexdigest(), pictures, parts)


ExportEntry: TypeAlias = MadeFile | PictureFile | PackedFile


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What an export may say of the version it holds, beside the content itself."""

    dataset: str
    number: str
    manifest_digest: str
    description: str


@dataclass(frozen=True, slots=True)
class Loss:
    """`count` annotations lose `what` in a format, for example "polygons are reduced to their boxes".

    One of which there is none, 0, is not told.
    """

    what: str
    count: int


class ExportFormat(Protocol):
    """One layout of files.

    `name` is exact, as a spec and LayerNext say it; `short` what one types on a command line.
    """

    @property
    def name(self) -> str: ...

    @property
    def short(self) -> str: ...

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The files of the export, in any order; paths are unique even where case does not count."""

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """What of `annotations` this format cannot hold, the gravest first.

        They may be a part of a version's, of which there may be very many: what is lost of its parts is added up.
        """
