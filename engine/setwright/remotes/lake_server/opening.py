"""A lake's server by its URL, with the credentials that belong to it."""

from __future__ import annotations

from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

from setwright.remotes.http.connection import Connection, base_url
from setwright.remotes.http.credentials import Service, find_credentials
from setwright.remotes.lake_server.remote import ServedLakeRemote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LAKE: Final = Service(
    name="the lake's server",
    key="SETWRIGHT_LAKE_KEY",
    secret="SETWRIGHT_LAKE_SECRET",  # noqa: S106 - the name of a variable
    keyring="setwright-lake",
    made="as `setwright serve keys create` makes them",
)


@contextmanager
def open_served_lake(
    url: str, environment: Mapping[str, str], config_dir: Path
) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`. Nothing is asked of it yet.

    Raises:
        RemoteError: the URL cannot be used, or there are no credentials for it.
    """
    base = base_url(url)
    credentials = find_credentials(LAKE, base, environment, config_dir)
    with closing(Connection(base, credentials, service="The lake's server")) as connection:
        yield ServedLakeRemote(connection)
