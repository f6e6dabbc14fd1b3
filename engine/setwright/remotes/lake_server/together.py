"""Asking for many columns in few requests, of which none gets too large."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from setwright.model.errors import FormatError
from setwright.remotes.http.connection import Call
from setwright.remotes.lake_server.asking import LARGEST
from setwright.remotes.lake_server.parcels import unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pydantic import BaseModel

    from setwright.remotes.lake_server.asking import Asking

K = TypeVar("K")
T = TypeVar("T")

FIRST: Final = 8
ENOUGH: Final = 32 * 2**20
"""After an answer of so many bytes, which both sides hold at once, fewer are asked for; after a smaller one more."""


def columns_call(path: str, said: BaseModel) -> Call:
    """The call for columns that `said` wishes."""
    return Call(method="POST", path=path, json=said.model_dump(mode="json"), again=True, largest=LARGEST)


def together(
    asking: Asking,
    keys: Sequence[K],
    wish: Callable[[Sequence[K]], Call],
    decode: Callable[[bytes], T],
    most: int,
) -> Iterator[T]:
    """What comes for each of `keys`, in this order, at most `most` in one request; sent for as it is taken.

    Raises:
        RemoteError: what comes is none, or for more or fewer than was asked.
    """
    start, size = 0, FIRST
    while start < len(keys):
        some = keys[start : start + min(size, most)]

        def all_of(body: bytes, count: int = len(some)) -> tuple[list[T], int]:
            found = unpacked(body)
            if len(found) != count:
                raise FormatError("Other parcels", f"{count} were asked for, and {len(found)} came.")
            return [decode(bytes(each)) for each in found], len(body)

        answers, came = asking.columns(wish(some), all_of)
        yield from answers
        start += len(some)
        size = min(2 * size, most) if came < ENOUGH else max(len(some) // 2, 1)
