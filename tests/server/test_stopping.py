"""A server that is stopped or killed while it makes a version leaves nothing half done, and the next one goes on."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model.dataset import Augmentation, AugmentationWish, Selection
from setwright.model.splits import SplitWish
from setwright.model.versions import FIRST_VERSION, ChangeSeverity, Publication
from setwright.plan.content import desired_content
from setwright.server.jobs import RUNNING, JobState
from setwright.server.keys import Keyring, Role
from setwright.server.promises import Promises
from setwright.server.wire.wishes import Wish
from tests.conformance.remotes import CELLS, NOON
from tests.lake.lakes import ingest, write
from tests.server.serving import connected, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.model.versions import Version
    from setwright.remotes.lake_server.remote import ServedLakeRemote

FRAMES = 150
WISH = AugmentationWish(
    recipes=(Augmentation(type="IMAGE_ROTATION", property="PERCENTAGE_SCALE", range=(-30, 30)),), copies=12
)
VARIED = replace(CELLS, split=SplitWish(train=100, validation=0, test=0), augmentations=WISH)


@contextmanager
def program(lake: Path, port: int, module: str = "setwright") -> Iterator[subprocess.Popen[str]]:
    """`setwright serve`, which is killed in the end if it still runs."""
    serve = [sys.executable, "-m", module, "serve", "--lake", str(lake), "--port", str(port)]
    with subprocess.Popen(serve, stderr=subprocess.PIPE, text=True) as running:
        try:
            while True:
                try:
                    requests.get(f"http://127.0.0.1:{port}/health", timeout=5)
                    break
                except requests.ConnectionError:
                    assert running.poll() is None, running.stderr and running.stderr.read()
                    time.sleep(0.05)
            yield running
        finally:
            running.kill()


def publication(remote: ServedLakeRemote) -> Publication:
    revision = remote.revision()
    return Publication(
        key="varied-1",
        config=VARIED,
        parent=None,
        number=FIRST_VERSION,
        severity=ChangeSeverity.ADDITIVE,
        manifest=desired_content(VARIED, remote.membership(Selection.of(VARIED), revision), None),
        revision=revision,
        author="test",
        at=NOON,
    )


def progress(remote: ServedLakeRemote, pair: tuple[str, str]) -> int:
    """How many pictures the server says that it has made, -1 once the version is there."""
    told = requests.get(
        f"{remote.location}/lake/v1/publications",
        params={"key": "varied-1"},
        auth=pair,
        timeout=20,
    ).json()
    return -1 if told["status"] == "done" else int(told["done"])


def held(folder: Path, role: Role, frames: int = FRAMES) -> tuple[str, str]:
    """A lake of frames in `folder`, and a key to it."""
    with Lake.create(folder / "lake") as lake:
        ingest(lake, write(folder / "cells", {f"{n:03}.png": ["WBC"] for n in range(frames)}), "cells")
        key, secret = Keyring(lake.folder).create(role, "", datetime.now(UTC))
    return key.name, secret


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_server_that_goes_while_it_makes_a_version_is_waited_for_and_makes_it_once(
    how: signal.Signals, tmp_path: Path
) -> None:
    pair, port = held(tmp_path, Role.APPLY), free_port()
    made: list[Version] = []
    with connected(f"http://127.0.0.1:{port}", pair) as remote:
        with program(tmp_path / "lake", port) as first:
            wanted = publication(remote)
            client = threading.Thread(target=lambda: made.append(remote.publish(wanted)))
            client.start()
            while progress(remote, pair) == 0:
                time.sleep(0.02)
            first.send_signal(how)
            assert first.wait(30) == (0 if how is signal.SIGTERM else -how)
        with Lake.open(tmp_path / "lake") as lake:
            if how is signal.SIGKILL:  # one that is stopped may finish first
                assert lake.versions(VARIED.name) == (), "it was made before it could be killed: take more"
        with program(tmp_path / "lake", port):
            client.join(60)
        assert [each.manifest_digest for each in made] == [wanted.manifest.digest]
    with Lake.open(tmp_path / "lake") as lake:
        assert [each.id for each in lake.versions(VARIED.name)] == [made[0].id]
        assert not lake.verify().damages


WANTED: dict[str, Any] = {
    "name": "Cells",
    "splitInfo": {"train": 100, "test": 0, "validation": 0},
    "labels": ["WBC"],
    "exportTypes": ["RAW"],
    "augmentations": {
        "IMAGE_LEVEL": [
            {"id": "FLIP_IMAGE", "properties": [{"id": "FLIP_HORIZONTAL", "values": [True]}]},
            {"id": "IMAGE_ROTATION", "properties": [{"id": "PERCENTAGE_SCALE", "values": [-30, 30]}]},
            {"id": "HUE", "properties": [{"id": "HUE_DEGREES", "values": [-20, 20]}]},
        ]
    },
}


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who speaks LayerNext's wire."""

    url: str
    pair: tuple[str, str]

    def ask(self, method: str, path: str, **said: Any) -> Any:
        answer = requests.request(method, self.url + path, auth=self.pair, timeout=30, **said)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def create(self) -> Any:
        selected = self.ask("POST", "/datalake/api/client/query/getSelectionId", json={})
        tag = {"datasetSelectionId": selected["selectionTag"]}
        return self.ask("GET", "/dataset/api/client/dataset/create", params=tag, json=WANTED)

    def status(self, job: str) -> Any:
        return self.ask("GET", f"/datalake/api/client/jobs/{job}/getStatus")

    def ended(self, job: str) -> Any:
        while (told := self.status(job))["status"] == IN_PROGRESS:
            time.sleep(0.1)
        return told


IN_PROGRESS, COMPLETED, FAILED = 1, 2, 4
FEW = 40


@pytest.mark.slow
@pytest.mark.parametrize("how", ["stopped", "killed", "stuck"])
def test_a_job_that_a_client_was_told_of_is_done_by_the_next_server(
    how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair, port = held(tmp_path, Role.APPLY, FEW), free_port()
    client = Client(f"http://127.0.0.1:{port}", pair)
    if how == "stuck":  # its work never comes to a step at which it could end
        monkeypatch.setenv("STUCK", "")
    with program(tmp_path / "lake", port, "tests.server.impatient") as first:
        told = client.create()
        assert "datasetVersionId" not in told, "it was made before its client was told of a job"
        assert client.status(told["jobId"])["status"] == IN_PROGRESS
        if how == "stuck":
            assert first.stderr is not None
            assert any(line == "stuck\n" for line in first.stderr)
        first.send_signal(signal.SIGKILL if how == "killed" else signal.SIGTERM)
        assert first.wait(60) == {"stopped": 0, "killed": -signal.SIGKILL, "stuck": 1}[how]
    with Lake.open(tmp_path / "lake") as lake:
        assert lake.versions("Cells") == ()
    for _ in range(2):  # also one that was not there when it ended can say how it did
        with program(tmp_path / "lake", port):
            assert client.ended(told["jobId"])["status"] == COMPLETED
    with Lake.open(tmp_path / "lake") as lake:
        (version,) = lake.versions("Cells")
        assert version.statistics.frames == FEW
        assert any(split.copies for split in version.statistics.splits)
        assert not lake.verify().damages


def wish(revision: int, **others: Any) -> Wish:
    said: dict[str, Any] = {
        "key": "layernext-1",
        "config": CELLS,
        "picked": None,
        "revision": revision,
        "parent": None,
        "replacing": None,
        "author": "test",
        "at": NOON,
    }
    return Wish(**(said | others))


def test_what_cannot_be_made_any_more_is_told_as_failed_with_its_reason(tmp_path: Path) -> None:
    pair = held(tmp_path, Role.APPLY, FEW)
    job = "0" * 23 + "1"
    with Lake.open(tmp_path / "lake") as lake:
        before = Promises(lake.folder)
        before.give(job, wish(lake.revision(), parent="0" * 24))
        before.close()
    with serving(tmp_path / "lake") as server:
        told = Client(server.url, pair).ended(job)
        assert told["status"] == FAILED
        assert told["message"]


def test_of_two_servers_one_works_at_what_was_promised_and_either_can_tell(tmp_path: Path) -> None:
    held(tmp_path, Role.APPLY, FEW)
    job = "0" * 24
    with Lake.open(tmp_path / "lake") as lake:
        mine, other = Promises(lake.folder), Promises(lake.folder)
        wanted = wish(lake.revision(), picked=("1" * 24, "2" * 24))
        mine.give(job, wanted)
        assert (mine.left(), other.left()) == ([job], [job])
        assert other.claim(job) is None
        assert other.state(job) == RUNNING
        mine.close()
        assert other.claim(job) == wanted
        assert mine.claim(job) is None
        other.ended(job, JobState(status="failed", progress=0.0, message="No."))
        assert mine.state(job) == JobState(status="failed", progress=0.0, message="No.")
        assert mine.claim(job) is None
        assert mine.left() == []
        mine.close()


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"format_version": 1, "wish": {}}', '{"format_version": 2}']
)
def test_a_promise_that_cannot_be_read_holds_nobody_up(damage: str, tmp_path: Path) -> None:
    pair = held(tmp_path, Role.APPLY, FEW)
    job = "0" * 24
    (tmp_path / "lake" / "jobs").mkdir()
    (tmp_path / "lake" / "jobs" / f"{job}.json").write_text(damage)
    with serving(tmp_path / "lake") as server:
        path = f"{server.url}/datalake/api/client/jobs/{job}/getStatus"
        answer = requests.get(path, auth=pair, timeout=30)
        assert answer.status_code == 404 or answer.json()["status"] == FAILED
