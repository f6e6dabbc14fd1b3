"""A LayerNext remote whose other end is our server."""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext.opening import open_layernext
from setwright.server.keys import Role
from setwright.state.folder import FolderStates

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from setwright.remotes.http.connection import Limits
    from setwright.remotes.layernext.remote import LayerNextRemote
    from tests.server.serving import Serving


@contextmanager
def connected(
    server: Serving,
    folder: Path,
    *,
    url: str | None = None,
    pin_ids: bool = False,
    limits: Limits | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[LayerNextRemote]:
    """The remote at `url`, that of the server for None; state and records are in `folder`."""
    with connected_to(
        url or server.url, server.keys[Role.ADMIN], folder, pin_ids=pin_ids, limits=limits, sleep=sleep
    ) as remote:
        yield remote


@contextmanager
def connected_to(
    url: str,
    key: tuple[str, str],
    folder: Path,
    *,
    pin_ids: bool = False,
    limits: Limits | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[LayerNextRemote]:
    """The remote at `url` for who has that key; state and records are in `folder`."""
    credentials = Credentials(key=Secret(key[0]), secret=Secret(key[1]), source="the test")
    states = FolderStates(folder / "state", lambda: datetime.now(UTC))
    with open_layernext(
        url, credentials, states, folder / "records", pin_ids=pin_ids, limits=limits, sleep=sleep
    ) as remote:
        yield remote
