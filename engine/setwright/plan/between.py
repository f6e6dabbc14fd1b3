"""What is different between two versions of a dataset, as the change that leads from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from setwright.diff.annotations import annotation_diff
from setwright.diff.config import changed_fields
from setwright.diff.data import data_diff
from setwright.model.versions import ChangeSeverity, ObservedDataset
from setwright.plan.changes import Follow
from setwright.plan.severity import content_severity, settings_severity, unseen_severity

if TYPE_CHECKING:
    from setwright.model.dataset import DatasetConfig
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Version


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Side:
    """One of two versions that are compared."""

    version: Version
    config: DatasetConfig
    content: Manifest


def between(address: str, before: Side, after: Side) -> Follow:
    """The change from `before` to `after`, whichever of the two is older, and of whichever datasets they are."""
    diff = data_diff(before.content, after.content)
    if before.content.names_only or after.content.names_only:
        severity = unseen_severity(before.config, after.config, diff)
    else:
        severity = content_severity(before.content, after.content, diff)
    severity = severity or settings_severity(before.config, after.config)
    return Follow(
        address=address,
        config=after.config,
        number=after.version.number,
        content=after.content,
        revision=after.version.revision,
        reasons=(),
        severity=severity or ChangeSeverity.METADATA,
        fields=changed_fields(before.config, after.config),
        observed=ObservedDataset(
            id=before.version.id, name=before.version.dataset, config=before.config, version=before.version
        ),
        moved_from=None,
        before=before.content,
        diff=diff,
        annotations=annotation_diff(before.content, after.content, diff.relabelled),
        causes=(),
    )
