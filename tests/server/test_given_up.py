"""A server that stops gives up what it makes for LayerNext's clients, and tells those who wait for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from setwright.lake.lake import Lake
from setwright.server.keys import Role
from tests.lake.lakes import ingest, write
from tests.server.serving import serving

if TYPE_CHECKING:
    from pathlib import Path

VARIED = {"IMAGE_LEVEL": [{"id": "FLIP_IMAGE", "properties": [{"id": "FLIP_HORIZONTAL", "values": [True]}]}]}


def test_a_create_ends_at_its_next_step_and_is_told_so(tmp_path: Path) -> None:
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "cells", {f"{n}.png": ["WBC"] for n in range(3)}), "cells")
    with serving(tmp_path / "lake") as server:

        def ask(method: str, path: str, **said: Any) -> requests.Response:
            return requests.request(
                method, server.url + path, auth=server.keys[Role.APPLY], timeout=20, **said
            )

        selection = ask("POST", "/datalake/api/client/query/getSelectionId", json={}).json()
        server.service.publishing.stop()
        answer = ask(
            "GET",
            "/dataset/api/client/dataset/create",
            params={"datasetSelectionId": selection["selectionTag"]},
            json={
                "name": "Cells",
                "splitInfo": {"train": 100, "test": 0, "validation": 0},
                "labels": ["WBC"],
                "exportTypes": ["RAW"],
                "augmentations": VARIED,
            },
        )
        assert answer.status_code == 503, answer.text
        assert "The server stops" in answer.text
        assert server.service.lake.versions("Cells") == ()
