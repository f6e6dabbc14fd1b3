"""The files of a version's export, for remotes that keep manifests and make exports from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.formats.protocol import MadeFile, VersionFacts
from setwright.formats.spool import Spool
from setwright.formats.writing.registry import find

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.formats.protocol import ExportEntry
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Version


_SMALL = 1 << 10
"""Bytes that take no more room than the place where they are kept would."""


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
    spool = Spool()
    entries = (_spooled(entry, spool) for entry in find(export).files(manifest, facts))
    return iter(sorted(entries, key=lambda entry: entry.path))


def _spooled(entry: ExportEntry, spool: Spool) -> ExportEntry:
    """The entry without its bytes in memory, if they are many."""
    if isinstance(entry, MadeFile) and isinstance(entry.made, bytes) and entry.size > _SMALL:
        return MadeFile(entry.path, spool.keep((entry.made,)))
    return entry
