"""A version made again, from the configuration and the revision that it was made of, to see whether it is the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.augment.recipes import ALGORITHM
from setwright.diff.data import DataDiff, data_diff
from setwright.model.dataset import Selection
from setwright.plan.content import desired_content
from setwright.plan.joined import joined
from setwright.plan.upstream import from_lake, made_of

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
    algorithm: str
    """The one by which its varied copies were made; empty for one without copies."""
    given: bool
    """Whether the frames were taken as they are kept: a dataset made of others does not record of which versions."""

    @property
    def outdated(self) -> bool:
        """Whether its copies were made by an algorithm that this setwright no longer has, so that others come now."""
        return self.algorithm not in ("", ALGORITHM)

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
    selection, given = Selection.of(config), bool(made_of(config))
    if given:
        found = remote.membership(from_lake(selection), version.revision)
        membership = joined([(found, stored)], version.revision)
    else:
        membership = remote.membership(selection, version.revision)
    again = desired_content(config, membership, parent)
    return Remade(
        recorded=version.manifest_digest,
        stored=stored.digest,
        again=again.digest,
        frames=len(stored.frames),
        diff=data_diff(stored, again),
        algorithm=stored.copies.algorithm,
        given=given,
    )
