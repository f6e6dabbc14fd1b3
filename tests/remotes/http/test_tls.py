"""TLS is verified always: against what the system trusts, or the authority that the environment names."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import subprocess
import threading
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest

from setwright.model.errors import RemoteError
from setwright.remotes.http.connection import Call, Connection, Limits
from setwright.remotes.http.credentials import Credentials, Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def certificate(folder: Path, names: str) -> tuple[Path, Path]:
    """A certificate for `names` that vouches for itself, and its key."""
    made, key = folder / "server.crt", folder / "server.key"
    asked = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=test".split()
    told = ["-addext", f"subjectAltName={names}", "-keyout", str(key), "-out", str(made)]
    subprocess.run(["openssl", *asked, *told], check=True, capture_output=True)
    return made, key


@contextmanager
def serving(made: Path, key: Path, seen: list[str]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization", ""))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made, key)
    server = HTTPServer(("127.0.0.1", 0), Handler)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a handshake that is broken off
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(url: str) -> int:
    credentials = Credentials(key=Secret("key_1"), secret=Secret("canary"), source="the test")
    limits = Limits(connect=5, read=5, tries=1)
    with closing(Connection(url, credentials, service="The server", limits=limits)) as connection:
        return connection.send(Call(method="GET", path="/about")).status


def test_a_server_that_nobody_vouches_for_gets_no_credentials(tmp_path: Path) -> None:
    seen: list[str] = []
    with (
        serving(*certificate(tmp_path, "IP:127.0.0.1"), seen) as url,
        pytest.raises(RemoteError, match="cannot be trusted") as refused,
    ):
        ask(url)
    assert "REQUESTS_CA_BUNDLE" in str(refused.value.hint) and seen == []
    assert re.search("self.signed certificate", refused.value.detail)


def test_a_server_without_tls_is_not_called_one_with_a_wrong_certificate() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with listening.accept()[0] as asked:
                asked.recv(1000)
                asked.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(RemoteError, match="does not answer in TLS") as refused:
            ask(f"https://127.0.0.1:{listening.getsockname()[1]}")
        thread.join()
    assert "begins with http://" in str(refused.value.hint)


def test_an_authority_of_ones_own_is_named_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []
    made, key = certificate(tmp_path, "IP:127.0.0.1")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made))
    with serving(made, key, seen) as url:
        assert ask(url) == 204
    assert seen and seen[0].startswith("Basic ")


def test_a_certificate_of_another_name_does_not_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    made, key = certificate(tmp_path, "DNS:elsewhere.example.org")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(made))
    with serving(made, key, seen) as url, pytest.raises(RemoteError, match="cannot be trusted"):
        ask(url)
    assert seen == []
