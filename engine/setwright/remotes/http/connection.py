"""A connection to a server: one request, one answer, and nothing left to chance.

Its own time limits, for connecting, for each read and for the whole; answers of bounded size; no redirect followed,
since one would carry the credentials or drop the body; no netrc, which would replace them; TLS verified always. What
may be repeated is tried again, and everything else never: whether it landed is asked by reading.
"""

from __future__ import annotations

import random
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth

from setwright.model.errors import RemoteError, UnansweredError
from setwright.remotes.http.bounded import Bounds, bounded_session

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from setwright.remotes.http.credentials import Credentials

_CHUNK: Final = 1 << 16
_SLOWEST: Final = 100_000  # bytes a second
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request. `json` is its body, or else `content`; `again` says that it may be sent twice.

    `largest` bounds the answer in bytes, where the connection's own limit does not fit.
    """

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    json: Any = None
    content: bytes | None = None
    again: bool = False
    largest: int | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came: a status, headers by any case, and the bytes of the body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


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
    """Requests to one server, from any number of threads. Use it as a context."""

    def __init__(
        self,
        url: str,
        credentials: Credentials,
        *,
        service: str,
        limits: Limits = Limits(),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`url` is a `base_url`; `service` what people call the server. `sleep` waits between tries."""
        self._url = url
        self._credentials = credentials
        self._service = service
        self._limits = limits
        self._sleep = sleep
        self._mine = threading.local()
        self._sessions: list[requests.Session] = []
        self._lock = threading.Lock()

    def close(self) -> None:
        """Give the connections of all threads back."""
        with self._lock:
            for session in self._sessions:
                session.close()

    @property
    def url(self) -> str:
        """The base of all requests; it holds no credentials."""
        return self._url

    def send(self, call: Call) -> Reply:
        """What comes for `call`, whatever its status.

        Raises:
            UnansweredError: nothing came.
            RemoteError: it is too large, or leads elsewhere; or the server cannot be trusted.
        """
        last = self._limits.tries if call.again else 1
        for attempt in range(1, last + 1):
            try:
                reply = self._once(call)
            except _Unreachable as error:
                if attempt == last:
                    raise self._unanswered(call, error) from error
                wait = None
            else:
                if reply.status not in _BUSY or attempt == last:
                    return reply
                wait = _retry_after(reply.headers.get("Retry-After"))
            self._sleep(self._pause(attempt, wait))
        raise AssertionError("the last try returns or raises")

    def _session(self) -> requests.Session:
        found: requests.Session | None = getattr(self._mine, "session", None)
        if found is not None:
            return found
        bounds = self._mine.bounds = Bounds()
        session = self._mine.session = bounded_session(bounds)
        # With an `auth` of our own, requests asks no netrc; proxies and CA bundles of the environment still count.
        session.auth = HTTPBasicAuth(self._credentials.key.reveal(), self._credentials.secret.reveal())
        session.headers["User-Agent"] = "setwright"
        session.headers["Accept"] = "application/json"
        with self._lock:
            self._sessions.append(session)
        return session

    def _once(self, call: Call) -> Reply:
        limits = self._limits
        largest = limits.answer if call.largest is None else call.largest
        session, bounds = self._session(), self._mine.bounds
        # What may be large may take longer, as long as it comes at some pace.
        bounds.set(seconds=limits.total, largest=largest, slowest=None if call.largest is None else _SLOWEST)
        try:
            with session.request(
                call.method,
                self._url + call.path,
                params=list(call.query) or None,
                json=call.json,
                data=call.content,
                timeout=(limits.connect, limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check_way(response)
                body = bytearray()
                for piece in response.iter_content(_CHUNK):
                    body += piece
                    if len(body) > largest:
                        raise (RemoteError if call.again else UnansweredError)(
                            f"{self._service}'s answer is too large",
                            f"{call} gave more than {largest // 2**20} MiB.",
                        )
                return Reply(response.status_code, response.headers, bytes(body))
        except requests.exceptions.SSLError as error:
            why = _innermost(error)
            if not isinstance(why, ssl.SSLCertVerificationError):
                raise RemoteError(
                    f"{self._url} does not answer in TLS",
                    "So nobody can tell who it is, and no credentials were sent.",
                    "the address of a server without TLS, on this machine say, begins with http://",
                ) from error
            raise RemoteError(
                f"{self._url} cannot be trusted",
                f"Its certificate does not hold: {why.verify_message}.",
                "name your own authority's certificates in REQUESTS_CA_BUNDLE; verification is never turned off",
            ) from error
        except requests.RequestException as error:
            raise _Unreachable(bounds.passed or _short(error)) from error

    def _check_way(self, response: requests.Response) -> None:
        if 300 <= response.status_code < 400:
            where = urlsplit(response.headers.get("Location", ""))
            told = f"{where.scheme}://{where.hostname}" if where.hostname else "elsewhere"
            raise RemoteError(
                f"{self._service} redirects, and is not followed",
                f"{self._url} leads to {told}. Following would carry the credentials there, or lose what was asked.",
                "write the URL that it leads to into setwright.yaml, if that is the one you mean",
            )

    def _pause(self, attempt: int, asked: float | None) -> float:
        if asked is not None:
            return min(asked, self._limits.longest_wait)
        return min(2.0 ** (attempt - 1), 30.0) * random.uniform(0.5, 1.0)  # noqa: S311 - so that clients spread

    def _unanswered(self, call: Call, error: _Unreachable) -> UnansweredError:
        what = (
            f"{self._limits.tries} tries."
            if call.again
            else "It may have been carried out all the same; plan again to see."
        )
        return UnansweredError(
            f"{self._url} does not answer", f"{call}: {error}. {what}", "try again, or check the URL"
        )


class NoAuth(AuthBase):
    """No credentials at all, and none from a netrc either: for URLs that carry their own permission."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Unreachable(Exception):
    """No answer came; perhaps the next try gets one."""


def _short(error: BaseException) -> str:
    """The kind of a failure: what libraries write of one may quote headers and URLs with signatures."""
    inner = _innermost(error)
    return f"{type(error).__name__}" if inner is error else f"{type(error).__name__}, {type(inner).__name__}"


def _innermost(error: BaseException) -> BaseException:
    """What `error` came of first."""
    while (before := error.__cause__ or error.__context__) is not None:
        error = before
    return error


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
