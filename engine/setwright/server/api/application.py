"""The API as an application of its own, with its own description and its own way to say no."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import compile_path

from setwright.model.errors import SetwrightError
from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.problems import plain_problem, problem_of
from setwright.server.answers import NO_STORE, Refused, RoleMissing, noted
from setwright.server.api import pictures, projects, publications, reading, versions

if TYPE_CHECKING:
    from starlette.responses import Response

    from setwright.server.service import Service

log = logging.getLogger("setwright.server")

_TITLES = {
    401: ("unauthorized", "The key or its secret is wrong"),
    404: ("not-found", "There is no such thing"),
    405: ("method-not-allowed", "That is not done with it"),
    408: ("timeout", "The request did not come"),
    409: ("conflict", "That cannot be now"),
    413: ("too-large", "The body is too large"),
    503: ("unavailable", "The server cannot do it now"),
}
_WITH = {
    401: {"WWW-Authenticate": 'Basic realm="setwright", charset="UTF-8"'},
    503: {"Retry-After": "1"},
}


def lake_api(service: Service | None) -> FastAPI:
    """The API over `service`; None for who only wants its description."""
    app = FastAPI(
        title="setwright lake",
        version=str(wire.VERSION),
        summary="The API of a setwright lake.",
        description=(
            "What `remote: {kind: lake, url: …}` speaks. Credentials are those of HTTP's basic scheme: a key and its "
            "secret, as `setwright serve keys create` makes them. A refusal is a problem of RFC 9457. Writes carry "
            "keys of their own, so that each may be sent again when its answer was lost."
        ),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.service = service
    for router in (reading.router, versions.router, pictures.router, projects.router, publications.router):
        app.include_router(router)
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(SetwrightError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _bug)
    generated = app.openapi

    def described() -> dict[str, Any]:
        document = generated()
        _complete(document)
        return document

    app.openapi = described  # type: ignore[method-assign]
    return app


def _complete(document: dict[str, Any]) -> None:
    """Add what FastAPI does not know of: where the API lies, how to come in, how it says no."""
    document["servers"] = [{"url": wire.ROOT}]
    document["security"] = [{"key": []}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"key": {"type": "http", "scheme": "basic"}}
    components["schemas"][wire.Problem.__name__] = wire.Problem.model_json_schema()
    for unused in ("HTTPValidationError", "ValidationError"):
        components["schemas"].pop(unused, None)


def _problem(problem: wire.Problem, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(exclude_none=True),
        problem.status,
        headers={**NO_STORE, **(headers or {})},
        media_type=wire.PROBLEM,
    )


async def _refused(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Refused)
    return refusal(failure)


def refusal(failure: Refused) -> Response:
    """How the API says no."""
    if isinstance(failure, RoleMissing):
        return _problem(plain_problem(failure.kind, 403, "The key may not do that", failure.message))
    name, title = _TITLES.get(failure.status, ("refused", "The request is refused"))
    return _problem(
        plain_problem(failure.kind or name, failure.status, title, failure.message),
        _WITH.get(failure.status),
    )


async def _failed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, SetwrightError)
    noted(log, failure)
    problem = problem_of(failure)
    return _problem(problem, {"Retry-After": "1"} if problem.status == 503 else None)


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    name, title = _TITLES.get(failure.status_code, ("refused", "The request is refused"))
    headers = dict(failure.headers or {})
    if failure.status_code == 405:
        headers["Allow"] = ", ".join(_methods(request.app, request.scope["path"].removeprefix(wire.ROOT)))
    return _problem(plain_problem(name, failure.status_code, title, str(failure.detail)), headers)


def _methods(app: FastAPI, path: str) -> list[str]:
    """All methods at `path`, of which each route knows its own alone. One that is described counts as no other."""
    paths = app.openapi()["paths"]
    at = [path] if path in paths else [each for each in paths if compile_path(each)[0].match(path)]
    return sorted({method.upper() for each in at for method in paths[each]})


async def _malformed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    told = "; ".join(
        f"{'.'.join(str(part) for part in each.get('loc', ()))}: {each.get('msg', 'not valid')}"
        for each in failure.errors()[:10]
    )
    return _problem(plain_problem("malformed", 422, "The request is not what it should be", told))


async def _bug(request: Request, failure: Exception) -> Response:
    log.error("a bug in setwright at %s %s", request.method, request.url.path, exc_info=failure)
    return _problem(plain_problem("bug", 500, "The server failed", "Its log says more."))
