"""Where the key and the secret of a lake's server come from."""

from __future__ import annotations

from typing import Final

from setwright.remotes.http.credentials import Service

LAKE: Final = Service(
    name="the lake's server",
    key="SETWRIGHT_LAKE_KEY",
    secret="SETWRIGHT_LAKE_SECRET",  # noqa: S106 - the name of a variable
    keyring="setwright-lake",
    made="as `setwright serve keys create` makes them",
)
