"""The embedded lake keeps to the protocol."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PIL import Image

from setwright.lake.ingest import Mode
from setwright.lake.lake import Lake
from setwright.remotes.lake import LakeRemote
from setwright.remotes.protocol import Remote
from tests.conformance.remotes import NOON, Filled, RemoteConformance


def draw(folder: Path, collection: str, frames: dict[str, list[str]]) -> None:
    """Pictures that differ from each other, with a rectangle for each label in VIA's JSON."""
    folder.mkdir()
    listed = {}
    for name, labels in frames.items():
        color = hashlib.sha256(f"{collection}/{name}".encode()).digest()
        Image.new("RGB", (40, 30), (color[0], color[1], color[2])).save(folder / name)
        shape = {"name": "rect", "x": 2, "y": 3, "width": 10, "height": 12}
        regions = [{"shape_attributes": shape, "region_attributes": {"label": label}} for label in labels]
        listed[name] = {"filename": name, "size": -1, "regions": regions, "file_attributes": {}}
    (folder / "via.json").write_text(json.dumps(listed))


def filling(lake: Lake, folder: Path, remote: Remote) -> Filled:
    """`remote`, which shows `lake`, and how to put frames there; their files are made in `folder`."""
    drawn = itertools.count(1)

    def say(operation: str, mode: Mode, collection: str, frames: dict[str, list[str]]) -> None:
        place = folder / str(next(drawn))
        draw(place, collection, frames)
        lake.ingest(
            place,
            collection=collection,
            author="test",
            at=NOON,
            format="via",
            operation=operation,
            mode=mode,
        )

    return Filled(remote, partial(say, "project", "human"), partial(say, "model", "machine"))


class TestLakeRemote(RemoteConformance):
    @pytest.fixture
    def filled(self, catalog: str | None, tmp_path: Path) -> Iterator[Filled]:
        with Lake.create(tmp_path / "lake", catalog) as lake:
            yield filling(lake, tmp_path, LakeRemote(lake, "lake"))
