"""The connection to a LayerNext installation: requests in its wire's form, answers in JSON."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from setwright.model.errors import RemoteError, UnansweredError
from setwright.remotes.http import connection as http
from setwright.remotes.http.connection import Limits as Limits  # with the connection that they are of
from setwright.remotes.http.connection import base_url as base_url
from setwright.remotes.layernext.answers import reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from setwright.remotes.http.credentials import Credentials
    from setwright.remotes.layernext.calls import Request


_LONGEST: Final = 1000
"""So much of what a server says for a reason is repeated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the JSON that came with it; None where there was none."""

    status: int
    json: Any


class Connection:
    """Requests to one installation. What writes is sent once. Use it as a context."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        limits: Limits | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is a `base_url`. `sleep` waits between tries."""
        self._http = http.Connection(
            url, credentials, service="LayerNext", limits=limits or Limits(), sleep=sleep
        )

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    @property
    def url(self) -> str:
        """The base of all requests; it holds no credentials."""
        return self._http.url

    def send(self, request: Request) -> Answer:
        """The answer to `request`, whatever its status; for a refusal see `answers.refusal`.

        Raises:
            RemoteError: there is none, it is too large, no JSON, or leads elsewhere; the credentials are refused.
        """
        reply = self._http.send(
            http.Call(
                method=request.method,
                path=request.path,
                query=request.query,
                json=request.body,
                again=not request.writes,
            )
        )
        if reply.status in (401, 403):
            raise RemoteError(
                "LayerNext refuses the credentials",
                f"{self.url} answered {reply.status}.",
                "`setwright auth status` tells where they come from",
            )
        return Answer(reply.status, _json(request, reply.status, reply.body))


def _json(request: Request, status: int, body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        found = json.loads(body)
        if b"\\u" in body:
            # Halves of characters can be written so, which are no text: nothing could store or send them.
            json.dumps(found, ensure_ascii=False).encode()
        return found
    except (ValueError, RecursionError) as error:
        if status != 200:
            return None  # a proxy's page; the status says enough
        raise UnansweredError(
            "LayerNext's answer is no JSON",
            f"{_told(request)} gave {len(body):,} bytes of something else.",
            "check that the URL is that of the API, for example https://api.example.layernext.ai",
        ) from error


def failure(request: Request, answer: Answer) -> RemoteError:
    """The error for an answer that is a failure."""
    said = (reason(answer.json) or "")[:_LONGEST].rstrip(".")
    status = f"{_told(request)} was answered with {answer.status}"
    # A server that breaks down on the way may have done its work before.
    kind = UnansweredError if answer.status >= 500 else RemoteError
    return kind("LayerNext refused", f"{status}: {said}." if said else f"{status}, without a reason.")


def _told(request: Request) -> str:
    return f"{request.method} {request.path}"
