"""URLs that carry their own permission, for a limited time: what downloads and uploads use, which send no key.

The signature is of everything that the URL says, so nothing of it can be changed; the secret lives as long as the
server's process, or is given so that several processes, or one that starts anew, know each other's URLs.
"""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

LIFE = 6 * 3600.0
"""Seconds for which a URL is good."""


class Signer:
    """Makes tokens and checks them."""

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock

    def token(self, claims: Mapping[str, Any], life: float = LIFE) -> str:
        """A token that says `claims`, a JSON object, for `life` seconds; safe in a URL."""
        body = json.dumps(
            {**claims, "until": int(self._clock() + life)}, separators=(",", ":"), sort_keys=True
        )
        packed = _pack(body.encode())
        return f"{packed}.{_pack(self._sign(packed))}"

    def claims(self, token: str) -> dict[str, Any] | None:
        """What a token says; None for one that we did not make, or whose time is over."""
        packed, _, signature = token.partition(".")
        try:
            given = _unpack(signature)
        except ValueError:
            return None
        if not hmac.compare_digest(given, self._sign(packed)):
            return None
        claims: dict[str, Any] = json.loads(_unpack(packed))
        return claims if claims["until"] >= self._clock() else None

    def _sign(self, packed: str) -> bytes:
        return hmac.digest(self._secret, packed.encode("utf-8", "surrogatepass"), "sha256")


def _pack(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def _unpack(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
