"""Let the state of a project know a dataset that it did not make."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.state.document import Applied, never_applied

if TYPE_CHECKING:
    from datetime import datetime

    from setwright.model.dataset import DatasetConfig
    from setwright.model.versions import ObservedDataset
    from setwright.remotes.protocol import Remote


def bind(
    remote: Remote,
    project: str,
    address: str,
    observed: ObservedDataset,
    config: DatasetConfig,
    *,
    lineage: str,
    at: datetime,
) -> None:
    """From here on `address` stands for the dataset `observed`, which is taken to have been made of `config`.

    `lineage` is for the state of a project that was never applied.

    Raises:
        StalePlanError: somebody else recorded a state meanwhile.
    """
    state = remote.state(project) or never_applied(lineage)
    entry = Applied(
        dataset=observed.id,
        version=observed.version.id,
        number=str(observed.version.number),
        config=config,
        manifest_digest=observed.version.manifest_digest,
        revision=observed.version.revision,
        key="",
        applied_at=at,
    )
    remote.commit_state(project, state.bind(address, entry))
