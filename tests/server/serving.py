"""A real server over a real lake, on a socket of this machine, and keys to it."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import uvicorn

from setwright.lake.lake import Lake
from setwright.pixels.executor import Threads
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.lake_server.opening import served_lake
from setwright.server.application import application
from setwright.server.commands.serve import listening, make_service
from setwright.server.connections import config
from setwright.server.keys import Role

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI

    from setwright.remotes.lake_server.remote import ServedLakeRemote
    from setwright.server.service import Service


@dataclass(frozen=True, slots=True)
class Serving:
    """A server that runs, and a key for each role: its name and its secret."""

    url: str
    app: FastAPI
    service: Service
    keys: dict[Role, tuple[str, str]]


@contextmanager
def connected(url: str, pair: tuple[str, str]) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`, as setwright sees it with the key `pair`."""
    credentials = Credentials(key=Secret(pair[0]), secret=Secret(pair[1]), source="the test")
    with served_lake(url, credentials) as remote:
        yield remote


@contextmanager
def serving(folder: Path, proxies: tuple[str, ...] = ()) -> Iterator[Serving]:
    """The lake in `folder`, served until the context ends; `proxies` are believed who asks."""
    with Lake.open(folder) as lake, listening("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        service = make_service(lake, url, secret=b"for tests", executor=Threads())
        keys = {}
        for role in Role:
            key, secret = service.keys.create(role, role.word, datetime.now(UTC))
            keys[role] = (key.name, secret)
        app = application(service)
        server = uvicorn.Server(config(app, proxies))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.01)
            yield Serving(url, app, service, keys)
        finally:
            server.should_exit = True
            thread.join()
