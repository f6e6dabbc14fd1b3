"""From a project's settings to its remote, open for as long as it is used."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.spec.project import DEFAULT_LAKE, DEFAULT_STATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.remotes.protocol import Remote
    from setwright.spec.project import RemoteSettings, StateSettings


@contextmanager
def open_remote(settings: RemoteSettings, root: Path, state: StateSettings | None = None) -> Iterator[Remote]:
    """The remote of `settings`, with the project's state where `state` says, None for the remote itself.

    Paths are taken from `root`, the project's folder.

    Raises:
        LakeError: there is no lake, or it cannot serve.
        RemoteError: a remote of this kind cannot be reached by this setwright.
    """
    if settings.kind == "lake" and settings.url is not None:
        with _served_lake(settings.url) as remote:
            yield _with_state(remote, root, state)
        return
    if settings.kind == "layernext":
        with _layernext(settings, root, state) as remote:
            yield remote
        return
    # The SQL layer costs half a second to import, which only those who open a lake should pay.
    from setwright.lake.lake import Lake
    from setwright.remotes.lake import LakeRemote

    path = settings.path or DEFAULT_LAKE
    with Lake.open(root / path) as lake:
        yield _with_state(LakeRemote(lake, path), root, state)


@contextmanager
def _served_lake(url: str) -> Iterator[Remote]:
    import os

    from setwright.edge.settings import settings_folder
    from setwright.remotes.lake_server.opening import open_served_lake

    with open_served_lake(url, os.environ, settings_folder()) as remote:
        yield remote


@contextmanager
def _layernext(settings: RemoteSettings, root: Path, state: StateSettings | None) -> Iterator[Remote]:
    import os
    from datetime import UTC, datetime

    from setwright.edge.settings import settings_folder
    from setwright.remotes.layernext.credentials import find_credentials
    from setwright.remotes.layernext.opening import open_layernext, records_folder
    from setwright.state.folder import FolderStates

    assert settings.url is not None, "the project file says where a LayerNext is"
    folder = root / ((state.path if state is not None else None) or DEFAULT_STATE)
    credentials = find_credentials(settings.url, os.environ, settings_folder())
    states = FolderStates(folder, lambda: datetime.now(UTC))
    records = records_folder(folder, settings.url)
    with open_layernext(settings.url, credentials, states, records, pin_ids=settings.pin_ids) as remote:
        yield remote


def _with_state(remote: Remote, root: Path, state: StateSettings | None) -> Remote:
    if state is None or state.kind == "lake":
        return remote
    from datetime import UTC, datetime

    from setwright.remotes.state_elsewhere import with_state_in
    from setwright.state.folder import FolderStates

    return with_state_in(
        remote, FolderStates(root / (state.path or DEFAULT_STATE), lambda: datetime.now(UTC))
    )
