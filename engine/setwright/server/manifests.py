"""Manifests that clients send before they ask for a version: files by their digests, kept for a day."""

from __future__ import annotations

import hashlib
import secrets
import time
from typing import TYPE_CHECKING, Final

from setwright.edge.files import ASIDE
from setwright.server.answers import Refused

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

KEPT: Final = 24 * 3600.0
"""Seconds for which a manifest that nobody asks a version of is kept."""


class Manifests:
    """The manifests that were sent to one server."""

    def __init__(self, lake: Path) -> None:
        self._root = lake / "uploads" / "manifests"

    async def take(self, digest: str, content: AsyncIterator[bytes], limit: int) -> None:
        """Keep what comes, if its SHA-256 is `digest` and it has no more than `limit` bytes.

        Raises:
            Refused: it is something else, or more.
        """
        self._tidy()
        self._root.mkdir(parents=True, exist_ok=True)
        aside = self._root / f".{digest[:16]}-{secrets.token_hex(4)}{ASIDE}"
        hasher, size = hashlib.sha256(), 0
        try:
            with aside.open("xb") as file:
                async for piece in content:
                    size += len(piece)
                    if size > limit:
                        raise Refused(413, f"A manifest has at most {limit:,} bytes.")
                    hasher.update(piece)
                    file.write(piece)
            if hasher.hexdigest() != digest:
                raise Refused(422, "These bytes are not those that the path names.")
            aside.replace(self._root / digest)
        finally:
            aside.unlink(missing_ok=True)

    def read(self, digest: str) -> bytes | None:
        """The manifest's bytes, None where they were not sent, or long ago."""
        try:
            return (self._root / digest).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, digest: str) -> bool:
        """Whether it was sent."""
        return (self._root / digest).is_file()

    def drop(self, digest: str) -> None:
        """Forget it, for its version was made."""
        (self._root / digest).unlink(missing_ok=True)

    def _tidy(self) -> None:
        if self._root.is_dir():
            for file in self._root.iterdir():
                try:
                    if time.time() - file.stat().st_mtime > KEPT:
                        file.unlink()
                except FileNotFoundError:  # another request was quicker
                    continue
