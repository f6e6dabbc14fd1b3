"""`setwright serve`: a lake as a server that LayerNext's SDK can speak to."""

from __future__ import annotations

import contextlib
import logging
import secrets
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, TextIO

import click

from setwright.server.place import folder_of

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

    from setwright.lake.lake import Lake
    from setwright.pixels.executor import Executor
    from setwright.server.service import Service

SECRET_VARIABLE = "SETWRIGHT_SERVER_SECRET"  # noqa: S105 - the name of a variable

QUERY_LIMIT = 300.0
"""Seconds after which a client's question is given up."""

STOPPED = 45.0
"""Seconds after which it has ended, whatever still runs. Nothing is lost by that: a kill loses nothing either."""

_PATIENCE = 2.0
"""For so many seconds after the first signal, others are taken for the same one."""

HEAVY = 4
"""So many requests at a time may hold a whole membership or manifest in memory."""

HEAVY_WAITING = 16
"""So many more may wait for that, which leaves threads for other requests."""


@click.group(invoke_without_command=True)
@click.option(
    "--lake",
    "place",
    metavar="DIR|URL",
    default=".setwright/lake",
    show_default=True,
    help="The lake: its folder, also as a file:// URL.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8765, show_default=True, help="0: one that is free."
)
@click.option(
    "--public-url", metavar="URL", help="How clients reach the server.  [default: http://HOST:PORT]"
)
@click.option(
    "--behind-tls",
    is_flag=True,
    help="A proxy in front speaks TLS, so it may listen elsewhere than on this machine.",
)
@click.option(
    "--proxy",
    "proxies",
    metavar="ADDRESS",
    multiple=True,
    help="A proxy's address or network, whose X-Forwarded-For tells the log who asks. May be repeated.",
)
@click.pass_context
def command(
    context: click.Context,
    place: str,
    host: str,
    port: int,
    public_url: str | None,
    behind_tls: bool,
    proxies: tuple[str, ...],
) -> None:
    """Serve a lake over HTTP, as a LayerNext that its own SDK can speak to.

    It listens on this machine alone. Keys are made with `setwright serve keys create`; without one, nobody is let in.
    """
    folder = folder_of(place)
    context.obj = _Folder(folder, context.obj)
    if context.invoked_subcommand is None:
        _serve(folder, host, port, _public(public_url, behind_tls, proxies), behind_tls, proxies)


class _Folder:
    """The lake's folder, and whatever the program handed down."""

    def __init__(self, folder: Path, session: object) -> None:
        self.folder = folder
        self.session = session


@command.group()
def keys() -> None:
    """Make, list and revoke API keys."""


@keys.command()
@click.option(
    "--role",
    type=click.Choice(["read", "plan", "apply", "admin"]),
    default="read",
    show_default=True,
    help="What the key may do: look and download; select; make datasets and upload; delete versions.",
)
@click.option("--note", default="", help="Whose key it is.")
@click.pass_obj
def create(here: _Folder, role: str, note: str) -> None:
    """Make a key, and print it with its secret, which is not kept and cannot be shown again."""
    from datetime import UTC, datetime

    from setwright.server.keys import Keyring, Role

    with _open(here.folder):
        key, secret = Keyring(here.folder).create(Role[role.upper()], note, datetime.now(UTC))
    click.echo(f"{key.name}:{secret}")
    click.echo("This is the only time that the secret, after the colon, is shown.", err=True)


@keys.command("list")
@click.pass_obj
def list_keys(here: _Folder) -> None:
    """List the keys, without their secrets."""
    from setwright.server.keys import Keyring
    from setwright.views.escape import terminal
    from setwright.views.table import aligned

    with _open(here.folder):
        found = Keyring(here.folder).all()
    if not found:
        click.echo("There is no key yet. `setwright serve keys create` makes one.")
        return
    rows = [["key", "may", "made", "note"]]
    rows += [[key.name, key.role.word, key.created_at, terminal(key.note)] for key in found]
    click.echo("\n".join(aligned(rows, left=4)))


@keys.command()
@click.argument("name")
@click.pass_obj
def revoke(here: _Folder, name: str) -> None:
    """Take the key NAME back, at once."""
    from setwright.server.keys import Keyring

    with _open(here.folder):
        Keyring(here.folder).revoke(name)
    click.echo(f"{name} lets nobody in any more.", err=True)


def _open(folder: Path) -> Lake:
    from setwright.lake.lake import Lake

    return Lake.open(folder, query_limit=QUERY_LIMIT)


def _public(url: str | None, behind_tls: bool, proxies: tuple[str, ...]) -> str | None:
    """How clients reach the server, as far as that was said.

    Raises:
        UsageError: it is no URL for that; or a proxy was named, and so it is missing, or the proxy is no address.
    """
    from ipaddress import ip_network

    from setwright.model.errors import RemoteError, UsageError
    from setwright.remotes.http.connection import base_url

    for each in proxies:
        try:
            ip_network(each)
        except ValueError as error:
            raise UsageError(
                "A proxy is named by its address", f"{error}.", "for example --proxy 127.0.0.1 or 10.0.0.0/24"
            ) from error
    if url is None and (behind_tls or proxies):
        raise UsageError(
            "Clients do not know the proxy",
            "URLs of pictures and uploads are made by the server, which cannot see how clients reach it.",
            "say --public-url https://…, as it is outside",
        )
    try:
        return url and base_url(url)
    except RemoteError as error:
        raise UsageError(
            "The server's public URL cannot be used",
            error.detail,
            "for example --public-url https://lake.example.com",
        ) from error


def _serve(
    folder: Path, host: str, port: int, public_url: str | None, behind_tls: bool, proxies: tuple[str, ...]
) -> None:
    from setwright.model.errors import UsageError
    from setwright.remotes.http.connection import is_loopback

    try:
        import uvicorn

        from setwright.server.application import application
        from setwright.server.connections import config
    except ImportError as error:
        raise UsageError(
            "The server's libraries are not installed",
            f"{error.name} is missing.",
            "pip install 'setwright[server]'",
        ) from error

    class Server(uvicorn.Server):
        asked = 0.0

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            if self.should_exit and time.monotonic() - self.asked < _PATIENCE:
                return  # a second one would have it break off, and tell of that in a traceback
            self.asked = time.monotonic()
            # At once: it waits for the requests that run, and these wait for what is being made.
            service.publishing.stop()
            _end_within(STOPPED)
            super().handle_exit(sig, frame)

    if not is_loopback(host) and not behind_tls:
        raise UsageError(
            f"The server does not listen at {host}",
            "Whoever is on the way could read the keys, as it speaks no TLS itself.",
            "put a proxy with TLS in front and say --behind-tls, or listen at 127.0.0.1",
        )
    with _open(folder) as lake, listening(host, port) as listener:
        service = make_service(lake, public_url or f"http://{_in_url(host)}:{listener.getsockname()[1]}")
        if not service.keys.all():
            click.echo("There is no key yet, so nobody is let in: `setwright serve keys create`", err=True)
        _log_to(sys.stderr)
        click.echo(f"Serving {folder} at {service.public_url}. Ctrl-C stops.", err=True)
        # It takes the signals while it runs, and gives them on once it has ended in good order.
        with contextlib.suppress(KeyboardInterrupt):
            Server(config(application(service), proxies)).run(sockets=[listener])


def _end_within(seconds: float) -> None:
    """End this process then, if it still runs."""
    import os

    def end() -> None:
        logging.getLogger("setwright.server").warning("what runs does not end, so it is left")
        os._exit(1)

    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens there, whose connections send what there is at once.

    asyncio asks for that only of sockets that name their protocol, which `create_server` makes none of; without it
    each answer of two parts waits for the client's acknowledgement of the first, as a rule 40 ms.

    Raises:
        UsageError: that cannot be.
    """
    from setwright.model.errors import UsageError

    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server((host, port), family=family)
    except OSError as error:
        raise UsageError(
            f"The server cannot listen at {host}:{port}", f"{error.strerror or error}.", "name another --port"
        ) from error
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def make_service(
    lake: Lake, public_url: str, *, secret: bytes | None = None, executor: Executor | None = None
) -> Service:
    """A service over `lake`, reached at `public_url`.

    `secret` signs URLs; None for what the environment says. `executor` makes varied pictures; None for processes of
    their own, so that this one can answer requests meanwhile.
    """
    import os

    from setwright.pixels.executor import Processes
    from setwright.server.jobs import Jobs
    from setwright.server.keys import Keyring
    from setwright.server.listings import Listings
    from setwright.server.manifests import Manifests
    from setwright.server.metrics import Metrics
    from setwright.server.promises import Promises
    from setwright.server.publishing import Publishing
    from setwright.server.selections import Selections
    from setwright.server.service import Limits, Service
    from setwright.server.signing import Signer
    from setwright.server.turns import Turns
    from setwright.server.uploads import Uploads

    given = os.environ.get(SECRET_VARIABLE, "").encode()
    jobs, manifests, maker = Jobs(), Manifests(lake.folder), executor or Processes()
    return Service(
        lake=lake,
        keys=Keyring(lake.folder),
        signer=Signer(secret or given or secrets.token_bytes(32)),
        selections=Selections(),
        listings=Listings(),
        jobs=jobs,
        promises=Promises(lake.folder),
        uploads=Uploads(lake.folder),
        manifests=manifests,
        publishing=Publishing(lake, manifests, jobs, maker),
        heavy=Turns(HEAVY, HEAVY_WAITING),
        metrics=Metrics(),
        executor=maker,
        limits=Limits(),
        public_url=public_url.rstrip("/"),
    )


def _log_to(stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(message)s"))
    for name in ("setwright.server", "setwright.server.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING if name == "uvicorn.error" else logging.INFO)


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host
