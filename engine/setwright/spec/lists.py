"""Files of the project that list frames, one a line: what an erasure list is kept in."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from setwright.spec import findings
from setwright.spec.source_text import decode_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from setwright.model.diagnostics import Diagnostic, SourceRef

_DIGEST = re.compile(r"(?:sha256:)?([0-9A-Fa-f]{64})")
_OF_SHA256SUM = re.compile(r"\\?([0-9A-Fa-f]{64}) [ *].+")


class Lists:
    """The lists of one project, each read once, however many specs name it.

    `read` gives the content of a file by its path from the project's folder, or the reason why it cannot be read.
    """

    def __init__(self, read: Callable[[str], bytes | str], tell: Callable[[Diagnostic], None]) -> None:
        self._read = read
        self._tell = tell
        self._files: dict[str, tuple[str, ...]] = {}
        self._joined: dict[tuple[tuple[str, ...], tuple[str, ...]], tuple[str, ...]] = {}

    def joined(self, frames: tuple[str, ...], files: Mapping[str, SourceRef]) -> tuple[str, ...]:
        """`frames` and what the `files` list, sorted, each once; digests bare and in lower case.

        What is wrong with a file is told the first time, at the place where it is named.
        """
        asked = frames, tuple(files)
        if asked not in self._joined:
            entries = set(frames).union(*(self._of(file, where) for file, where in files.items()))
            self._joined[asked] = tuple(sorted({_plain(each) for each in entries}))
        return self._joined[asked]

    def _of(self, file: str, where: SourceRef) -> tuple[str, ...]:
        if file not in self._files:
            self._files[file] = self._entries(file, where)
        return self._files[file]

    def _entries(self, file: str, where: SourceRef) -> tuple[str, ...]:
        if leads_out(file):
            self._tell(
                findings.OUTSIDE_PROJECT.at(
                    where,
                    f'"{file}" leads out of the project\'s folder, or would elsewhere.',
                    "write a path from the project's folder, with / between, as in privacy/erased.txt",
                )
            )
            return ()
        content = self._read(file)
        if isinstance(content, str):
            self._tell(findings.UNREADABLE_LIST.at(where, f"{file}: {content}"))
            return ()
        source, found = decode_text(file, content)
        for finding in found:
            self._tell(finding)
        if source is None:
            return ()
        lines = (line.strip() for line in source.text.split("\n"))
        return tuple(line for line in lines if line and not line.startswith("#"))


def _plain(entry: str) -> str:
    """`entry`, or the bare digest of one: what is to be erased must not stay because of how it is written down."""
    digest = _DIGEST.fullmatch(entry) or _OF_SHA256SUM.fullmatch(entry)
    return digest[1].lower() if digest else entry


def leads_out(path: str) -> bool:
    """Whether `path`, from the project's folder, leads out of it, here or on another system."""
    parts = PurePosixPath(path)
    return (
        parts.is_absolute()
        or ".." in parts.parts
        or "\\" in path
        or re.match(r"[A-Za-z]+:", path) is not None
    )
