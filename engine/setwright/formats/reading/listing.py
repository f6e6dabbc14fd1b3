"""The files to be read, by relative path: today a folder, some day an archive or a bucket."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import Protocol

from setwright.edge.files import safe_parts
from setwright.formats.reading.protocol import Problem, ProblemKind
from setwright.model.errors import FormatError, UnsafeNameError, UsageError

PICTURE_ENDINGS = frozenset({".bmp", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
"""What the name of a picture ends with; case does not count."""

HEAD = 64 * 1024
"""How much of a file a reader looks at to recognise it, in bytes."""

MAX_TEXT = 512 * 1024 * 1024
"""The largest annotation file, in bytes."""

MAX_PICTURE = 1024 * 1024 * 1024
"""The largest file of a picture, in bytes."""


class Listing(Protocol):
    """Files by relative path, with `/` between. `location` tells people where they are."""

    @property
    def location(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]:
        """All files whose names are safe, sorted."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files whose names are not."""

    @property
    def consulted(self) -> frozenset[str]:
        """The files that were read so far."""

    def read(self, name: str, limit: int) -> bytes:
        """The content of one file.

        Raises:
            FormatError: it is larger than `limit` bytes.
            OSError: it cannot be read.
        """

    def head(self, name: str) -> bytes:
        """The first `HEAD` bytes of one file, nothing where it cannot be read."""


class FolderListing:
    """The regular files in a folder and the folders below it. Links to files are followed, links to folders not."""

    def __init__(self, folder: Path) -> None:
        """List `folder`.

        Raises:
            UsageError: it is no folder.
        """
        if not folder.is_dir():
            raise UsageError(
                f"Not a folder: {folder}" if folder.exists() else f"There is no folder {folder}",
                "What is ingested is a folder with pictures, and annotations beside them.",
            )
        self._folder = folder
        self._names: list[str] = []
        self._problems: list[Problem] = []
        self._consulted: set[str] = set()
        for where, below, files in os.walk(folder):
            below.sort()
            for file in files:
                self._add(Path(where), file)
        self._names.sort()

    @property
    def location(self) -> str:
        return str(self._folder)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(self._names)

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._problems, key=lambda problem: problem.file))

    @property
    def consulted(self) -> frozenset[str]:
        return frozenset(self._consulted)

    def read(self, name: str, limit: int) -> bytes:
        self._consulted.add(name)
        with (self._folder / name).open("rb") as file:
            content = file.read(limit + 1)
        if len(content) > limit:
            raise FormatError("The file is too large", f"It has more than {limit:,} bytes.")
        return content

    def head(self, name: str) -> bytes:
        try:
            with (self._folder / name).open("rb") as file:
                return file.read(HEAD)
        except OSError:
            return b""

    def _add(self, where: Path, file: str) -> None:
        path = where / file
        # A pipe would make us wait for ever, and a device would never end.
        if not path.is_file():
            return
        name = path.relative_to(self._folder).as_posix()
        try:
            safe_parts(name)
        except UnsafeNameError as error:
            shown = name.encode("utf-8", "backslashreplace").decode()
            self._problems.append(
                Problem(ProblemKind.UNSAFE_NAME, shown, error.detail.split(". ", 1)[-1].rstrip("."))
            )
        else:
            self._names.append(name)


def is_picture(name: str) -> bool:
    """Whether a file is a picture, by its name."""
    return posixpath.splitext(name)[1].lower() in PICTURE_ENDINGS
