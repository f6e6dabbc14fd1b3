"""The server as an ASGI application: its routes, and what holds for all of them."""

from __future__ import annotations

import json
import logging
import re
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from setwright import __version__
from setwright.model.errors import LakeBusyError, SetwrightError
from setwright.remotes.lake_server.wire import ROOT
from setwright.server.answers import NO_STORE, Refused, error, words_of
from setwright.server.api.application import lake_api
from setwright.server.wire import datasets, explore, names, uploads, versions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from setwright.server.service import Service

access_log = logging.getLogger("setwright.server.access")
log = logging.getLogger("setwright.server")

_LAKE_WITHOUT_PREFIX = re.compile(r"/api/(client|job|metadata)/")
_BOUNDED_ELSEWHERE = ("/parts/", f"{ROOT}/manifests/")
"""Where bodies have a bound of their own."""
_TOKEN = re.compile(r"^/(files|parts)/.*")


def application(service: Service) -> FastAPI:
    """The application over `service`."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        yield
        service.publishing.stop()
        service.jobs.close()

    app = FastAPI(
        title="setwright",
        version=__version__,
        description="A lake that speaks LayerNext's wire.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=life,
    )
    app.state.service = service
    for router in (
        explore.router,
        datasets.selections,
        datasets.router,
        versions.router,
        versions.files,
        names.router,
        uploads.router,
        uploads.parts,
    ):
        app.include_router(router)

    app.mount(ROOT, lake_api(service))

    @app.get("/health", tags=["care"])
    def health() -> dict[str, Any]:
        """Whether the server serves: its lake can be read."""
        return {"status": "ok", "revision": service.lake.revision(), "version": __version__}

    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(SetwrightError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(_Gate, limit=service.limits.body)
    return app


async def _refused(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Refused)
    return error(failure.status, failure.message)


async def _failed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, SetwrightError)
    status = 503 if isinstance(failure, LakeBusyError) else 406
    return error(status, words_of(failure))


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    return error(failure.status_code, str(failure.detail), failure.headers)


async def _malformed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    first = failure.errors()[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    return error(422, f"{where}: {first.get('msg', 'not valid')}")


async def _bug(request: Request, failure: Exception) -> Response:
    log.error("a bug in setwright at %s %s", request.method, request.url.path, exc_info=failure)
    return error(500, "The server failed. Its log says more.")


class _Gate:
    """Before everything else: paths as SDKs glue them, bodies within bounds, a line of log for each request."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        path = "/" + scope["path"].lstrip("/")
        if len(path) > 1:
            path = path.rstrip("/")
        if _LAKE_WITHOUT_PREFIX.match(path):
            path = f"/datalake{path}"  # as the SDK's beta has it
        scope = {**scope, "path": path}
        status = 0
        bounded = not path.startswith(_BOUNDED_ELSEWHERE)

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", NO_STORE["Cache-Control"].encode()))
            await send(message)

        try:
            length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
            if bounded and (not length.isdigit() or int(length) > self._limit):
                await error(413, f"A body has at most {self._limit:,} bytes.")(scope, receive, told)
                return
            await self._app(scope, self._bounded(receive) if bounded else receive, told)
        finally:
            entry = {
                "method": scope["method"],
                "path": _TOKEN.sub(r"/\1/***", path),  # a token is a permission
                "status": status,
                "ms": round((time.perf_counter() - started) * 1000, 1),
                "client": (scope.get("client") or ("", 0))[0],
                "key": scope.get("state", {}).get("key", ""),
            }
            access_log.info(json.dumps(entry, ensure_ascii=True))

    def _bounded(self, receive: Receive) -> Receive:
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._limit:
                raise Refused(413, f"A body has at most {self._limit:,} bytes.")
            return message

        return counted
