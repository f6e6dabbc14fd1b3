"""What holds for all requests, whatever they are for."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from setwright.remotes.lake_server.wire import ROOT
from setwright.server.answers import NO_STORE, Refused, error
from setwright.server.api.application import too_large

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from setwright.server.metrics import Metrics

access_log = logging.getLogger("setwright.server.access")

_LAKE_WITHOUT_PREFIX: Final = re.compile(r"/api/(client|job|metadata)/")
_BOUNDED_ELSEWHERE: Final = ("/parts/", f"{ROOT}/manifests/")
"""Where bodies have a bound of their own."""

PATIENCE: Final = 60.0
"""Seconds for which nothing of a body may come, lest who sends none holds a place for ever."""

_TOKEN: Final = re.compile(r"^/(files|parts)/.*")


class Gate:
    """Before everything else: paths as SDKs glue them, bodies within bounds, a line of log for each request."""

    def __init__(self, app: ASGIApp, limit: int, metrics: Metrics) -> None:
        self._app = app
        self._limit = limit
        self._metrics = metrics

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
        status = sent = 0
        self._metrics.begin()
        bounded = not path.startswith(_BOUNDED_ELSEWHERE)

        async def told(message: Message) -> None:
            nonlocal status, sent
            sent += len(message.get("body", b""))
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message.setdefault("headers", [])
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", NO_STORE["Cache-Control"].encode()))
            await send(message)

        try:
            length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
            if bounded and (not length.isdigit() or int(length) > self._limit):
                await _too_large(path, self._limit)(scope, receive, told)
                return
            await self._app(scope, _patient(self._bounded(receive) if bounded else receive), told)
        finally:
            seconds = time.perf_counter() - started
            self._metrics.end(scope["method"], _route(scope), status, seconds, sent)
            entry = {
                "method": scope["method"],
                "path": _TOKEN.sub(r"/\1/***", path),  # a token is a permission
                "status": status,
                "ms": round(seconds * 1000, 1),
                "bytes": sent,
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


def _patient(receive: Receive) -> Receive:
    """Waits for the next piece of a body for `PATIENCE`, and for ever for what comes after the body."""
    whole = False

    async def awaited() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await asyncio.wait_for(receive(), PATIENCE)
        except TimeoutError:
            # Of all that reading a body may raise, FastAPI lets this alone through as it is.
            raise HTTPException(408, "The rest of the body did not come.") from None
        whole = not message.get("more_body", False)
        return message

    return awaited


def _too_large(path: str, limit: int) -> Response:
    why = f"A body has at most {limit:,} bytes."
    return too_large(why) if path.startswith(f"{ROOT}/") else error(413, why)


def _route(scope: Scope) -> str:
    """The template of the route that was taken, for example `/lake/v1/versions/{version}`; `none` for no route."""
    route = scope.get("route")
    if route is None:
        return "none"
    path: str = route.path
    # A part of the application that is mounted knows its own paths alone.
    return path if path.startswith(scope["root_path"]) else scope["root_path"] + path
