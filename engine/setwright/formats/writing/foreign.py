"""An export of another package, whose mistakes are told as that package's and not as ours."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from operator import index
from typing import TYPE_CHECKING, TypeVar

from setwright.formats.protocol import Loss, MadeFile, PackedFile, PictureFile
from setwright.formats.spool import Kept
from setwright.model.errors import FormatError, SetwrightError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportEntry, ExportFormat, VersionFacts
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
                checked = _file(entry)
                if isinstance(checked, PackedFile):
                    # Its parts are asked for long after, when it is written.
                    checked = replace(checked, parts=partial(self._parts, checked))
                yield checked

    def losses(self, annotations: Annotations) -> tuple[Loss, ...]:
        """What the format cannot hold.

        Raises:
            FormatError: the package fails.
        """
        with self._blamed("telling what it cannot hold"):
            return tuple(map(_loss, self.format.losses(annotations)))

    def _parts(self, packed: PackedFile) -> Iterator[bytes | PictureFile]:
        with self._blamed("making its files"):
            for part in packed.parts():
                yield (
                    part if isinstance(part, bytes) else _picture(_of(part, PictureFile, "a part of a file"))
                )

    @contextmanager
    def _blamed(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (SetwrightError, OSError, MemoryError):
            raise
        # Whatever another package does, it is not a bug in setwright, and ends nothing.
        except (Exception, SystemExit) as error:
            raise FormatError(
                f'The export "{self.name}" fails at {doing}',
                f"It comes from {self.origin}: {type(error).__name__}: {error}",
                "`setwright --debug …` shows where, for whoever wrote it",
            ) from error


_Any = TypeVar("_Any")


def _of(value: object, type_: type[_Any], what: str) -> _Any:
    if not isinstance(value, type_):
        raise TypeError(f"{what} is of type {type(value).__name__}, not {type_.__name__}")
    return value


def _file(entry: object) -> ExportEntry:
    """The file, if it is one, with numbers of Python's own: a column's are NumPy's, of which no JSON can be made."""
    match entry:
        case MadeFile(path, made):
            _of(path, str, "a file's path")
            if not isinstance(made, Kept):
                _of(made, bytes, f"the content of {path}")
            return entry
        case PictureFile():
            return _picture(entry)
        case PackedFile(path=path, size=size, pictures=pictures):
            _of(path, str, "a file's path")
            return replace(entry, size=index(size), pictures=index(pictures))
        case _:
            raise TypeError(f"a {type(entry).__name__} is no file of an export")


def _picture(entry: PictureFile) -> PictureFile:
    path = _of(entry.path, str, "a picture's path")
    return PictureFile(path, _of(entry.digest, str, f"the digest of {path}"), index(entry.size))


def _loss(loss: object) -> Loss:
    told = _of(loss, Loss, "what it cannot hold")
    return Loss(_of(told.what, str, "what a loss says"), index(told.count))
