"""Versions are made of what clients of LayerNext's wire wish."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from setwright.diff.data import data_diff
from setwright.model.dataset import Selection
from setwright.model.errors import StalePlanError
from setwright.model.versions import FIRST_VERSION, Amendment, ChangeSeverity, Publication
from setwright.plan.content import desired_content
from setwright.plan.severity import content_severity, settings_severity

if TYPE_CHECKING:
    from setwright.model.frames import Membership
    from setwright.model.versions import Version
    from setwright.server.service import Service
    from setwright.server.wire.wishes import Wish


def make(service: Service, wish: Wish) -> Version:
    """Make what is wished, or find that it was made; the lake's version.

    Raises:
        SetwrightError: it cannot be made.
        Refused: the server stops.
    """
    lake, config = service.lake, wish.config
    membership = _picked(service, lake.membership(Selection.of(config), wish.revision), wish.picked)
    service.publishing.require_time()
    before = None if wish.parent is None else lake.manifest(wish.parent)
    content = desired_content(config, membership, before)
    service.publishing.require_time()
    key, number, severity = wish.key, FIRST_VERSION, ChangeSeverity.ADDITIVE
    if wish.parent is not None and before is not None:
        parent = lake.version(wish.parent)
        found = content_severity(before, content, data_diff(before, content))
        if found is None and wish.replacing is not None:
            return _amended(service, wish, parent)
        severity = found or ChangeSeverity.PACKAGING
        number = parent.number.after(severity)
        key = wish.replacing or wish.key
    publication = Publication(
        key=key,
        config=config,
        parent=wish.parent,
        number=number,
        severity=severity,
        manifest=content,
        revision=wish.revision,
        author=wish.author,
        at=wish.at,
    )
    made = service.remote.publish(publication, service.publishing.go_on)
    if made.manifest_digest != content.digest:
        # Another client replaced the same content meanwhile, under the one key that there is for it.
        raise StalePlanError(
            f"{config.name} has changed meanwhile", "Other content took the same place.", "ask again"
        )
    return made


def _amended(service: Service, wish: Wish, parent: Version) -> Version:
    """The version with other settings, whose content stays as it is."""
    settings = settings_severity(service.lake.config(parent.id), wish.config)
    if settings is None:
        return parent
    amendment = Amendment(
        key=wish.key,
        config=wish.config,
        version=parent.id,
        number=parent.number.after(settings),
        severity=settings,
        author=wish.author,
        at=wish.at,
    )
    return service.remote.amend(amendment)


def _picked(service: Service, membership: Membership, picked: tuple[str, ...] | None) -> Membership:
    """Only the frames whose ids were given, where any were."""
    if picked is None:
        return membership
    frames, ids = membership.frames, frozenset(picked)
    kept = np.array([service.frame_id(number) in ids for number in frames.number.tolist()], bool)
    annotations = membership.annotations.take(kept[membership.annotations.frame])
    row_after = (np.cumsum(kept) - 1).astype(np.int32)
    return replace(
        membership,
        frames=frames.take(kept),
        annotations=replace(annotations, frame=row_after[annotations.frame]),
    )
