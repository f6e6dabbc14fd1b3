"""Saying that a picture has no annotations, saying nothing of them, and what is neither.

Only the first takes away what the lake has.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from setwright.formats.reading.coco import Coco
from setwright.formats.reading.image_folder import ImageFolder
from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.objects import read_objects
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Reader, ReadFrame
from setwright.formats.reading.via import Via
from setwright.lake.lake import Lake
from tests.formats.reading.files import read
from tests.lake.lakes import ingest, labels_of, picture, write

BAD, FILE = ProblemKind.BAD_ANNOTATION, ProblemKind.UNREADABLE_FILE

MISSING = object()


def with_field(entry: dict[str, Any], key: str, value: Any) -> dict[str, Any]:
    return entry if value is MISSING else {**entry, key: value}


def via(value: Any) -> str:
    return json.dumps({"_via_img_metadata": {"1": with_field({"filename": "a.png"}, "regions", value)}})


def layernext(value: Any) -> str:
    return json.dumps({"images": [with_field({"image": "a.png"}, "annotations", value)]})


def coco(value: Any) -> str:
    document = {"images": [{"id": 1, "file_name": "a.png"}], "categories": [{"id": 1, "name": "cat"}]}
    return json.dumps(with_field(document, "annotations", value))


def image_folder(value: Any) -> str:
    return json.dumps(with_field({"file_name": "a.png"}, "objects", value))


READERS: dict[str, tuple[Reader, str, Any]] = {
    "VIA": (Via(), "x.json", via),
    "LayerNext": (LayerNext(), "x.json", layernext),
    "COCO": (Coco(), "x.json", coco),
    "ImageFolder": (ImageFolder(), "metadata.jsonl", image_folder),
}


def said(format: str, value: Any) -> tuple[list[ReadFrame], list[tuple[ProblemKind, str]]]:
    reader, name, text = READERS[format]
    frames, problems = read(reader, {"a.png": b"", name: text(value)})
    return frames, [(each.kind, each.detail) for each in problems]


@pytest.mark.parametrize(
    ("format", "value"),
    [*((each, []) for each in READERS), ("VIA", {}), ("ImageFolder", {"bbox": [], "category": []})],
)
def test_an_empty_list_says_that_there_are_none(format: str, value: Any) -> None:
    (frame,), problems = said(format, value)
    assert (frame.annotations, problems) == ((), [])


@pytest.mark.parametrize("format", READERS)
@pytest.mark.parametrize("value", [MISSING, None], ids=["missing", "null"])
def test_where_nothing_stands_nothing_is_said(format: str, value: Any) -> None:
    (frame,), problems = said(format, value)
    assert (frame.annotations, problems) == (None, [])


@pytest.mark.parametrize(
    ("format", "value"),
    [
        *((each, value) for each in READERS for value in ("lost", "", 5, 0, 0.5, True, False)),
        ("LayerNext", {"a": 1}),
        ("LayerNext", {}),
        ("COCO", {"a": 1}),
        ("COCO", {}),
        ("ImageFolder", {"bbox": "lost", "category": []}),
        ("ImageFolder", {"bbox": {}, "category": []}),
        ("ImageFolder", {"bbox": [], "category": [1]}),
    ],
)
def test_what_is_no_list_of_annotations_is_told_and_says_nothing_of_them(format: str, value: Any) -> None:
    frames, problems = said(format, value)
    assert [kind for kind, _ in problems] == [FILE if format == "COCO" else BAD]
    assert all(frame.annotations is None for frame in frames)


@pytest.mark.parametrize("told", ["lost", 5, True, {"bboxes": 7}])
def test_nor_do_objects_of_rows_and_samples(told: Any) -> None:
    annotations, (problem,) = read_objects(told, ["cat"], "row 3", "x.parquet")
    assert annotations is None
    assert (problem.kind, problem.file, len(problem.left_out)) == (BAD, "x.parquet", 1)


@pytest.mark.parametrize("value", ["lost", 5, True, {"a": 1}])
def test_a_list_of_pictures_or_classes_that_is_none_is_told(value: Any) -> None:
    pictures = {"a.png": b""}
    for key in ("images", "files"):
        # The name comes twice, so the file begins as LayerNext's do; the last one counts.
        begins = {"images": '[{"image": "a.png"}]', "files": '[{"file": "a.png"}]'}[key]
        text = f'{{"{key}": {begins}, "{key}": {json.dumps(value)}}}'
        frames, problems = read(LayerNext(), {**pictures, "x.json": text})
        assert (frames, [each.kind for each in problems]) == ([], [FILE])
    whole = {"images": [{"id": 1, "file_name": "a.png"}], "annotations": [], "categories": []}
    for key in whole:
        text = json.dumps({"info": {"file_name": ""}, **whole, key: value})
        frames, problems = read(Coco(), {**pictures, "x.json": text})
        assert (frames, [each.kind for each in problems]) == ([], [FILE])


def test_an_image_of_coco_that_is_no_object_is_told() -> None:
    text = '{"images": [{"id": 1, "file_name": "a.png"}, "b.png"], "annotations": []}'
    frames, problems = read(Coco(), {"a.png": b"", "b.png": b"", "x.json": text})
    assert [frame.picture for frame in frames] == ["a.png"]
    assert [each.kind for each in problems] == [ProblemKind.NO_PICTURE]


def test_a_file_that_says_nothing_of_annotations_leaves_the_word_to_another() -> None:
    pictures = {"a.png": b"", "1.json": coco(MISSING), "2.json": coco([])}
    frames, problems = read(Coco(), pictures)
    assert ([frame.annotations for frame in frames], problems) == ([None, ()], [])


@pytest.mark.parametrize("format", READERS)
def test_what_the_lake_has_stays_and_strict_refuses(tmp_path: Path, format: str) -> None:
    folder = tmp_path / "after"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture("a.png"))
    reader, name, text = READERS[format]
    (folder / name).write_text(text("lost"))
    with Lake.create(tmp_path / "lake") as lake:
        ingest(lake, write(tmp_path / "before", {"a.png": ["RBC"]}))
        assert ingest(lake, folder, format=reader.name, strict=True).refused
        assert ingest(lake, folder, format=reader.name).annotations_removed == 0
        assert labels_of(lake, "cells_a.png") == ["RBC"]
