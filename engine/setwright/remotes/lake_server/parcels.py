"""Several byte strings in one: how many there are, then each with its length before it, as big-endian numbers.

It is shorter than multipart, and nothing within has to be searched for a boundary.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterable

_COUNT: Final = struct.Struct(">I")
_LENGTH: Final = struct.Struct(">Q")


def count_of(number: int) -> bytes:
    """What stands at the head of `number` parcels."""
    return _COUNT.pack(number)


def length_of(size: int) -> bytes:
    """What stands before a parcel of `size` bytes."""
    return _LENGTH.pack(size)


def size_of(sizes: Iterable[int]) -> int:
    """How many bytes parcels of these sizes come to."""
    return _COUNT.size + sum(_LENGTH.size + size for size in sizes)


def parcels(contents: list[bytes]) -> bytes:
    """All of `contents`."""
    pieces = [count_of(len(contents))]
    for content in contents:
        pieces += (length_of(len(content)), content)
    return b"".join(pieces)


def unpacked(whole: bytes) -> list[memoryview]:
    """The parcels in `whole`.

    Raises:
        FormatError: it holds more or less than it says.
    """
    view = memoryview(whole)
    try:
        (count,) = _COUNT.unpack_from(view)
        place, found = _COUNT.size, []
        for _ in range(count):
            (length,) = _LENGTH.unpack_from(view, place)
            place += _LENGTH.size
            if length > len(view) - place:
                raise ValueError("a parcel is cut")
            found.append(view[place : place + length])
            place += length
        if place != len(view):
            raise ValueError("something follows the last parcel")
    except (struct.error, ValueError) as error:
        raise FormatError("No parcels", f"The bytes are not what they say: {error}.") from error
    return found
