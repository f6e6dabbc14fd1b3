"""Which picture an annotation file means."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from typing import TYPE_CHECKING

from setwright.formats.reading.listing import is_picture

if TYPE_CHECKING:
    from collections.abc import Iterable


class Pictures:
    """The pictures among `names`, found by what annotation files call them.

    Such a name is only ever compared with names that are there, never made into a path.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._all = frozenset(filter(is_picture, names))
        self._told: dict[str, str] = {}
        self._by_name: dict[str, list[str]] = defaultdict(list)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._all):
            name = posixpath.basename(path)
            self._by_name[name].append(path)
            self._by_stem[posixpath.splitext(name)[0]].append(path)

    def __contains__(self, path: str) -> bool:
        return path in self._all

    def told_before(self, path: str, source: str) -> str | None:
        """Which other file spoke of the picture before, as a phrase; from now on `source` does where none did."""
        if path in self._told:
            return f"{self._told[path]} speaks of {path} too, and counts"
        self._told[path] = source
        return None

    def named(self, name: str, source: str, folder: str = "") -> str | None:
        """The picture that `source` calls `name`: by the path it gives, else by the last part of it.

        Among several of that name one that lies in a folder called `folder` comes first.
        """
        path = name.replace("\\", "/")
        for candidate in (posixpath.normpath(posixpath.join(posixpath.dirname(source), path)), path):
            if candidate in self._all:
                return candidate
        found = self._by_name.get(posixpath.basename(path), [])
        return _nearest([each for each in found if folder in each.split("/")[:-1]] or found, source)

    def with_stem(self, stem: str, source: str, name: str = "") -> str | None:
        """The picture whose name without its ending is `stem`; among several, the one that is called `name`."""
        found = self._by_stem.get(stem, [])
        exact = [path for path in found if posixpath.basename(path) == name]
        return _nearest(exact or found, source)


def _nearest(candidates: list[str], source: str) -> str | None:
    """The one that shares most folders with `source`; the first by name among equals."""
    return min(candidates, key=lambda path: (-_shared(path, source), path), default=None)


def _shared(one: str, other: str) -> int:
    count = 0
    for mine, theirs in zip(one.split("/")[:-1], other.split("/")[:-1], strict=False):
        if mine != theirs:
            break
        count += 1
    return count
