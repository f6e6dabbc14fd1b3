"""Names of fields, attributes and tags that nothing in the lake ever had."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.lake.lakes import ingest, picture

ANNOTATION = {"bbox": [1, 1, 5, 5], "label": "RBC", "attributes": {"Stage": [{"value": "ring"}]}}
FIELDS = {"Site": "A", "camera": {"ISO": 800}, "Tags": ["wet"], "long" * 100: "x"}


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("metadata.Site=A and metadata.Site~b and metadata.camera.ISO>9", []),
        ("metadata.Sites=A or not metadata.Sites=B", [("metadata field", "Sites")]),
        ("metadata.camera.iso<100", [("metadata field", "camera.iso")]),
        (f"metadata.{'long' * 100}=y and metadata.{'long' * 101}=y", [("metadata field", "long" * 101)]),
        ("annotation.attribute.Stage=gone and annotation(attribute.stage=ring)", [("attribute", "stage")]),
        ("metadata.Tags in (wet, dry) and metadata.Tags!=wett", [("tag", "dry"), ("tag", "wett")]),
        ("metadata.Tags~we", []),
        ("", []),
    ],
)
def test_names_that_nothing_ever_had_are_found(
    lake: Lake, tmp_path: Path, query: str, unknown: list[tuple[str, str]]
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture("a"))
    said = {
        "images": [{"image": "a.png", "annotations": [ANNOTATION]}],
        "files": [{"file": "a.png", "metadata": FIELDS}],
    }
    (folder / "a.json").write_text(json.dumps(said))
    ingest(lake, folder, format="layernext")
    with lake.answers(query) as answers:
        found = answers.unknown_free_names()
    assert [each[:2] for each in found] == unknown
    known = {"metadata field": {"Site", "camera.ISO", "long" * 100}, "attribute": {"Stage"}, "tag": {"wet"}}
    assert all(set(others) == known[kind] for kind, _, others in found)
