"""What is written for Hugging Face, row by row."""

from __future__ import annotations

import io
import json
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from setwright.formats.protocol import MadeFile
from setwright.formats.writing import hugging_face, shards
from setwright.formats.writing.hugging_face import HuggingFaceParquet, ImageFolder
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS, Split
from tests.formats.writing.manifests import (
    BOX,
    OUTSIDE,
    OVER_THE_EDGE,
    SHOWCASE,
    Frame,
    Shape,
    facts_of,
    made,
    manifest_of,
)
from tests.formats.writing.packed import packed_files, pictures_of
from tests.formats.writing.round_trips import changed
from tests.formats.writing.strategies import manifests

FOLDER, PARQUET = ImageFolder(), HuggingFaceParquet()


def rows_of(content: bytes) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = pq.read_table(io.BytesIO(content)).to_pylist()
    return rows


def lines_of(manifest: Manifest, split: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in made(FOLDER, manifest)[f"{split}/metadata.jsonl"].splitlines()]


def test_a_line_tells_name_size_boxes_and_class_ids_of_a_picture() -> None:
    manifest = manifest_of([Frame(file_name="a.jpg", shapes=(BOX, OVER_THE_EDGE, OUTSIDE))])
    assert lines_of(manifest, "train") == [
        {
            "file_name": "a.jpg",
            "image_id": "party_a.jpg",
            "width": 100,
            "height": 50,
            "objects": {"bbox": [[0.1, 0, 0.2, 50], [90, 40, 10, 10]], "category": [1, 0]},
        }
    ]
    assert changed(FOLDER, manifest) == {
        "the confidence of an annotation, left out": 1,
        "a box without area inside its picture, left out": 1,
        "a box cut at the edge of its picture": 1,
    }


def test_a_picture_without_objects_has_empty_lists_and_a_split_without_pictures_no_file() -> None:
    manifest = manifest_of([Frame(file_name="sky.jpg", split=Split.TEST)])
    assert lines_of(manifest, "test")[0]["objects"] == {"bbox": [], "category": []}
    assert [path for path in made(FOLDER, manifest) if "metadata" in path] == ["test/metadata.jsonl"]
    parquet = [path for path in packed_files(PARQUET, manifest) if path.endswith(".parquet")]
    assert parquet == ["data/test-00000-of-00001.parquet"]


@settings(max_examples=20)
@given(manifest=manifests())
def test_parquet_tells_what_the_folder_tells_and_holds_the_pictures(manifest: Manifest) -> None:
    files = packed_files(PARQUET, manifest)
    pictures = {name.encode(): content for name, content in pictures_of(manifest).items()}
    for split in SPLITS:
        path = f"data/{split.value}-00000-of-00001.parquet"
        rows = rows_of(files[path]) if path in files else []
        folder = made(FOLDER, manifest).get(f"{split.value}/metadata.jsonl", "")
        expected = [json.loads(line) for line in folder.splitlines()]
        assert [
            {"file_name": row["image"]["path"], **{key: row[key] for key in row if key != "image"}}
            for row in rows
        ] == expected
        chosen = manifest.split == split.code
        digests = manifest.frames.digest[chosen].tolist()
        assert [row["image"]["bytes"] for row in rows] == [pictures[digest] for digest in digests]


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_rows_come_in_groups_of_a_hundred(count: int) -> None:
    frames = [
        Frame(file_name=f"{place:04}.jpg", shapes=(Shape(label=place % 2),) * (place % 3))
        for place in range(count)
    ]
    (content,) = [
        content for path, content in packed_files(PARQUET, manifest_of(frames)).items() if "train" in path
    ]
    file = pq.ParquetFile(io.BytesIO(content))
    sizes = [file.metadata.row_group(place).num_rows for place in range(file.metadata.num_row_groups)]
    assert sizes == [100] * (count // 100) + ([count % 100] if count % 100 else [])
    rows = rows_of(content)
    assert [row["image"]["path"] for row in rows] == [frame.file_name for frame in frames]
    assert [row["objects"]["category"] for row in rows] == [
        [place % 2] * (place % 3) for place in range(count)
    ]


def test_a_split_that_grows_too_large_is_several_files(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [Frame(file_name=f"{place}.jpg", content="x" * 10) for place in range(5)]
    manifest = manifest_of(frames)
    monkeypatch.setattr(shards, "MOST_BYTES", 25)
    monkeypatch.setattr(hugging_face, "_BYTES_IN_GROUP", 15)
    paths = [entry.path for entry in PARQUET.files(manifest, facts_of(manifest)) if "train" in entry.path]
    assert paths == [f"data/train-{number:05}-of-00003.parquet" for number in range(3)]


def test_the_file_says_that_images_are_pictures_and_what_the_classes_are_called() -> None:
    content = packed_files(PARQUET, SHOWCASE)["data/train-00000-of-00001.parquet"]
    metadata = pq.ParquetFile(io.BytesIO(content)).schema_arrow.metadata
    features = json.loads(metadata[b"huggingface"])["info"]["features"]
    assert features["image"] == {"_type": "Image"}
    assert features["objects"]["category"]["feature"]["names"] == ["Balloon", "Kite"]


def test_only_the_readme_and_the_sidecar_are_made_beside_parquet() -> None:
    made_files = [
        entry.path for entry in PARQUET.files(SHOWCASE, facts_of(SHOWCASE)) if isinstance(entry, MadeFile)
    ]
    assert made_files == ["README.txt", "setwright.json"]
