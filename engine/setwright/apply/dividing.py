"""How a version that is there was divided, beside what is asked of it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.split.division import standing

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig
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
    return standing(content, remote.made_with(version.id).split, config.split, parent)
