"""What holds for all requests, whatever they are for."""

from __future__ import annotations

import json
import logging
import re
import time
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException

from setwright.model.errors import SetwrightError
from setwright.remotes.lake_server.wire import ROOT
from setwright.server.access import bearer
from setwright.server.answers import NO_STORE, Refused, error
from setwright.server.api.application import refusal
from setwright.server.bodies import Bodies, Pace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from setwright.server.keys import Keyring
    from setwright.server.metrics import Metrics

access_log = logging.getLogger("setwright.server.access")

_LAKE_WITHOUT_PREFIX: Final = re.compile(r"/api/(client|job|metadata)/")
_BOUNDED_ELSEWHERE: Final = ("/parts/", f"{ROOT}/manifests/")
"""Where bodies have a bound of their own."""

_TOKEN: Final = re.compile(r"^/(files|parts)/.*")


class Gate:
    """Before everything else: paths as SDKs glue them, bodies within bounds, a line of log for each request."""

    def __init__(self, app: ASGIApp, limit: int, metrics: Metrics, keys: Keyring) -> None:
        self._app = app
        self._limit = limit
        self._metrics = metrics
        self._keys = keys
        self._bodies = Bodies()

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
            if bounded:
                await self._answer(scope, receive, told)
            else:
                await self._app(scope, _patient(receive), told)
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

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = dict(scope["headers"])
        length = headers.get(b"content-length", b"0")
        with self._bodies.place() as place:
            try:
                if not length.isdigit() or int(length) > self._limit:
                    raise Refused(413, f"A body has at most {self._limit:,} bytes.")
                if length.strip(b"0") or b"transfer-encoding" in headers:
                    receive = await place.take(receive, self._limit, keep=self._knows(headers))
            except Refused as failure:
                await _refusal(scope["path"], failure)(scope, receive, send)
                return
            await self._app(scope, receive, send)

    def _knows(self, headers: Mapping[bytes, bytes]) -> bool:
        """Whether there is a good key. Where that cannot be told, the route tells why."""
        try:
            return bearer(self._keys, headers.get(b"authorization", b"").decode("latin-1"))[1] is not None
        except SetwrightError:
            return False


def _patient(receive: Receive) -> Receive:
    """Waits for the pieces of a body as long as these should take, and for ever for what comes after the body."""
    whole, pace = False, Pace(receive)

    async def awaited() -> Message:
        nonlocal whole
        if whole:
            return await receive()
        try:
            message = await pace.next()
        except Refused as failure:
            # Of all that reading a body may raise, FastAPI lets this alone through as it is.
            raise HTTPException(failure.status, failure.message) from None
        whole = not message.get("more_body", False)
        return message

    return awaited


def _refusal(path: str, failure: Refused) -> Response:
    if path.startswith(f"{ROOT}/"):
        return refusal(failure)
    return error(failure.status, failure.message, {"Retry-After": "1"} if failure.status == 503 else None)


def _route(scope: Scope) -> str:
    """The template of the route that was taken, for example `/lake/v1/versions/{version}`; `none` for no route."""
    route = scope.get("route")
    if route is None:
        return "none"
    path: str = route.path
    # A part of the application that is mounted knows its own paths alone.
    return path if path.startswith(scope["root_path"]) else scope["root_path"] + path
