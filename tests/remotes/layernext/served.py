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
    name, secret = server.keys[Role.ADMIN]
    credentials = Credentials(key=Secret(name), secret=Secret(secret), source="the test")
    states = FolderStates(folder / "state", lambda: datetime.now(UTC))
    with open_layernext(
        url or server.url,
        credentials,
        states,
        folder / "records",
        pin_ids=pin_ids,
        limits=limits,
        sleep=sleep,
    ) as remote:
        yield remote
