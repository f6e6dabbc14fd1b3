"""The key and the secret of a server's API: where they come from, and how they never show.

They come from the environment, from a file of their owner's, or from the keyring, in this order; never from an
argument, and never from a project, which strangers may propose changes to.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import yaml

from setwright.model.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "SETWRIGHT_CREDENTIALS_FILE"

MAX_FILE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A kind of server that wants credentials: its name for people, and how its users make a key (`made`).

    `key` and `secret` are the names of variables; the first may hold both, with a colon between. `keyring` is the
    service under which the keyring keeps them: `URL key` and `URL secret` are the names within it.
    """

    name: str
    key: str
    secret: str
    keyring: str
    made: str


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that no message, no log and no document shows; `reveal` is called where it is sent, and nowhere else."""

    _text: str

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written anywhere")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A key and its secret, and where they came from, for people."""

    key: Secret
    secret: Secret
    source: str


def find_credentials(
    service: Service, url: str, environment: Mapping[str, str], config_dir: Path
) -> Credentials:
    """The credentials for the server at `url`.

    `config_dir` is the user's own folder of settings, in which `credentials.yaml` may lie:

        https://api.example.layernext.ai: {key: …, secret: …}

    Raises:
        RemoteError: there are none, half of them, or a file that others may read.
    """
    found = (
        _from_environment(service, environment)
        or _from_file(url, environment, config_dir)
        or _from_keyring(service, url)
    )
    if found is None:
        raise RemoteError(
            f"No credentials for {service.name}",
            f"{url} wants a key and a secret, {service.made}.",
            f"set {service.key}=KEY:SECRET, or write `{url}: {{key: KEY, secret: SECRET}}` "
            f"to {config_dir / 'credentials.yaml'} and `chmod 600` it",
        )
    if any(not part.reveal().isascii() for part in (found.key, found.secret)) or ":" in found.key.reveal():
        raise RemoteError(
            f"The credentials for {service.name} cannot be sent",
            f"Those from {found.source} hold letters beyond ASCII, or a colon in the key.",
            "copy them again",
        )
    return found


def _from_environment(service: Service, environment: Mapping[str, str]) -> Credentials | None:
    key, secret = environment.get(service.key, ""), environment.get(service.secret, "")
    if not key and not secret:
        return None
    source = f"the environment, {service.key} and {service.secret}"
    if key and not secret and ":" in key:
        key, _, secret = key.partition(":")
        source = f"the environment, {service.key}"
    if not (key and secret):
        missing = service.secret if key else service.key
        raise RemoteError(
            f"Half of the credentials for {service.name}",
            f"{missing} is not set.",
            f"set {missing}, or {service.key}=KEY:SECRET for both",
        )
    return Credentials(key=Secret(key), secret=Secret(secret), source=source)


def _from_file(url: str, environment: Mapping[str, str], config_dir: Path) -> Credentials | None:
    named = environment.get(FILE)
    path = config_dir / "credentials.yaml" if not named else config_dir.__class__(named)
    try:
        status = path.stat()
    except OSError as error:
        if not named:
            return None
        raise RemoteError(
            "The file of credentials cannot be read", f"{path}, which {FILE} names: {error.strerror}."
        ) from error
    if not stat.S_ISREG(status.st_mode) or status.st_size > MAX_FILE_BYTES:
        raise RemoteError("The file of credentials is none", f"{path} is no file of a few lines.")
    if status.st_mode & 0o077:
        raise RemoteError(
            "Others may read the file of credentials",
            f"{path} is not its owner's alone.",
            f"chmod 600 {path}",
        )
    try:
        document = yaml.safe_load(path.read_text("utf-8"))
        entry = document.get(url) if isinstance(document, dict) else None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        # What YAML says of a mistake quotes the line, and the line may be the secret.
        raise RemoteError("The file of credentials cannot be read", f"{path} is no YAML.") from error
    if entry is None:
        return None
    if not isinstance(entry, dict) or not all(isinstance(entry.get(part), str) for part in ("key", "secret")):
        raise RemoteError(
            "The file of credentials is incomplete",
            f"What {path} says of {url} has no `key` and `secret`, both text.",
        )
    return Credentials(key=Secret(entry["key"]), secret=Secret(entry["secret"]), source=f"the file {path}")


def _from_keyring(service: Service, url: str) -> Credentials | None:
    try:
        import keyring
    except ImportError:
        return None
    try:
        key = keyring.get_password(service.keyring, f"{url} key")
        secret = keyring.get_password(service.keyring, f"{url} secret")
    except keyring.errors.KeyringError:
        return (
            None  # no keyring that is open; whoever has one is told by `auth status` that nothing was found
        )
    if not key or not secret:
        return None
    return Credentials(key=Secret(key), secret=Secret(secret), source="the keyring")
