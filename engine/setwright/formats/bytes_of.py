"""The bytes of an export's files, where pictures come from outside and are not to be trusted."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from setwright.model.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

    from setwright.formats.protocol import PackedFile, PictureFile

_CHUNK = 1 << 20


def picture_bytes(entry: PictureFile, opened: Callable[[str], BinaryIO]) -> Iterator[bytes]:
    """The picture that `opened` gives for its digest, a piece at a time; at their end they are those asked for.

    Raises:
        RemoteError: they are not.
    """
    hasher = hashlib.sha256()
    with opened(entry.digest) as picture:
        while chunk := picture.read(_CHUNK):
            hasher.update(chunk)
            yield chunk
    if hasher.hexdigest() != entry.digest:
        raise RemoteError(
            f"A picture is damaged: {entry.path}",
            f"Its SHA-256 should be {entry.digest} and is {hasher.hexdigest()}.",
            "run it again; if it stays, `setwright lake verify`, where the lake's folder is, tells all damage",
        )


def packed_bytes(entry: PackedFile, opened: Callable[[str], BinaryIO]) -> Iterator[bytes]:
    """The file, a piece at a time; no more than a piece of a picture is held.

    Raises:
        RemoteError: a picture is not the one that was asked for.
    """
    for part in entry.parts():
        if isinstance(part, bytes):
            yield part
        else:
            yield from picture_bytes(part, opened)
