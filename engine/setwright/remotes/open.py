"""From a project's settings to its remote, open for as long as it is used."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from setwright.spec.project import DEFAULT_LAKE, DEFAULT_STATE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from setwright.lake.lake import Lake
    from setwright.remotes.protocol import Remote
    from setwright.remotes.remembered import Kept
    from setwright.spec.project import RemoteSettings, StateSettings


@contextmanager
def open_remote(
    settings: RemoteSettings,
    root: Path,
    state: StateSettings | None = None,
    answers: Callable[[Path, str], Kept | None] | None = None,
) -> Iterator[Remote]:
    """The remote of `settings`, with the project's state where `state` says, None for the remote itself.

    Paths are taken from `root`, the project's folder. For who only reads, `answers` says where those of the lake in a
    folder, with an id, are kept between runs.

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
    path = settings.path or DEFAULT_LAKE
    if answers is not None:
        from setwright.lake.mark import read_mark

        mark = read_mark(root / path)
        in_folder = mark.catalog is None and mark.blobs is None
        if in_folder and (kept := answers(root / path, mark.id)) is not None:
            with _remembered_lake(root / path, path, kept) as remote:
                yield _with_state(remote, root, state)
            return
    # The SQL layer costs half a second to import, which only those who open a lake should pay.
    from setwright.lake.lake import Lake
    from setwright.remotes.lake import LakeRemote

    with Lake.open(root / path) as lake:
        yield _with_state(LakeRemote(lake, path), root, state)


@contextmanager
def _remembered_lake(folder: Path, path: str, kept: Kept) -> Iterator[Remote]:
    from setwright.remotes.remembered import RememberedLake

    with ExitStack() as opened:

        def open_lake() -> Lake:
            from setwright.lake.lake import Lake

            return opened.enter_context(Lake.open(folder))

        remembered = RememberedLake(folder, path, kept, open_lake)
        yield remembered
    remembered.keep()


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
