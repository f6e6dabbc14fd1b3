"""The files to be read, by relative path. Where they lie is another matter: a folder, an archive, a bucket."""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path
from typing import Protocol

from setwright.edge.files import safe_parts
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.model.errors import FormatError, UnsafeNameError, UsageError

PICTURE_ENDINGS = frozenset({".bmp", ".jpe", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})
"""What the name of a picture ends with; case does not count."""

HEAD = 64 * 1024
"""How much of a file a reader looks at to recognise it, in bytes."""

MAX_TEXT = 512 * 1024 * 1024
"""The largest annotation file, in bytes."""

MAX_PICTURE = 1024 * 1024 * 1024
"""The largest file of a picture, in bytes."""

MAX_PIXELS = 100_000_000
"""The largest picture. It is compared before anything is decoded, for a small file can claim any size."""


class Listing(Protocol):
    """Files by relative path, with `/` between. `location` tells people where they are."""

    @property
    def location(self) -> str: ...

    @property
    def names(self) -> tuple[str, ...]:
        """The files whose names are safe, sorted, but those that are `hidden`."""

    @property
    def hidden(self) -> tuple[str, ...]:
        """Those in folders whose names begin with a dot, sorted: programs keep files of their own there, such as
        earlier ones of what lies beside, so that no reader is to find them.
        """

    @property
    def pictures(self) -> tuple[str, ...]:
        """Those of them that become frames, in the order in which they are best read."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The files whose names are not, and those that are refused for another reason."""

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

    def part(self, name: str, start: int, size: int) -> bytes:
        """`size` bytes of one file from `start` on, fewer where it ends.

        Raises:
            FormatError: the files can be read as a whole only.
            OSError: it cannot be read.
        """

    def size(self, name: str) -> int:
        """How many bytes one file has.

        Raises:
            OSError: it cannot be read.
        """

    def path(self, name: str) -> Path | None:
        """Where the file lies on this machine, None where it does not lie there by itself."""


class Files:
    """What listings have in common: names that are safe, problems for those that are not.

    A listing adds its files with `_add` and refuses others with `_refuse`; it implements `part` and `size`.
    """

    def __init__(self, location: str) -> None:
        self._location = location
        self._names: dict[str, None] = {}
        self._hidden: dict[str, None] = {}
        self._problems: list[Problem] = []
        self._consulted: set[str] = set()

    @property
    def location(self) -> str:
        return self._location

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._names))

    @property
    def hidden(self) -> tuple[str, ...]:
        return tuple(sorted(self._hidden))

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(filter(is_picture, self.names))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(sorted(self._problems, key=lambda problem: problem.file))

    @property
    def consulted(self) -> frozenset[str]:
        return frozenset(self._consulted)

    def path(self, name: str) -> Path | None:
        return None

    def read(self, name: str, limit: int) -> bytes:
        self._consulted.add(name)
        content = self.part(name, 0, limit + 1)
        if len(content) > limit:
            raise FormatError("The file is too large", f"It has more than {limit:,} bytes.")
        return content

    def head(self, name: str) -> bytes:
        try:
            return self.part(name, 0, HEAD)
        except (FormatError, OSError):
            return b""

    def part(self, name: str, start: int, size: int) -> bytes:
        raise NotImplementedError

    def size(self, name: str) -> int:
        raise NotImplementedError

    def _add(self, name: str) -> bool:
        """Take a file in, if its name is safe; whether it is."""
        try:
            safe_parts(name)
        except UnsafeNameError as error:
            self._refuse(ProblemKind.UNSAFE_NAME, name, error.detail.split(". ", 1)[-1].rstrip("."))
            return False
        (self._hidden if is_hidden(name) else self._names)[name] = None
        return True

    def _refuse(self, kind: ProblemKind, name: str, why: str) -> None:
        self._problems.append(Problem(kind, name.encode("utf-8", "backslashreplace").decode(), why))


class FolderListing(Files):
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
        super().__init__(str(folder))
        self._folder = folder
        for where, below, files in os.walk(folder):
            below.sort()
            for entry in (*files, *below):
                path = Path(where) / entry
                name = path.relative_to(folder).as_posix()
                if path.is_file():
                    self._add(name)
                elif (why := _objection(path)) is not None:
                    self._refuse(ProblemKind.REFUSED_MEMBER, name, why)

    def path(self, name: str) -> Path:
        return self._folder / name

    def part(self, name: str, start: int, size: int) -> bytes:
        with self.path(name).open("rb") as file:
            file.seek(start)
            return file.read(size)

    def size(self, name: str) -> int:
        return self.path(name).stat().st_size


class FileListing(FolderListing):
    """One file alone, of those in its folder."""

    def __init__(self, file: Path) -> None:
        Files.__init__(self, str(file))
        self._folder = file.parent
        self._add(file.name)


def _objection(path: Path) -> str | None:
    """Why what is no file is not read; None of a folder, whose files are."""
    if path.is_symlink():
        return (
            "it is a link to a folder, and such are not followed"
            if path.is_dir()
            else "it is a link to no file"
        )
    # A pipe would make us wait for ever, and a device would never end.
    return None if path.is_dir() else "it is a device, a pipe or a socket"


_HIDDEN = re.compile(r"(^|/)\.(?!\.?(/|$))")
"""A folder whose name begins with a dot, on the way to a file."""


def is_picture(name: str) -> bool:
    """Whether a file is a picture, by its name. What macOS writes beside each as `._x.jpg` is none."""
    file = posixpath.basename(name)
    return posixpath.splitext(file)[1].lower() in PICTURE_ENDINGS and not file.startswith("._")


def is_hidden(name: str) -> bool:
    """Whether a folder on the way to a file has a name that begins with a dot."""
    return _HIDDEN.search(posixpath.dirname(name)) is not None
