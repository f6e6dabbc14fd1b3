"""The files of a version's export, for remotes that keep manifests and make exports from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.formats.protocol import VersionFacts
from setwright.formats.writing.registry import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportEntry
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Version


def export_entries(
    manifest: Manifest, version: Version, description: str, export: str
) -> Iterator[ExportEntry]:
    """The files of the export called `export`, sorted by path.

    Raises:
        UsageError: no export is called so.
    """
    facts = VersionFacts(
        dataset=version.dataset,
        number=str(version.number),
        manifest_digest=version.manifest_digest,
        description=description,
    )
    return iter(sorted(find(export).files(manifest, facts), key=lambda entry: entry.path))
