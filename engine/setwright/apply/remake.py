"""A version made again, from the configuration and the revision that it was made of, to see whether it is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.diff.data import DataDiff, data_diff
from setwright.model.dataset import Selection
from setwright.plan.content import desired_content

if TYPE_CHECKING:
    from setwright.model.versions import Version
    from setwright.remotes.protocol import RemoteReader


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Remade:
    """What came of it: `recorded` is the digest that the remote tells, `stored` that of the content it keeps.

    `again` is the digest of what was made now, `diff` leads from the content that is kept to that.
    """

    recorded: str
    stored: str
    again: str
    frames: int
    diff: DataDiff

    @property
    def same(self) -> bool:
        """Whether all three are one."""
        return self.recorded == self.stored == self.again


def remake(remote: RemoteReader, version: Version) -> Remade:
    """Make the content of `version` again. Nothing is changed.

    Raises:
        RemoteError: the remote no longer holds what it was made of.
    """
    config = remote.made_with(version.id)
    stored = remote.manifest(version.id)
    parent = None if version.parent is None else remote.manifest(version.parent)
    again = desired_content(config, remote.membership(Selection.of(config), version.revision), parent)
    return Remade(
        recorded=version.manifest_digest,
        stored=stored.digest,
        again=again.digest,
        frames=len(stored.frames),
        diff=data_diff(stored, again),
    )
