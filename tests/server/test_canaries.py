"""Secrets that were put everywhere they may be are found nowhere else, whatever a command does and however it ends."""

from __future__ import annotations

import base64
import json
import logging
import urllib.parse
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from setwright.cli.main import run
from setwright.lake.lake import Lake
from setwright.remotes.http.connection import Connection
from setwright.server.keys import Role
from tests.cli.project_folder import project_at
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.recording import Reply
from tests.remotes.layernext.recording import serving as hostile
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CELLS = """
dataset: cells
source: {collection: cells}
labels: [WBC, RBC]
exports: [RAW]
"""
URL_CANARY = "canary-in-url-4f1c"

COMMANDS: tuple[Sequence[str], ...] = (
    ("auth", "status"),
    ("auth", "check"),
    ("validate",),
    ("show-spec", "cells"),
    ("plan",),
    ("plan", "--json"),
    ("plan", "--explain", "--drift"),
    ("plan", "--html", "plan.html", "--markdown", "plan.md", "--sarif", "plan.sarif"),
    ("plan", "--json-into", "events.ndjson", "--out", "saved.json"),
    ("lock",),
    ("apply", "--yes", "--json-stream"),
    ("apply", "saved.json", "--yes"),
    ("versions", "cells"),
    ("show", "cells"),
    ("show", "cells", "--json"),
    ("diff", "cells", "cells"),
    ("drift",),
    ("verify", "cells"),
    ("pull", "cells", "--export", "RAW", "--to", "out"),
    ("adopt", "others", "--name", "cells", "--version-id", "0" * 24),
    ("download", "0" * 24, "RAW", "--to", "downloads"),
    ("preview", "cells", "--augmentation", "all"),
    ("lake", "stats"),
)


def spellings(pair: tuple[str, str]) -> set[str]:
    """Everything by which the secret could be had from a text."""
    name, secret = pair
    whole = f"{name}:{secret}"
    plain = {secret, secret[8:], urllib.parse.quote(secret, safe=""), secret.encode().hex()}
    coded = {
        base64.b64encode(text.encode()).decode().rstrip("=")[start:]
        for text, start in ((whole, 0), (secret, 0), (whole, 28))
    }
    return plain | coded | {json.dumps(secret)[1:-1], secret[::-1]}


def found_in(texts: dict[str, str], secrets: set[str]) -> list[str]:
    return [place for place, text in texts.items() for secret in secrets if secret in text]


def files_below(*folders: Path, but: Path) -> dict[str, str]:
    return {
        str(path): path.read_bytes().decode("latin-1")
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and path != but
    }


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "drawn", {"a.png": ["WBC"], "b.png": ["RBC"]}), "cells")
    with serving(tmp_path / "lake") as served:
        yield served


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Everything of a user's that setwright may write to."""
    place = tmp_path / "home"
    place.mkdir()
    for variable, name in (
        ("HOME", ""),
        ("XDG_CONFIG_HOME", "config"),
        ("XDG_CACHE_HOME", "cache"),
        ("XDG_STATE_HOME", "state"),
    ):
        monkeypatch.setenv(variable, str(place / name))
    return place


@pytest.mark.parametrize(
    ("kind", "where", "ends"),
    [
        ("lake", "the environment", "well"),
        ("lake", "a file", "well"),
        ("lake", "one variable", "well"),
        ("lake", "one variable", "with too small a role"),
        ("lake", "a file", "refused"),
        ("lake", "the environment", "unanswered"),
        ("lake", "one variable", "misunderstood"),
        ("layernext", "the environment", "well"),
        ("layernext", "a file", "refused"),
        ("layernext", "one variable", "with too small a role"),
        ("layernext", "the environment", "misunderstood"),
    ],
)
def test_no_secret_shows_whatever_a_command_does_and_however_it_ends(
    running: Serving,
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
    kind: str,
    where: str,
    ends: str,
) -> None:
    variable = f"SETWRIGHT_{kind.upper()}"
    pair = running.keys[Role.PLAN if ends == "with too small a role" else Role.ADMIN]
    if ends == "refused":
        pair = (pair[0], "wrong-secret-canary-9d31aa00")
    credentials = home / "config" / "setwright" / "credentials.yaml"

    def strange(_: object) -> Reply:
        return Reply(status=200, raw=b'{"api": "' + pair[1].encode() + b'"}')  # it says the secret itself

    with hostile(strange) as other:
        url = {"unanswered": "http://127.0.0.1:9", "misunderstood": other.url}.get(ends, running.url)
        if where == "a file":
            credentials.parent.mkdir(parents=True)
            credentials.write_text(f"{url}: {{key: {pair[0]}, secret: {pair[1]}}}\n")
            credentials.chmod(0o600)
        elif where == "one variable":
            monkeypatch.setenv(f"{variable}_KEY", f"{pair[0]}:{pair[1]}")
        else:
            monkeypatch.setenv(f"{variable}_KEY", pair[0])
            monkeypatch.setenv(f"{variable}_SECRET", pair[1])
        monkeypatch.setattr(Connection, "_pause", lambda *_: 0.0)
        folder = project_at(
            tmp_path / "project",
            {"specs/cells.yaml": CELLS},
            f"project: cells\nremote: {{kind: {kind}, url: '{url}'}}\n",
        )
        monkeypatch.chdir(folder)
        codes = {}
        with caplog.at_level(logging.DEBUG):
            for command in COMMANDS:
                codes[" ".join(command)] = run(["--debug", *command])
    out, err = capfd.readouterr()
    texts = files_below(folder, home, tmp_path / "lake", but=credentials)
    texts |= {"stdout": out, "stderr": err, "the log": caplog.text}
    assert found_in(texts, spellings(pair)) == []
    assert err and (codes["plan"] == 0) == (ends in ("well", "with too small a role")), codes
    assert (codes["apply --yes --json-stream"] == 0) == (ends == "well"), codes


def test_a_secret_in_a_url_is_refused_and_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    url = f"https://key_1:{URL_CANARY}@lake.example.org"
    monkeypatch.chdir(
        project_at(tmp_path / "project", project=f"project: p\nremote: {{kind: lake, url: '{url}'}}\n")
    )
    for command in COMMANDS:
        if command[0] not in ("fmt", "lake"):
            run(["--debug", *command])
    run(["--debug", "auth", "check", "--url", url])
    assert URL_CANARY not in "".join(capfd.readouterr())
    left = files_below(tmp_path, but=tmp_path / "project" / "setwright.yaml")
    assert found_in(left, {URL_CANARY}) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    pair = ("key_1", "a-secret-of-some-length-81723")
    header = base64.b64encode(":".join(pair).encode()).decode()
    for text in (pair[1], f"Authorization: Basic {header}", urllib.parse.quote(pair[1])):
        (tmp_path / "file").write_text(f"before {text} after")
        assert found_in(files_below(tmp_path, but=tmp_path / "none"), spellings(pair))
    (tmp_path / "file").write_text(f"made {datetime.now(UTC)} for {pair[0]}")
    assert not found_in(files_below(tmp_path, but=tmp_path / "none"), spellings(pair))
