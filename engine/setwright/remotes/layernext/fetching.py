"""One file by a URL that a server gave: fetched without credentials, in bounds, whole or not at all.

What a server gives is not trusted. A URL leads to the installation itself, or over https to an address that the whole
world can reach, and never into the network that we happen to stand in; no redirect is followed. Bytes go aside first.
What breaks off is asked for again from where it broke, if the server says that it is still the same file.
"""

from __future__ import annotations

import hashlib
import socket
import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from setwright.edge.files import ASIDE
from setwright.model.errors import RemoteError
from setwright.remotes.http.bounded import Bounds, bounded_session
from setwright.remotes.http.connection import NoAuth

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

_CHUNK: Final = 1 << 18
_PROGRESS: Final = 1 << 16
"""Fewer bytes than these are no progress: a server might give a byte with each try, for ever."""
_SLOWEST: Final = 4_000  # bytes a second


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """Seconds for connecting, for each read, and beyond the slowest pace for the whole; bytes of a file; and tries
    without any progress.
    """

    connect: float = 10.0
    read: float = 30.0
    beyond: float = 120.0
    size: int = 4 * 2**30
    tries: int = 4


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file that came whole: its bytes counted, and their SHA-256."""

    size: int
    sha256: str


def resolve(host: str) -> Sequence[str]:
    """The addresses of a host.

    Raises:
        OSError: it has none.
    """
    return [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class Fetcher:
    """Fetches files that the installation at `base` names. For one thread."""

    def __init__(
        self,
        base: str,
        *,
        limits: FetchLimits = FetchLimits(),
        sleep: Callable[[float], None] = time.sleep,
        addresses: Callable[[str], Sequence[str]] = resolve,
    ) -> None:
        """`base` is the installation's URL; `addresses` tells where a host is."""
        self._base = urlsplit(base)
        self._limits = limits
        self._sleep = sleep
        self._addresses = addresses
        bounds = Bounds()
        bounds.set(seconds=limits.beyond, largest=limits.size, slowest=_SLOWEST)
        self._session = bounded_session(bounds)
        self._session.auth = NoAuth()
        self._session.headers["User-Agent"] = "setwright"
        self._session.headers["Accept-Encoding"] = "identity"

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def fetch(self, url: str, path: Path) -> Fetched:
        """Make what `url` gives the file at `path`, whose folder is there.

        Raises:
            RemoteError: the URL leads where it must not, or nothing whole came of it; `path` is as it was.
        """
        self._check(url)
        aside = path.with_name(f".{hashlib.sha256(path.name.encode()).hexdigest()[:16]}{ASIDE}")
        try:
            with aside.open("w+b") as file:
                fetched = self._into(url, file)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
        return fetched

    def _into(self, url: str, file: BinaryIO) -> Fetched:
        tag: str | None = None
        left, farthest = self._limits.tries, 0
        while True:
            try:
                whole, tag = self._once(url, file, tag)
            except _Broken as error:
                tag = error.tag
                left -= 1
                # Without a tag a try begins anew, and comes less far than the one before as easily as farther.
                if file.tell() >= farthest + _PROGRESS:
                    left, farthest = self._limits.tries, file.tell()
                if left <= 0:
                    raise RemoteError(
                        "A file cannot be fetched whole",
                        f"{_shown(url)} breaks off at {file.tell():,} bytes, again and again: {error}.",
                        "run the same command again later; what is there is kept",
                    ) from error
                self._sleep(0.5)
                continue
            if whole:
                return _digested(file)

    def _once(self, url: str, file: BinaryIO, tag: str | None) -> tuple[bool, str | None]:
        """Take what comes; whether that was the end, and what stands for this content at the server."""
        headers = {}
        if file.tell() and tag is not None:
            headers = {"Range": f"bytes={file.tell()}-", "If-Range": tag}
        try:
            with self._session.get(
                url,
                headers=headers,
                timeout=(self._limits.connect, self._limits.read),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._check_peer(response)
                status = response.status_code
                if status in (429, 502, 503, 504):
                    raise _Broken(f"status {status}", tag)
                if status not in (200, 206) or (status == 206 and not headers):
                    raise RemoteError("A file cannot be fetched", f"{_shown(url)} answered {status}.")
                if status == 206 and not _continues(response, file.tell()):
                    raise RemoteError("A file cannot be fetched", f"{_shown(url)} went on at another place.")
                if status == 200:
                    file.seek(0)  # the whole of it, from its beginning
                    file.truncate()
                tag = _strong_tag(response)
                # `iter_content` would drop what came of the last chunk before the connection broke.
                while piece := response.raw.read1(_CHUNK):
                    if file.tell() + len(piece) > self._limits.size:
                        raise RemoteError(
                            "A file is too large", f"{_shown(url)} has more than {self._limits.size:,} bytes."
                        )
                    file.write(piece)
                return True, tag
        except requests.exceptions.SSLError as error:
            raise RemoteError(f"{_shown(url)} cannot be trusted", "Its certificate does not hold.") from error
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _Broken(type(error).__name__, tag) from error

    def _check(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise _refused("It is no URL.") from error
        if not host or parts.username is not None or parts.password is not None:
            raise _refused("It names no host, or credentials.")
        if (parts.scheme, host, port) == (self._base.scheme, self._base.hostname, self._base.port):
            return
        if parts.scheme != "https":
            raise _refused(f"Its scheme is {parts.scheme[:10]!r}, not https.")
        try:
            addresses = self._addresses(host)
        except OSError as error:
            raise _refused("Its host is not known.") from error
        if not addresses or not all(_is_public(address) for address in addresses):
            raise _refused("Its host is on a network that is not public.")

    def _check_peer(self, response: requests.Response) -> None:
        """A name may have led elsewhere a moment later: what counts is who answered."""
        parts = urlsplit(response.url)
        if (parts.hostname, parts.port) == (self._base.hostname, self._base.port) or self._session.proxies:
            return
        connection = getattr(response.raw, "_connection", None)
        peer = getattr(connection, "sock", None)
        if peer is not None and not _is_public(peer.getpeername()[0]):
            raise _refused("Its host is on a network that is not public.")


class _Broken(Exception):
    """What came was not all; `tag` is what stood for the content."""

    def __init__(self, why: str, tag: str | None) -> None:
        super().__init__(why)
        self.tag = tag


def _digested(file: BinaryIO) -> Fetched:
    size = file.tell()
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_CHUNK):
        digest.update(piece)
    return Fetched(size, digest.hexdigest())


def _strong_tag(response: requests.Response) -> str | None:
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else None


def _continues(response: requests.Response, at: int) -> bool:
    return response.headers.get("Content-Range", "").startswith(f"bytes {at}-")


def _is_public(address: str) -> bool:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    inner = getattr(found, "ipv4_mapped", None) or getattr(found, "sixtofour", None)
    return (inner or found).is_global and not found.is_multicast


def _shown(url: str) -> str:
    """A URL without its query, which may hold a permission."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}{parts.path}"[:200]


def _refused(why: str) -> RemoteError:
    return RemoteError("A URL from the server is not followed", why)
