"""The state while a plan is carried out: what addresses stand for after their steps, recorded some at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.apply.steps import BindStep
from setwright.model.errors import StalePlanError
from setwright.state.document import Applied, State

if TYPE_CHECKING:
    from datetime import datetime

    from setwright.apply.journal import Intent
    from setwright.apply.steps import RemoteStep
    from setwright.model.versions import Version
    from setwright.remotes.protocol import Remote

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


class Ledger:
    """Entries to record in the newest state of a project, against those who record others meanwhile.

    The state is one document of all entries, so to write it for each of a thousand would write it a thousand times.
    """

    def __init__(self, remote: Remote, project: str, seen: State) -> None:
        """`seen` is the state that was planned from; an entry may only be changed while it is what it is there."""
        self._remote = remote
        self._project = project
        self._seen = seen
        self._newest = remote.state(project) or seen
        self._noted: dict[str, Applied | None] = {}

    def check(self, address: str) -> None:
        """Make sure that the address's entry was what it was planned from when the state was read last.

        Raises:
            StalePlanError: it was not, or the project has another history.
        """
        if self._newest.lineage != self._seen.lineage:
            raise StalePlanError(
                f"The project {self._project} was applied for the first time by somebody else",
                "There was no state when the plan was made, and now there is one.",
                "plan again, and look at what is different",
            )
        if self._moved(address):
            raise StalePlanError(
                f"{address} was applied by somebody else since the plan was made",
                "Its entry in the state is another one now.",
                "plan again, and look at what is different",
            )

    def note(self, address: str, entry: Applied | None, *, moved_from: str | None = None) -> None:
        """`address` is to stand for `entry`, None for nothing, from the next writing on.

        The address `moved_from` then stands for nothing.
        """
        self._noted[address] = entry
        if moved_from is not None:
            self._noted[moved_from] = None

    def write(self) -> dict[str, StalePlanError]:
        """Record what was noted as one state. What can no longer be recorded is given back, with the reason.

        Raises:
            StalePlanError: others record so often that it does not succeed.
        """
        refused: dict[str, StalePlanError] = {}
        for attempt in range(_ATTEMPTS):
            for address in list(self._noted):
                try:
                    self.check(address)
                except StalePlanError as error:
                    refused[address] = error
                    del self._noted[address]
            if not self._noted:
                break
            state = self._newest.changed(self._noted)
            try:
                self._remote.commit_state(self._project, state)
            except StalePlanError:
                if attempt + 1 == _ATTEMPTS:
                    raise
                self._newest = self._remote.state(self._project) or self._seen
            else:
                self._newest = state
                self._seen = self._seen.changed(self._noted)
                self._noted.clear()
        return refused

    def _moved(self, address: str) -> bool:
        return self._newest.datasets.get(address) != self._seen.datasets.get(address)
