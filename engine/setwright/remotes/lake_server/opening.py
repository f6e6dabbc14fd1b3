"""A lake's server by its URL, with the credentials that belong to it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from setwright.remotes.http.connection import Connection, base_url
from setwright.remotes.http.credentials import find_credentials
from setwright.remotes.lake_server.credentials import LAKE
from setwright.remotes.lake_server.remote import ServedLakeRemote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from setwright.remotes.http.credentials import Credentials


@contextmanager
def served_lake(url: str, credentials: Credentials) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`, a `base_url`. Nothing is asked of it yet."""
    with closing(Connection(url, credentials, service="The lake's server")) as connection:
        yield ServedLakeRemote(connection)


@contextmanager
def open_served_lake(
    url: str, environment: Mapping[str, str], config_dir: Path
) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`, with the credentials that are found for it.

    Raises:
        RemoteError: the URL cannot be used, or there are no credentials for it.
    """
    base = base_url(url)
    with served_lake(base, find_credentials(LAKE, base, environment, config_dir)) as remote:
        yield remote
