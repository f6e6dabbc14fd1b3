"""The deployment that `docs/server.md` describes works as it stands there: its nginx, its unit, its commands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import requests

from setwright.cli.main import run
from tests import postgresql
from tests.lake.lakes import write
from tests.remotes.http.test_tls import certificate
from tests.server.test_official_sdk import PYTHON, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = (Path(__file__).parents[2] / "docs" / "server.md").read_text(encoding="utf-8")
NGINX = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

SPEC = """
dataset: balloons
name: {name}
source: {{collection: photos}}
labels: [Balloon]
split: {{train: 50, validation: 25, test: 25}}
exports: [RAW]
"""


def block(language: str) -> str:
    """The block of the page in that language, of which there is one that a machine reads as it stands."""
    (found,) = re.findall(rf"^```{language}\n(# /etc/.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def told(text: str, changes: dict[str, str]) -> str:
    """`text` with what is this machine's own; each change has a place in it."""
    for before, after in changes.items():
        assert before in text, f"the page no longer says {before}"
        text = text.replace(before, after)
    return text


def options() -> list[str]:
    """What the unit starts, after `setwright`."""
    (started,) = re.findall(r"^ExecStart=(.*)$", block("ini"), re.MULTILINE)
    return shlex.split(started)[1:]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Deployment:
    """The page's deployment in `folder`, reached at `url` with `key`; `server` is what the unit starts."""

    folder: Path
    url: str
    key: str
    server: subprocess.Popen[bytes]

    def logs(self) -> str:
        return "".join(path.read_text() for path in self.folder.glob("*.log"))


@contextmanager
def process(command: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as stream:
        started = subprocess.Popen(command, stderr=stream, env={**os.environ, **environment})
    try:
        yield started
    finally:
        started.terminate()
        assert started.wait(40) == 0, log.read_text()


@pytest.fixture
def deployment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployment]:
    if NGINX is None or shutil.which("openssl") is None:
        pytest.skip("nginx and openssl are what the page deploys with; install them to try it")
    inner, outer, lake = free_port(), free_port(), tmp_path / "lake"
    url = f"https://localhost:{outer}"
    certificates = certificate(tmp_path, "DNS:localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificates[0]))
    site = told(
        block("nginx"),
        {
            "listen 443 ssl": f"listen 127.0.0.1:{outer} ssl",
            "lake.example.com": "localhost",
            "/etc/ssl/lake.pem": str(certificates[0]),
            "/etc/ssl/private/lake.key": str(certificates[1]),
            "/var/log/nginx/": f"{tmp_path}/nginx.",
            "127.0.0.1:8765": f"127.0.0.1:{inner}",
        },
    )
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    places = "\n".join(f"{kind}_temp_path {tmp_path}/{kind};" for kind in kinds)
    whom = "user root;" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(
        f"daemon off; {whom} pid {tmp_path}/nginx.pid; error_log {tmp_path}/nginx.error.log;\n"
        f"events {{}}\nhttp {{ {places}\n{site} }}\n"
    )
    with ExitStack() as stack:
        catalogue = []
        if postgresql.why_not() is None:
            catalogue = ["--catalog", stack.enter_context(postgresql.running())]
        assert run(["lake", "init", "--lake", str(lake), *catalogue]) == 0
        frames = {f"{n}.png": ["Balloon"] for n in range(8)}
        photos = write(tmp_path / "photos", frames)
        assert run(["lake", "ingest", str(photos), "--collection", "photos", "--lake", str(lake)]) == 0
        changes = {"/srv/lake": str(lake), "https://lake.example.com": url}
        serve = [changes.get(word, word) for word in options()]
        assert set(changes.values()) <= set(serve)
        program = [sys.executable, "-m", "setwright"]
        made = [*program, *serve[:3], "keys", "create", "--role", "apply"]
        key = subprocess.run(made, check=True, capture_output=True, text=True).stdout.strip()
        server = stack.enter_context(
            process(
                [*program, *serve, "--port", str(inner)],
                tmp_path / "server.log",
                SETWRIGHT_SERVER_SECRET="a long random text",
            )
        )
        stack.enter_context(process([NGINX, "-c", str(tmp_path / "nginx.conf")], tmp_path / "nginx.out.log"))
        for _ in range(600):
            try:
                if requests.get(f"{url}/health", timeout=20).status_code == 200:
                    break
            except requests.ConnectionError:
                pass
            time.sleep(0.05)
        yield Deployment(tmp_path, url, key, server)


def project(folder: Path, kind: str, url: str, name: str) -> Path:
    folder.mkdir()
    (folder / "setwright.yaml").write_text(f'project: {kind}\nremote: {{kind: {kind}, url: "{url}"}}\n')
    (folder / "specs").mkdir()
    (folder / "specs" / "balloons.yaml").write_text(SPEC.format(name=name))
    return folder


def pictures(folder: Path) -> list[bytes]:
    return sorted(path.read_bytes() for path in folder.rglob("*.png"))


def test_the_page_s_deployment_serves_both_kinds_of_clients_and_its_logs_hold_no_permission(
    deployment: Deployment,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    key, _, secret = deployment.key.partition(":")
    monkeypatch.setenv("SETWRIGHT_LAKE_KEY", f"{key}:{secret}")
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_KEY", key)
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_SECRET", secret)
    for kind in ("lake", "layernext"):
        monkeypatch.chdir(project(tmp_path / f"for {kind}", kind, deployment.url, f"Balloons of {kind}"))
        assert run(["plan"]) == 0 and run(["apply", "--yes"]) == 0, capsys.readouterr()
        assert run(["pull", "balloons", "--to", "out"]) == 0
        assert pictures(Path("out")) == pictures(tmp_path / "photos")
    spoofed = {"X-Forwarded-For": "203.0.113.9"}
    requests.get(f"{deployment.url}/health", headers=spoofed, timeout=20)
    listed = f"{deployment.url}/dataset/api/datasets/list"
    ids = [
        each["versionList"][0]["versionId"]
        for each in requests.get(listed, auth=(key, secret), timeout=20).json()
    ]
    pages = f"{deployment.url}/dataset/api/dataset/getVersionData/{ids[0]}/RAW"
    files = requests.get(pages, auth=(key, secret), timeout=20).json()["data"]["resourceArray"]
    url = files[0]["fileUrl"]
    assert url.startswith(f"{deployment.url}/files/")
    assert requests.get(url, timeout=20).status_code == 200
    if PYTHON.exists():
        (tmp_path / "sdk").mkdir()
        download = ["download_dataset", [ids[0], "RAW", str(tmp_path / "sdk")], {}]
        calls = f"{json.dumps([deployment.url, key, secret])}\n{json.dumps(download)}\n"
        subprocess.run([PYTHON, SCRIPT], input=calls, text=True, check=True, capture_output=True)
        assert pictures(tmp_path / "sdk") == pictures(tmp_path / "photos")
    metrics = requests.get(f"{deployment.url}/metrics", auth=(key, secret), timeout=20)
    deployment.server.send_signal(signal.SIGTERM)
    deployment.server.wait(40)
    for path in (url.removeprefix(deployment.url), "/health"):
        assert requests.get(deployment.url + path, timeout=20).status_code == 502
    logs = deployment.logs()
    assert "/files/***" in logs and "203.0.113.9" not in logs
    for hidden in (secret, url.rpartition("/")[2], "project=", "key=step"):
        assert hidden not in logs and hidden not in metrics.text


def test_nothing_of_the_page_s_unit_is_taken_for_something_else() -> None:
    lines = block("ini").splitlines()
    # systemd knows comments of whole lines alone, and takes one behind a value for a part of it.
    assert [line for line in lines if not re.fullmatch(r"|#.*|\[\w+\]|[A-Za-z]+=[^#]*", line)] == []
