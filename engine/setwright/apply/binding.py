"""Addresses in the state: what an address stands for after a step, recorded against those who record meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.apply.steps import BindStep
from setwright.model.errors import StalePlanError
from setwright.state.document import Applied

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from setwright.apply.journal import Intent
    from setwright.apply.steps import RemoteStep
    from setwright.model.versions import Version
    from setwright.remotes.protocol import Remote
    from setwright.state.document import State

_ATTEMPTS = 20


def applied(step: RemoteStep | BindStep | Intent, dataset: str, version: Version, at: datetime) -> Applied:
    """What the state says of an address once `step` has made, or found, `version` of the dataset with that id."""
    return Applied(
        dataset=dataset,
        version=version.id,
        number=str(version.number),
        config=step.config,
        manifest_digest=version.manifest_digest,
        revision=version.revision,
        key="" if isinstance(step, BindStep) else step.key,
        applied_at=at,
    )


def commit(remote: Remote, project: str, seen: State, change: Callable[[State], State]) -> None:
    """Record `change` of the newest state. `seen` is the one that was planned from, the first one's parent.

    Others may record other datasets of the project meanwhile; then it is tried again on what they recorded.

    Raises:
        StalePlanError: the project has another history by now.
    """
    for attempt in range(_ATTEMPTS):
        newest = remote.state(project) or seen
        if newest.lineage != seen.lineage:
            raise StalePlanError(
                f"The project {project} was applied for the first time by somebody else",
                "There was no state when the plan was made, and now there is one.",
                "plan again, and look at what is different",
            )
        try:
            remote.commit_state(project, change(newest))
        except StalePlanError:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return
