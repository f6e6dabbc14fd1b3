"""How a route of the API is declared: with the role that it wants, and what it says no with."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, TypeVar

from fastapi import Depends, HTTPException, Request
from fastapi.routing import APIRoute

from setwright.remotes.lake_server.wire import COLUMNS, PARCELS, PROBLEM, Problem
from setwright.server.access import needs
from setwright.server.answers import Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from fastapi import APIRouter
    from pydantic import BaseModel
    from starlette.responses import Response

    from setwright.server.keys import Role

F = TypeVar("F", bound="Callable[..., Any]")

ROLE = "x-role"
"""Under this name the OpenAPI says which role an operation wants."""

_REFUSALS = {
    400: "The body cannot be read.",
    401: "The key or its secret is wrong.",
    403: "The key's role may not do that.",
    404: "There is no such thing.",
    409: "The world has moved on, or the lake refuses.",
    413: "The body is too large.",
    422: "The request is not what it should be.",
    423: "Somebody else holds the lock.",
    500: "The server failed, or its lake is damaged.",
    501: "A library that this takes is not installed at the server.",
    503: "The lake is busy. Try again.",
}


def route(
    router: APIRouter,
    method: str,
    path: str,
    role: Role,
    *,
    binary: str | None = None,
    body: str | None = None,
    later: type[BaseModel] | None = None,
    **said: Any,
) -> Callable[[F], F]:
    """Declare a function of `router` as what answers `method` at `path`, to whoever may do what `role` may.

    `binary` is the media type of an answer that is no JSON, `body` that of a body that is none; `later`
    what an answer is that comes before the work is done.
    """
    responses: dict[int | str, dict[str, Any]] = {
        status: {"description": why, "content": {PROBLEM: {"schema": _PROBLEM}}}
        for status, why in _REFUSALS.items()
    }
    if later is not None:
        responses[202] = {"description": "It takes longer.", "model": later}
    if binary is not None:
        responses[200] = {
            "description": _BINARY.get(binary, "The bytes."),
            "content": {binary: {"schema": {"type": "string", "format": "binary"}}},
        }

    extra: dict[str, Any] = {ROLE: role.word}
    if body is not None:
        schema = {"type": "string", "format": "binary"}
        extra["requestBody"] = {"required": True, "content": {body: {"schema": schema}}}

    def declared(function: F) -> F:
        router.add_api_route(
            path,
            function,
            methods=[method],
            dependencies=[Depends(needs(role)), Depends(_require_known_query)],
            responses=responses,
            operation_id=function.__name__,
            openapi_extra=extra,
            route_class_override=_Strict,
            **said,
        )
        return function

    return declared


class _Strict(APIRoute):
    """A route to which a body of JSON says nothing twice, for which of the two counts would be a matter of chance."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def strictly(request: Request) -> Response:
            return await handle(_Once(request.scope, request.receive))

        return strictly


class _Once(Request):
    async def json(self) -> Any:
        return json.loads(await self.body(), object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    said = dict(pairs)
    if len(said) < len(pairs):
        twice = next(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
        raise HTTPException(400, f"The body says {twice[:80]!r} twice.")
    return said


def _require_known_query(request: Request) -> None:
    """Nothing that was said is passed over: a client that is newer than we are may mean something by it."""
    known = {field.alias for field in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known)
    if unknown:
        raise Refused(422, f"There is no {unknown[0][:80]!r} to ask with here.", "malformed")


_PROBLEM = {"$ref": f"#/components/schemas/{Problem.__name__}"}
_BINARY = {
    COLUMNS: "Columns: a zip of NumPy arrays beside a header in JSON, as `numpy.load` reads them.",
    PARCELS: "Parcels, in the order that was asked for: how many (4 bytes, big-endian), then each with its length "
    "before it (8 bytes).",
}
