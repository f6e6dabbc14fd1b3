"""The server as an ASGI application: its routes, and what holds for all of them."""

from __future__ import annotations

import logging
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response

from setwright import __version__
from setwright.model.errors import LakeAwayError, LakeBusyError, LakeError, SetwrightError
from setwright.remotes.lake_server.wire import ROOT
from setwright.server import promise_keeping
from setwright.server.access import Reader
from setwright.server.answers import Refused, error, noted, words_of
from setwright.server.api.application import lake_api
from setwright.server.gate import Gate
from setwright.server.metrics import MEDIA_TYPE
from setwright.server.wire import datasets, explore, names, uploads, versions

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from setwright.server.service import Service

log = logging.getLogger("setwright.server")


def application(service: Service) -> FastAPI:
    """The application over `service`."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        for id in service.promises.left():
            promise_keeping.take_up(service, id)
        yield
        service.publishing.stop()
        service.jobs.close()
        service.promises.close()

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
    def health(response: Response) -> dict[str, Any]:
        """Whether the server serves: its lake can be read. Why not is in the log, for anybody may ask."""
        try:
            return {"status": "ok", "revision": service.lake.revision(), "version": __version__}
        except LakeError as failure:
            noted(log, failure)
            response.status_code = 503
            return {"status": "down", "version": __version__}

    @app.get("/metrics", tags=["care"], dependencies=[Reader], response_class=PlainTextResponse)
    def metrics() -> PlainTextResponse:
        """What the server counts of itself, as Prometheus reads it."""
        gauges = {
            "setwright_lake_revision": ("The newest revision of the lake.", service.lake.revision()),
            "setwright_jobs_running": (
                "Versions that are being made, and other work.",
                service.jobs.running(),
            ),
        }
        return PlainTextResponse(service.metrics.text(gauges), media_type=MEDIA_TYPE)

    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(SetwrightError, _failed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(Exception, _bug)
    app.add_middleware(Gate, limit=service.limits.body, metrics=service.metrics, keys=service.keys)
    return app


async def _refused(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, Refused)
    return error(failure.status, failure.message)


async def _failed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, SetwrightError)
    noted(log, failure)
    status = 503 if isinstance(failure, LakeBusyError | LakeAwayError) else 406
    return error(status, words_of(failure))


async def _http(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, HTTPException)
    return error(failure.status_code, str(failure.detail), failure.headers)


async def _malformed(request: Request, failure: Exception) -> Response:
    assert isinstance(failure, RequestValidationError)
    first = failure.errors()[0]
    where = ".".join(str(part) for part in first.get("loc", ()))
    # Not 422, which the SDK does not expect: of metadata that it has checked first, it breaks down over the answer.
    return error(406, f"{where}: {first.get('msg', 'not valid')}")


async def _bug(request: Request, failure: Exception) -> Response:
    log.error("a bug in setwright at %s %s", request.method, request.url.path, exc_info=failure)
    return error(500, "The server failed. Its log says more.")
