"""An export of another package, whose mistakes are told as that package's and not as ours."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.model.errors import FormatError, SetwrightError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportEntry, ExportFormat, Loss, VersionFacts
    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest


@dataclass(frozen=True, slots=True)
class ForeignExport:
    """The export `format`, which comes from `origin`, as its entry point says it."""

    name: str
    short: str
    start: str | None
    format: ExportFormat
    origin: str

    @classmethod
    def of(cls, format: ExportFormat, origin: str) -> ForeignExport:
        return cls(format.name, format.short, getattr(format, "start", None), format, origin)

    def files(self, manifest: Manifest, facts: VersionFacts) -> Iterator[ExportEntry]:
        """The files of the export.

        Raises:
            FormatError: the package fails, or gives something else than files.
        """
        with self._blamed("making its files"):
            for entry in self.format.files(manifest, facts):
                if not isinstance(entry, MadeFile | PictureFile | PackedFile):
                    raise TypeError(f"a {type(entry).__name__} is no file of an export")
                yield entry

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """What the format cannot hold.

        Raises:
            FormatError: the package fails.
        """
        with self._blamed("telling what it cannot hold"):
            return tuple(self.format.losses(annotations))

    @contextmanager
    def _blamed(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (SetwrightError, OSError, MemoryError):
            raise
        # Whatever another package does, it is not a bug in setwright.
        except Exception as error:
            raise FormatError(
                f'The export "{self.name}" fails at {doing}',
                f"It comes from {self.origin}: {type(error).__name__}: {error}",
                "`setwright --debug …` shows where, for whoever wrote it",
            ) from error
