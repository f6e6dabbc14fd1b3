"""How a version that is there was divided, beside what is asked of it now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.dataset import Selection
from setwright.model.frames import places, texts
from setwright.plan.upstream import from_lake, made_of
from setwright.split.division import standing

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig
    from setwright.model.frames import Texts
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Version
    from setwright.remotes.protocol import RemoteReader
    from setwright.split.division import Division


def division_of(remote: RemoteReader, version: Version, config: DatasetConfig, content: Manifest) -> Division:
    """How `version`, which has this `content` and is configured so by now, came out.

    Raises:
        RemoteError: the remote does not have the version before any more.
    """
    parent = None if version.parent is None else remote.manifest(version.parent)
    made = remote.made_with(version.id).split
    regrouped = made.group_by != config.split.group_by and not content.names_only
    groups = _groups(remote, config, content) if regrouped else None
    return standing(content, made, config.split, parent, groups)


def _groups(remote: RemoteReader, config: DatasetConfig, content: Manifest) -> Texts:
    """The groups of the frames of `content` that `config` asks for, as the remote tells them now."""
    groups = texts([""] * len(content.frames))
    if config.split.group_by is None:
        return groups
    selection = replace(Selection.of(config), labels=())  # their annotations are not asked about
    if made_of(config):
        selection = from_lake(selection)
    found = remote.membership(selection, remote.revision()).frames
    if len(found):
        place = places(content.frames.name, found.name)
        there = np.flatnonzero(found.name[place] == content.frames.name)
        groups[there] = found.group[place[there]]
    return groups
