"""A remote whose state is kept somewhere else than with it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.remotes.protocol import Remote
    from setwright.state.document import State
    from setwright.state.folder import FolderStates


def with_state_in(remote: Remote, states: FolderStates) -> Remote:
    """`remote`, with the states of its projects in `states`.

    A dataset is locked at both: at the remote against others who write to it, and there against those who share the
    state.
    """
    return cast("Remote", _StateElsewhere(remote, states))


class _StateElsewhere:
    """Everything but the state is the remote's own affair."""

    def __init__(self, remote: Remote, states: FolderStates) -> None:
        self._remote = remote
        self._states = states

    def __getattr__(self, name: str) -> Any:
        return getattr(self._remote, name)

    def state(self, project: str) -> State | None:
        return self._states.newest(project)

    def commit_state(self, project: str, state: State) -> None:
        self._states.add(project, state)

    @contextmanager
    def lease(self, name: str, holder: str) -> Iterator[None]:
        with ExitStack() as both:
            both.enter_context(self._remote.lease(name, holder))
            both.enter_context(self._states.lease(name, holder))
            yield
