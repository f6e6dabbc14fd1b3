"""Which picture an annotation file means."""

from __future__ import annotations

import posixpath
from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from setwright.formats.reading.listing import is_picture

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence


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

    def named(
        self, name: str, source: str, folder: str = "", *, of_several: Collection[str] = ()
    ) -> str | None:
        """The picture that `source` calls `name`: by the path it gives, else by as many last parts of it as are there.

        Among several of that name one that lies in a folder called `folder` comes first. The last part alone
        tells nothing where it is `of_several`, as `last_parts_of_several` finds them.
        """
        path = name.replace("\\", "/")
        for candidate in (posixpath.normpath(posixpath.join(posixpath.dirname(source), path)), path):
            if candidate in self._all:
                return candidate
        found = self._ending_like(path)
        if found is None:
            last = posixpath.basename(path)
            found = [] if last in of_several else self._by_name.get(last, [])
        return nearest([each for each in found if folder in each.split("/")[:-1]] or found, source)

    def called_like(self, picture: str) -> list[str]:
        """The pictures of one name with `picture`, in whichever folders, itself too."""
        return self._by_name[posixpath.basename(picture)]

    def with_stem(self, stem: str, source: str, name: str = "") -> str | None:
        """The picture whose name without its ending is `stem`; among several, the one that is called `name`."""
        found = self._by_stem.get(stem, [])
        exact = [path for path in found if posixpath.basename(path) == name]
        return nearest(exact or found, source)

    def _ending_like(self, path: str) -> list[str] | None:
        """The pictures that share the most last parts with `path`, two at least; None where none does."""
        tails = _tails(path)
        return next((self._by_tail[tail] for tail in tails if tail in self._by_tail), None) if tails else None

    @cached_property
    def _by_tail(self) -> Mapping[str, list[str]]:
        """The pictures by each two or more last parts of their paths, which only few datasets need."""
        found: dict[str, list[str]] = defaultdict(list)
        for path in sorted(self._all):
            for tail in _tails(path):
                found[tail].append(path)
        return found


def last_parts_of_several(names: Iterable[str]) -> frozenset[str]:
    """What more than one of these paths ends with, so that it alone does not tell which is meant."""
    paths = {posixpath.normpath(name.replace("\\", "/")) for name in names}
    counts = Counter(map(posixpath.basename, paths))
    return frozenset(name for name, count in counts.items() if count > 1)


def nearness(one: str, other: str) -> int:
    """How many folders the paths have in common, from the first on and from the last on."""
    mine, theirs = one.split("/")[:-1], other.split("/")[:-1]
    # In the same folder is nearer than anything, also where that is the topmost.
    return _shared(mine, theirs) + _shared(mine[::-1], theirs[::-1]) + (mine == theirs)


def _tails(path: str) -> list[str]:
    """The two or more last parts of `path`, the longest first."""
    parts = path.split("/")
    return ["/".join(parts[start:]) for start in range(len(parts) - 1)]


def nearest(candidates: Sequence[str], source: str) -> str | None:
    """The one that is nearest to `source`; the first by name among equals."""
    return min(candidates, key=lambda path: (-nearness(path, source), path), default=None)


def _shared(one: list[str], other: list[str]) -> int:
    count = 0
    for mine, theirs in zip(one, other, strict=False):
        if mine != theirs:
            break
        count += 1
    return count
