"""API keys: who may ask the server for what.

A key is a name and a secret, as LayerNext's are. The server keeps the secret's hash alone, in a file of its owner's
beside the lake. A secret is 32 random bytes, so one round of SHA-256 is enough: nobody guesses it from its hash.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

from setwright.edge.files import write_whole
from setwright.model.errors import LakeError, UsageError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

FILE: Final = "keys.json"
FORMAT_VERSION: Final = 1


class Role(IntEnum):
    """What a key may do; each role may do what those before it may."""

    READ = 0
    """Look at the lake, and download."""
    PLAN = 1
    """Make selections, which a plan needs."""
    APPLY = 2
    """Make datasets and versions, and add pictures and annotations."""
    ADMIN = 3
    """Delete versions."""

    @property
    def word(self) -> str:
        """As people write it."""
        return self.name.lower()


ROLES: Final = tuple(role.word for role in Role)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """One key. `digest` is the SHA-256 of the secret in hexadecimal; `note` says whose it is."""

    name: str
    digest: str
    role: Role
    note: str
    created_at: str


class Keyring:
    """The keys of one lake, in a file."""

    def __init__(self, lake: Path) -> None:
        self._path = lake / FILE
        self._stamp: tuple[int, int] | None = None
        self._keys: dict[str, ApiKey] = {}

    def all(self) -> tuple[ApiKey, ...]:
        """All keys, in the order in which they were made.

        Raises:
            LakeError: the file is damaged.
        """
        self._refresh()
        return tuple(self._keys.values())

    def create(self, role: Role, note: str, at: datetime) -> tuple[ApiKey, str]:
        """A new key, and its secret, which is known to nobody afterwards."""
        secret = secrets.token_urlsafe(32)
        key = ApiKey(
            name=f"key_{secrets.token_hex(8)}",
            digest=_digest(secret),
            role=role,
            note=note,
            created_at=at.isoformat(timespec="seconds"),
        )
        self._write((*self.all(), key))
        return key, secret

    def revoke(self, name: str) -> None:
        """Take a key back, at once for a server that runs.

        Raises:
            UsageError: there is none of that name.
        """
        left = tuple(key for key in self.all() if key.name != name)
        if len(left) == len(self._keys):
            raise UsageError(f"There is no key {name}", "`setwright serve keys list` lists them.")
        self._write(left)

    def role_of(self, name: str, secret: str) -> Role | None:
        """What the bearer of this pair may do; None for a pair that is none."""
        self._refresh()
        known = self._keys.get(name)
        # The same work for a name that is not there, so that the time tells nothing.
        expected = known.digest if known is not None else "0" * 64
        matches = hmac.compare_digest(expected, _digest(secret))
        return known.role if known is not None and matches else None

    def _refresh(self) -> None:
        try:
            status = self._path.stat()
        except FileNotFoundError:
            self._keys, self._stamp = {}, None
            return
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp == self._stamp:
            return
        try:
            document = json.loads(self._path.read_bytes())
            self._keys = {
                each["name"]: ApiKey(**{**each, "role": Role[each["role"].upper()]})
                for each in document["keys"]
            }
        except PermissionError as error:
            raise LakeError(
                "The file of API keys cannot be read",
                f"{self._path} belongs to somebody else, so nobody is let in.",
                "give it to the user whom the server runs as, and make keys as that user",
            ) from error
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise LakeError(
                f"The file of API keys is damaged: {self._path}",
                "Nobody is let in while it is.",
                "remove it and make new keys with `setwright serve keys create`",
            ) from error
        self._stamp = stamp

    def _write(self, keys: tuple[ApiKey, ...]) -> None:
        listed = [{**asdict(key), "role": key.role.word} for key in keys]
        document = {"format_version": FORMAT_VERSION, "keys": listed}
        write_whole(
            self._path,
            (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode(),
            mode=0o600,
            owner=self._path.parent,
        )
        self._stamp = None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
