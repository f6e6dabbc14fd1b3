"""From a project's settings to its LayerNext, connected for as long as it is used."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from setwright.remotes.http.connection import base_url
from setwright.remotes.layernext.client import Client
from setwright.remotes.layernext.connection import Connection
from setwright.remotes.layernext.records import Records
from setwright.remotes.layernext.remote import LayerNextRemote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from setwright.remotes.http.connection import Limits
    from setwright.remotes.http.credentials import Credentials
    from setwright.state.folder import FolderStates


@contextmanager
def open_layernext(
    url: str,
    credentials: Credentials,
    states: FolderStates,
    folder: Path,
    *,
    pin_ids: bool = False,
    limits: Limits | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[LayerNextRemote]:
    """The LayerNext at `url`. `states` hold the project's state, and what was made is recorded in `folder` beside them.

    Raises:
        RemoteError: the URL cannot be used, or the server is no LayerNext that takes the credentials.
    """
    with Connection(base_url(url), credentials, limits=limits, sleep=sleep) as connection:
        client = Client(connection)
        client.check()
        yield LayerNextRemote(
            client, states, Records(folder), location=connection.url, pin_ids=pin_ids, sleep=sleep
        )


def records_folder(state: Path, url: str) -> Path:
    """Where, below the folder of the state, it is recorded what was made at `url`."""
    from hashlib import sha256
    from urllib.parse import urlsplit

    host = "".join(each if each.isalnum() else "-" for each in urlsplit(url).hostname or "")
    # No project's folder begins with a dot.
    return state / ".layernext" / f"{host[:60]}-{sha256(url.rstrip('/').encode()).hexdigest()[:12]}"
