"""Stored pictures by their digests: one, or many in one answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Path
from starlette.responses import FileResponse, Response, StreamingResponse

from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.parcels import count_of, length_of, size_of
from setwright.server.access import TheService  # noqa: TC001 - FastAPI reads the annotations
from setwright.server.answers import Refused
from setwright.server.api.routes import route
from setwright.server.keys import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import BinaryIO

    from setwright.server.service import Service

router = APIRouter(tags=["pictures"])

_PIECE = 1 << 20
_OCTETS = "application/octet-stream"
_HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=31536000, immutable"}


@route(router, "POST", "/recipes", Role.READ)
def made(recipes: wire.Recipes, service: TheService) -> wire.RecipesDocument:
    """Those of the recipes of varied copies whose pictures are there already."""
    return wire.RecipesDocument(recipes=tuple(sorted(service.lake.made(recipes.recipes))))


@route(router, "GET", "/pictures/{digest}", Role.READ, binary=_OCTETS, response_class=Response)
def picture(digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")], service: TheService) -> Response:
    """One stored picture."""
    path = service.lake.picture_path(digest)
    if path is not None:
        return FileResponse(path, media_type=_OCTETS, headers=_HEADERS)
    (size,) = _sizes(service, [digest])
    return StreamingResponse(
        _read(service.lake.picture, digest),
        media_type=_OCTETS,
        headers={**_HEADERS, "Content-Length": str(size)},
    )


@route(router, "POST", "/pictures", Role.READ, binary=wire.PARCELS, response_class=Response)
def pictures(wish: wire.Digests, service: TheService) -> Response:
    """Many stored pictures, a parcel each, in the order in which they were asked for."""
    sizes = _sizes(service, wish.digests)
    return StreamingResponse(
        _gathered(_parcels(service, wish.digests, sizes)),
        media_type=wire.PARCELS,
        headers={"X-Content-Type-Options": "nosniff", "Content-Length": str(size_of(sizes))},
    )


def _sizes(service: Service, digests: Sequence[str]) -> list[int]:
    """The bytes of stored pictures, so that it is certain that they are there before the answer begins."""
    held = service.lake.picture_sizes(digests)
    return [held[digest] if digest in held else _size_elsewhere(service, digest) for digest in digests]


def _size_elsewhere(service: Service, digest: str) -> int:
    """The bytes of a picture that the lake refers to where it lies."""
    if not service.lake.has_pictures([digest]):
        raise Refused(404, f"There is no picture {digest}.")
    with service.lake.picture(digest) as file:
        return file.seek(0, 2)


def _parcels(service: Service, digests: tuple[str, ...], sizes: list[int]) -> Iterator[bytes]:
    opened = service.lake.opener(zip(digests, sizes, strict=True))
    yield count_of(len(digests))
    for digest, size in zip(digests, sizes, strict=True):
        yield length_of(size)
        yield from _read(opened, digest)


def _read(opened: Callable[[str], BinaryIO], digest: str) -> Iterator[bytes]:
    with opened(digest) as file:
        yield from _pieces(file)


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    while piece := file.read(_PIECE):
        yield piece


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of about a megabyte, for each piece costs a turn of the server's loop."""
    waiting: list[bytes] = []
    size = 0
    for piece in pieces:
        waiting.append(piece)
        size += len(piece)
        if size >= _PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)
