"""`setwright serve` and its keys, as a person uses them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from setwright.cli.main import run
from setwright.lake.lake import Lake


@pytest.fixture
def folder(tmp_path: Path) -> str:
    with Lake.create(tmp_path / "lake"):
        return str(tmp_path / "lake")


def test_a_key_is_shown_once_and_can_be_taken_back(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        run(["serve", "--lake", folder, "keys", "create", "--role", "apply", "--note", "team\x1b[31m"]) == 0
    )
    name, secret = capsys.readouterr().out.strip().split(":")
    assert run(["serve", "--lake", folder, "keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert name in listed and "apply" in listed and "\x1b" not in listed and secret not in listed
    assert run(["serve", "--lake", folder, "keys", "revoke", name]) == 0
    assert run(["serve", "--lake", folder, "keys", "revoke", name]) == 1


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "lake.example"])
def test_it_does_not_listen_elsewhere_without_tls(
    folder: str, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--lake", folder, "--host", host]) == 1
    assert "--behind-tls" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "postgresql+psycopg://ada:hunter2@db.example.org/lakes",
            "setwright lake init --lake DIR --catalog URL",
        ),
        ("https://ada:hunter2@lake.example.org", "remote: {kind: lake, url: …}"),
        ("s3://hunter2/lake", "setwright lake init"),
        ("file://hunter2/srv/lake", "mount the folder"),
    ],
)
def test_of_a_url_that_is_no_folder_it_is_told_what_serves_it_and_no_password_is_repeated(
    url: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--lake", url]) == 1
    said = capsys.readouterr().err
    assert told in said and "hunter2" not in said


def test_a_folder_may_be_named_by_its_url(folder: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--lake", Path(folder).as_uri(), "keys", "list"]) == 0
    assert "There is no key yet" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (["--proxy", "127.0.0.1"], "--public-url"),
        (["--host", "0.0.0.0", "--behind-tls"], "--public-url"),
        (["--public-url", "lake.example.com"], "begins with https://"),
        (["--public-url", "http://lake.example.com"], "could read the credentials"),
        (["--public-url", "https://lake.example.com", "--proxy", "nginx"], "--proxy 127.0.0.1"),
    ],
)
def test_a_proxy_that_clients_could_not_use_is_noticed_at_once(
    folder: str, said: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--lake", folder, *said]) == 1
    assert told in capsys.readouterr().err


def test_it_serves_until_it_is_told_to_stop(folder: str) -> None:
    created = subprocess.run(
        [sys.executable, "-m", "setwright", "serve", "--lake", folder, "keys", "create"],
        check=True,
        capture_output=True,
        text=True,
    )
    key, secret = created.stdout.strip().split(":")
    server = subprocess.Popen(
        [sys.executable, "-m", "setwright", "serve", "--lake", folder, "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert server.stderr is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)", server.stderr.readline())
        assert found is not None and found[1] != "0"
        url = found[0]
        for _ in range(100):
            try:
                answer = requests.get(f"{url}/health", timeout=5)
                break
            except requests.ConnectionError:
                time.sleep(0.05)
        assert answer.json()["status"] == "ok"
        listed = requests.get(f"{url}/datalake/api/client/labels/list", auth=(key, secret), timeout=5)
        assert listed.json() == []
        for sent in (signal.SIGTERM, signal.SIGINT, signal.SIGINT):  # as whoever is impatient
            server.send_signal(sent)
            time.sleep(0.01)
        assert server.wait(20) == 0
        told = server.stderr.read()
        assert secret not in told
        assert "Traceback" not in told
    finally:
        server.kill()
        server.wait()
        assert server.stderr is not None
        server.stderr.close()
