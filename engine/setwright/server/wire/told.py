"""Versions as LayerNext's wire tells of them: an id that stays, and content that may be replaced.

In a lake the content of a version is for ever. An update in place over the wire therefore publishes a new version of
the lake, and the id goes on with that one. What it stood for before stays in the lake for those who name it there.

Which version replaced which is told by their ids alone, as the lake makes them of the keys of publications.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from setwright.model.versions import Version


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A version of the wire; `contents` are the lake's versions that it stood for, the oldest first, never none."""

    contents: tuple[Version, ...]

    @property
    def id(self) -> str:
        """What clients call it, from its first content on."""
        return self.contents[0].id

    @property
    def version(self) -> Version:
        """What it stands for now."""
        return self.contents[-1]

    @property
    def next_key(self) -> str:
        """The key of the publication that replaces its content."""
        return f"layernext-in-place-{self.id}-{len(self.contents)}"


def told(versions: Sequence[Version], id_by_key: Callable[[str], str]) -> tuple[Told, ...]:
    """A dataset's versions as the wire tells of them, the newest first, as `versions` are.

    `id_by_key` is the id that the lake gives to what is published with a key.
    """
    found: list[Told] = []
    for version in reversed(versions):
        if found and version.id == id_by_key(found[-1].next_key):
            found[-1] = Told(contents=(*found[-1].contents, version))
        else:
            found.append(Told(contents=(version,)))
    return tuple(reversed(found))
