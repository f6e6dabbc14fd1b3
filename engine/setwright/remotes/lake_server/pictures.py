"""Pictures from a lake's server: one by one, or small ones many at a time."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from setwright.remotes.http.connection import Call
from setwright.remotes.lake_server.asking import LARGEST
from setwright.remotes.lake_server.parcels import unpacked
from setwright.remotes.lake_server.wire import Digests

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import BinaryIO

    from setwright.formats.protocol import PictureFile
    from setwright.remotes.lake_server.asking import Asking

MOST_TOGETHER: Final = 64
BYTES_TOGETHER: Final = 8 << 20
SMALL: Final = 1 << 20
"""Larger pictures come alone: what they take is their bytes, and no longer the asking."""


def one(asking: Asking, digest: str) -> BinaryIO:
    """The picture with that digest."""
    call = Call(method="GET", path=f"/pictures/{digest}", again=True, largest=LARGEST)
    return io.BytesIO(asking.reply(call).body)


class Together:
    """Opens pictures that are read one after the other, in an order that is known, each once.

    The next small ones are fetched in one request, and held until they are asked for. For one thread.
    """

    def __init__(self, asking: Asking, wanted: Iterable[PictureFile]) -> None:
        self._asking = asking
        self._coming = iter(wanted)
        self._held: dict[str, bytes] = {}

    def __call__(self, digest: str) -> BinaryIO:
        if digest not in self._held:
            self._fetch(digest)
        content = self._held.pop(digest, None)
        return one(self._asking, digest) if content is None else io.BytesIO(content)

    def _fetch(self, digest: str) -> None:
        """Fetch the next small ones, if `digest` is among them; what was passed over comes alone."""
        chosen: list[str] = []
        size = 0
        for entry in self._coming:
            if entry.size <= SMALL and entry.digest not in self._held:
                chosen.append(entry.digest)
                size += entry.size
            if entry.digest == digest and entry.size > SMALL:
                break
            if len(chosen) >= MOST_TOGETHER or size >= BYTES_TOGETHER:
                break
        chosen = list(dict.fromkeys(chosen))
        if len(chosen) < 2:
            return
        said = Digests(digests=tuple(chosen)).model_dump(mode="json")
        call = Call(method="POST", path="/pictures", json=said, again=True, largest=LARGEST)
        parcels = self._asking.columns(call, unpacked)
        self._held.update(zip(chosen, map(bytes, parcels), strict=True))
