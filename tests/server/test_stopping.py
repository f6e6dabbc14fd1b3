"""A server that is stopped or killed while it makes a version leaves nothing half done, and its clients wait for it."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model.dataset import Augmentation, AugmentationWish, Selection
from setwright.model.splits import SplitWish
from setwright.model.versions import FIRST_VERSION, ChangeSeverity, Publication
from setwright.plan.content import desired_content
from setwright.server.keys import Keyring, Role
from tests.conformance.remotes import CELLS, NOON
from tests.lake.lakes import ingest, write
from tests.server.serving import connected

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
def program(lake: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`setwright serve`, which is killed in the end if it still runs."""
    serve = [sys.executable, "-m", "setwright", "serve", "--lake", str(lake), "--port", str(port)]
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


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_a_server_that_goes_while_it_makes_a_version_is_waited_for_and_makes_it_once(
    how: signal.Signals, tmp_path: Path
) -> None:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "cells", {f"{n:03}.png": ["WBC"] for n in range(FRAMES)}), "cells")
        key, secret = Keyring(lake.folder).create(Role.APPLY, "", datetime.now(UTC))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    made: list[Version] = []
    with connected(f"http://127.0.0.1:{port}", (key.name, secret)) as remote:
        with program(tmp_path / "lake", port) as first:
            wanted = publication(remote)
            client = threading.Thread(target=lambda: made.append(remote.publish(wanted)))
            client.start()
            while progress(remote, (key.name, secret)) == 0:
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
