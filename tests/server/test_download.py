"""What `setwright download` brings from our server is what the export holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from setwright.cli.main import run
from setwright.formats.protocol import MadeFile
from setwright.lake.lake import Lake
from setwright.model.dataset import DatasetConfig, Filter, LabelClass, LakeSource
from setwright.model.splits import SplitWish
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.layernext.client import Client
from setwright.remotes.layernext.connection import Connection
from setwright.server.keys import Role
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.test_download import files_in
from tests.server.serving import Serving, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EXPORTS = ("RAW", "YOLO Darknet")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Serving]:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "party", {f"{n}.png": ["Balloon"] for n in range(30)}), "party")
    with serving(tmp_path / "lake") as running:
        yield running


@pytest.mark.parametrize("export", EXPORTS)
def test_our_client_brings_what_our_server_holds(
    server: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export: str
) -> None:
    name, secret = server.keys[Role.APPLY]
    config = DatasetConfig(
        name="Balloons",
        source=LakeSource(),
        labels=(LabelClass(name="Balloon", sources=("Balloon",)),),
        split=SplitWish(train=50, validation=25, test=25),
        exports=EXPORTS,
    )
    credentials = Credentials(key=Secret(name), secret=Secret(secret), source="the test")
    with Connection(server.url, credentials) as connection:
        client = Client(connection)
        client.check()
        assert client.count(collection=None, items="image", query="", filter=Filter()) == 30
        made = client.create(client.select(collection=None, items="image", query="", filter=Filter()), config)
        assert made.job is not None and made.version is not None
        client.wait(made.job, told=lambda progress: None)
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_KEY", name)
    monkeypatch.setenv("SETWRIGHT_LAYERNEXT_SECRET", secret)
    target = tmp_path / "out"
    target.mkdir()
    assert run(["download", made.version, export, "--to", str(target), "--url", server.url]) == 0
    (folder,) = target.iterdir()
    wanted = {}
    for entry in server.service.remote.export(made.version, export):
        if isinstance(entry, MadeFile):
            wanted[entry.path] = entry.content
        else:
            with server.service.lake.picture(entry.digest) as stream:
                wanted[entry.path] = stream.read()
    assert files_in(folder) == wanted
    assert run(["download", "0" * 24, export, "--to", str(target), "--url", server.url]) == 1


def test_a_picture_that_the_lake_refers_to_in_place_is_served(tmp_path: Path) -> None:
    pictures = write(tmp_path / "party", {"a.png": ["Balloon"]})
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, pictures, "party", in_place=True)
    with serving(tmp_path / "lake") as running:
        pair = running.keys[Role.READ]
        listing = f"{running.url}/datalake/api/client/explorer/objects/list"
        (listed,) = requests.post(listing, json={}, auth=pair, timeout=20).json()
        assert requests.get(listed["url"], timeout=20).content == (pictures / "a.png").read_bytes()
        (pictures / "a.png").unlink()
        assert requests.get(listed["url"], timeout=20).status_code == 404
