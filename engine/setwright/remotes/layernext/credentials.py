"""Where the key and the secret of LayerNext's API come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from setwright.remotes.http import credentials

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from setwright.remotes.http.credentials import Credentials

KEY: Final = "SETWRIGHT_LAYERNEXT_KEY"
SECRET: Final = "SETWRIGHT_LAYERNEXT_SECRET"  # noqa: S105 - the name of a variable

LAYERNEXT: Final = credentials.Service(
    name="LayerNext", key=KEY, secret=SECRET, keyring="setwright-layernext", made="as its settings make them"
)


def find_credentials(url: str, environment: Mapping[str, str], config_dir: Path) -> Credentials:
    """The credentials for the installation at `url`; see `http.credentials.find_credentials`."""
    return credentials.find_credentials(LAYERNEXT, url, environment, config_dir)
