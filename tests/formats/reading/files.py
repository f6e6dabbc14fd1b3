"""Files for readers: a listing held in memory, and what a reader says of it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from setwright.formats.reading.listing import HEAD, is_picture
from setwright.formats.reading.problems import Problem
from setwright.formats.reading.protocol import Reader, ReadFrame, ReadOptions
from setwright.model.errors import FormatError


class MemoryListing:
    """Files by path, each given as text or as bytes."""

    def __init__(self, files: Mapping[str, Any]) -> None:
        self._files = {
            name: content.encode() if isinstance(content, str) else content for name, content in files.items()
        }
        self._consulted: set[str] = set()

    @property
    def location(self) -> str:
        return "memory"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    @property
    def hidden(self) -> tuple[str, ...]:
        return ()

    @property
    def pictures(self) -> tuple[str, ...]:
        return tuple(filter(is_picture, self.names))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return ()

    @property
    def consulted(self) -> frozenset[str]:
        return frozenset(self._consulted)

    def read(self, name: str, limit: int) -> bytes:
        self._consulted.add(name)
        if len(self._files[name]) > limit:
            raise FormatError("The file is too large", f"It has more than {limit:,} bytes.")
        return self._files[name]

    def path(self, name: str) -> Path | None:
        return None

    def head(self, name: str) -> bytes:
        return self.part(name, 0, HEAD)

    def part(self, name: str, start: int, size: int) -> bytes:
        content: bytes = self._files[name][start : start + size]
        return content

    def size(self, name: str) -> int:
        return len(self._files[name])


def read(
    reader: Reader, files: Mapping[str, Any], **options: object
) -> tuple[list[ReadFrame], list[Problem]]:
    """The frames and the problems that `reader` finds, apart."""
    found = list(reader.read(MemoryListing(files), ReadOptions(**options)))  # type: ignore[arg-type]
    return (
        [each for each in found if isinstance(each, ReadFrame)],
        [each for each in found if isinstance(each, Problem)],
    )
