"""`setwright auth`: whether the credentials are there and taken, without showing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from setwright.cli.main import run
from tests.cli.project_folder import project_at
from tests.remotes.layernext.recording import Reply, serving

if TYPE_CHECKING:
    from pathlib import Path

CANARY = "canary-99d0"


@pytest.fixture(autouse=True)
def credentials(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_KEY", "key_a")
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_SECRET", CANARY)


def layernext_project(folder: Path, url: str) -> Path:
    return project_at(folder, project=f"project: party\nremote: {{kind: layernext, url: '{url}'}}\n")


def test_status_tells_the_source_and_sends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda request: Reply(status=500)) as server:
        monkeypatch.chdir(layernext_project(tmp_path, server.url))
        assert run(["auth", "status"]) == 0
    out, err = capsys.readouterr()
    assert "SETWRIGHT_LAYERNEXT_KEY" in out and CANARY not in out + err
    assert server.seen == []


def test_check_says_that_the_remote_takes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(lambda request: Reply(json={"isCompatible": True})) as server:
        monkeypatch.chdir(layernext_project(tmp_path, server.url))
        assert run(["auth", "check"]) == 0
    assert "takes the credentials" in capsys.readouterr().out
    assert [seen.path for seen in server.seen] == ["/datalake/api/client/sdk/compatibility/2.3.4"]


@pytest.mark.parametrize(
    "reply",
    [
        Reply(status=401, json={"error": {"message": "no"}}),
        Reply(json={"isCompatible": False, "message": "too old"}),
        Reply(status=404, json={}),
        Reply(raw=b"<html>"),
    ],
)
def test_check_fails_where_they_are_not_taken(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    reply: Reply,
) -> None:
    with serving(lambda request: reply) as server:
        assert run(["auth", "check", "--url", server.url]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("Error: ") and CANARY not in out + err


def test_a_lake_on_this_machine_wants_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project_at(tmp_path))
    assert run(["auth", "check"]) == 0
    assert "wants no credentials" in capsys.readouterr().out
