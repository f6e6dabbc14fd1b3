"""What those who apply write down in a lake: the states of their projects, and who holds which lock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.lake import leases, states
from setwright.lake.opened import Opened

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from setwright.state.document import State


class StateKeeping(Opened):
    """The states and the locks of a lake."""

    def state(self, project: str) -> State | None:
        """The newest state of that project, None before the first apply."""
        with self._catalogue.reading() as connection:
            return states.newest_state(connection, project)

    def commit_state(self, project: str, state: State) -> None:
        """Record `state` as the newest one.

        Raises:
            StalePlanError: its serial exists already, or its lineage is not the project's.
        """
        with self._catalogue.writing() as connection:
            states.add_state(connection, project, state)

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        """Hold the lock `name` for as long as the context lasts; `holder` tells people who that is.

        Raises:
            LockHeldError: somebody else holds it, and has renewed it within its life.
        """
        return leases.held(self._catalogue, name, holder, self._clock, self._lease_life)

    @property
    def lease_life(self) -> float:
        """Seconds for which a lock is held that is not renewed."""
        return self._lease_life

    def take_lease(self, claim: leases.Claim) -> None:
        """Give a lock to somebody who renews and releases it himself; the same claim again only renews it.

        Raises:
            LockHeldError: somebody else holds it.
        """
        leases.take(self._catalogue, claim, self._clock, self._lease_life)

    def renew_lease(self, name: str, token: str) -> bool:
        """Let a lock live on; False where it is no longer held by that token."""
        return leases.renew(self._catalogue, name, token, self._clock, self._lease_life)

    def release_lease(self, name: str, token: str) -> None:
        """Let a lock go, if it is held by that token."""
        leases.release(self._catalogue, name, token)
