"""The connection to a LayerNext installation: one request, one answer, and nothing left to chance.

Its own time limits, for connecting, for each read and for the whole; answers of bounded size; no redirect followed,
since one would carry the credentials or drop the body; no netrc, which would replace them; TLS verified always. What
only reads is tried again, and what writes never: whether it landed is asked by reading.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from setwright.model.errors import RemoteError
from setwright.remotes.layernext.wire import Request, reason

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from setwright.remotes.layernext.credentials import Credentials

_BUSY: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long and how much. Seconds, and bytes of an answer once it is unpacked."""

    connect: float = 10.0
    read: float = 60.0
    total: float = 120.0
    answer: int = 64 * 2**20
    tries: int = 4
    longest_wait: float = 300.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and the JSON that came with it; None where there was none."""

    status: int
    json: Any


def base_url(text: str, *, allow_plain: bool = False) -> str:
    """`text` as the base of all requests: scheme, host and port, perhaps a path, without a slash at the end.

    Plain HTTP is for this machine alone, unless it is allowed: it would send the credentials in the open.

    Raises:
        RemoteError: it is no such URL.
    """
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise _bad_url("It is not a URL.") from error
    if parts.scheme not in ("http", "https") or not host:
        raise _bad_url("It begins with https:// and names a host.")
    if parts.username is not None or parts.password is not None:
        raise _bad_url("Credentials do not belong into a URL, which is printed and committed.")
    if parts.query or parts.fragment:
        raise _bad_url("It ends before any ? or #.")
    if parts.scheme == "http" and not allow_plain and not is_loopback(host):
        raise _bad_url("Over http:// everybody on the way could read the credentials; it is https://.")
    return text.rstrip("/")


class Connection:
    """Requests to one installation. Use it as a context, from one thread at a time."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        limits: Limits = Limits(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is a `base_url`. `sleep` waits between tries."""
        self._url = url
        self._limits = limits
        self._sleep = sleep
        self._session = requests.Session()
        # With an `auth` of our own, requests asks no netrc; proxies and CA bundles of the environment still count.
        self._session.auth = HTTPBasicAuth(credentials.key.reveal(), credentials.secret.reveal())
        self._session.headers["User-Agent"] = "setwright"
        self._session.headers["Accept"] = "application/json"

    def __enter__(self) -> Connection:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    @property
    def url(self) -> str:
        """The base of all requests; it holds no credentials."""
        return self._url

    def send(self, request: Request) -> Answer:
        """The answer to `request`, whatever its status; for a refusal see `wire.refusal`.

        Raises:
            RemoteError: there is none, it is too large, no JSON, or leads elsewhere; the credentials are refused.
        """
        last = 1 if request.writes else self._limits.tries
        for attempt in range(1, last + 1):
            try:
                answer, wait = self._once(request)
            except _Unreachable as error:
                if attempt == last:
                    raise self._unanswered(request, error) from error
                wait = None
            else:
                if answer.status not in _BUSY or attempt == last:
                    return answer
            self._sleep(self._pause(attempt, wait))
        raise AssertionError("the last try returns or raises")

    def _once(self, request: Request) -> tuple[Answer, float | None]:
        limits, started = self._limits, time.monotonic()
        try:
            with self._session.request(
                request.method,
                self._url + request.path,
                params=list(request.query) or None,
                json=request.body,
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                status = response.status_code
                self._check_way(response)
                body = bytearray()
                for piece in response.iter_content(65536):
                    body += piece
                    if len(body) > limits.answer:
                        raise RemoteError(
                            "LayerNext's answer is too large",
                            f"{_told(request)} gave more than {limits.answer // 2**20} MiB.",
                        )
                    if time.monotonic() - started > limits.total:
                        raise _Unreachable(f"no end of the answer within {limits.total:.0f} s")
                wait = _retry_after(response.headers.get("Retry-After"))
        except requests.exceptions.SSLError as error:
            raise RemoteError(
                f"{self._url} cannot be trusted",
                f"Its certificate does not hold: {_short(error)}.",
                "name your own authority's certificates in REQUESTS_CA_BUNDLE; verification is never turned off",
            ) from error
        except requests.RequestException as error:
            raise _Unreachable(_short(error)) from error
        return Answer(status, self._json(request, status, bytes(body))), wait

    def _check_way(self, response: requests.Response) -> None:
        if response.status_code in (401, 403):
            raise RemoteError(
                "LayerNext refuses the credentials",
                f"{self._url} answered {response.status_code}.",
                "`setwright auth status` tells where they come from",
            )
        if 300 <= response.status_code < 400:
            where = urlsplit(response.headers.get("Location", ""))
            told = f"{where.scheme}://{where.hostname}" if where.hostname else "elsewhere"
            raise RemoteError(
                "LayerNext redirects, and is not followed",
                f"{self._url} leads to {told}. Following would carry the credentials there, or lose what was asked.",
                "write the URL that it leads to into setwright.yaml, if that is the one you mean",
            )

    def _json(self, request: Request, status: int, body: bytes) -> Any:
        if not body.strip():
            return None
        try:
            return json.loads(body)
        except (ValueError, RecursionError) as error:
            if status != 200:
                return None  # a proxy's page; the status says enough
            raise RemoteError(
                "LayerNext's answer is no JSON",
                f"{_told(request)} gave {len(body):,} bytes of something else.",
                "check that the URL is that of the API, for example https://api.example.layernext.ai",
            ) from error

    def _pause(self, attempt: int, asked: float | None) -> float:
        if asked is not None:
            return min(asked, self._limits.longest_wait)
        return min(2.0 ** (attempt - 1), 30.0) * random.uniform(0.5, 1.0)  # noqa: S311 - so that clients spread

    def _unanswered(self, request: Request, error: _Unreachable) -> RemoteError:
        what = (
            "It may have been carried out all the same; plan again to see."
            if request.writes
            else f"{self._limits.tries} tries."
        )
        return RemoteError(
            f"{self._url} does not answer",
            f"{_told(request)}: {error}. {what}",
            "try again, or check the URL",
        )


class NoAuth(AuthBase):
    """No credentials at all, and none from a netrc either: for URLs that carry their own permission."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Unreachable(Exception):
    """No answer came; perhaps the next try gets one."""


def failure(request: Request, answer: Answer) -> RemoteError:
    """The error for an answer that is a failure."""
    said = reason(answer.json)
    status = f"{_told(request)} was answered with {answer.status}"
    return RemoteError("LayerNext refused", f"{status}: {said}." if said else f"{status}, without a reason.")


def _told(request: Request) -> str:
    return f"{request.method} {request.path}"


def _short(error: BaseException) -> str:
    """The kind of a failure: what libraries write of one may quote headers and URLs with signatures."""
    inner = error
    while inner.__cause__ is not None or inner.__context__ is not None:
        inner = inner.__cause__ or inner.__context__ or inner
    return f"{type(error).__name__}" if inner is error else f"{type(error).__name__}, {type(inner).__name__}"


def _retry_after(text: str | None) -> float | None:
    """Seconds to wait, from a number of them or from a date; None for neither, and for a time that is past."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except ValueError:
            return None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        seconds = (moment - datetime.now(UTC)).total_seconds()
    return seconds if 0 < seconds < float("inf") else None


def is_loopback(host: str) -> bool:
    """Whether `host`, a name or an address, is this machine's own."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _bad_url(detail: str) -> RemoteError:
    return RemoteError(
        "The URL of the remote cannot be used", detail, "for example `url: https://api.example.layernext.ai`"
    )
