"""What an export is: files laid out for a trainer, a deterministic function of a manifest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file whose bytes the export makes. `path` is relative, with `/` between, and safe to join to a folder."""

    path: str
    content: bytes


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A stored picture, byte by byte: `digest` is its SHA-256 in hexadecimal, `size` its bytes."""

    path: str
    digest: str
    size: int


ExportEntry: TypeAlias = MadeFile | PictureFile


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What an export may say of the version it holds, beside the content itself."""

    dataset: str
    number: str
    manifest_digest: str
    description: str


@dataclass(frozen=True, slots=True)
class Loss:
    """`count` annotations lose `what` in a format, for example "polygons are reduced to their boxes"."""

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
        """What of `annotations` this format cannot hold, the gravest first."""
