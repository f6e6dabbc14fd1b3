"""A version as plain JSON values, for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from setwright.model.versions import Version


def version_document(version: Version) -> dict[str, Any]:
    """What a remote tells of one version, counted by split."""
    statistics = version.statistics
    return {
        "version": str(version.number),
        "id": version.id,
        "dataset": version.dataset,
        "parent": version.parent,
        "revision": version.revision,
        "manifest": version.manifest_digest,
        "exports": list(version.exports),
        "created_at": version.created_at.isoformat(),
        "author": version.author,
        "frames": statistics.frames,
        "annotations": statistics.annotations,
        "copies": statistics.copies,
        "bytes": statistics.bytes,
        "labels": statistics.labels,
        "splits": {
            split.split: {
                "frames": split.frames,
                "annotations": split.annotations,
                "background": split.background,
                "copies": split.copies,
                "bytes": split.bytes,
                "labels": dict(split.labels),
            }
            for split in statistics.splits
        },
    }
