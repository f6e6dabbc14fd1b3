"""What a catalogue keeps of a frame and of an annotation, from the file it came in to the file it goes out in."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from setwright.lake import schema
from setwright.lake.lake import Lake
from setwright.model.frames import SHAPES
from tests.cli import inside
from tests.cli.project_folder import project_at
from tests.lake.lakes import NOON, everything, ingest, picture

SQUARE, HOLE = [[1, 1], [9, 1], [9, 9], [1, 9]], [[3, 3], [6, 3], [6, 6], [3, 6]]
FAR = [[12, 2], [18, 2], [18, 7]]
COLOR = {"Color": [{"value": "Red", "confidence": 0.9}, {"value": "dark"}]}

SHAPED: dict[str, dict[str, Any]] = {
    "rectangle": {
        "bbox": [2, 3, 10, 5],
        "confidence": 0.25,
        "attributes": COLOR,
        "metadata": {"by": {"id": 7}},
    },
    "polygon": {"polygon": SQUARE, "label": "Blob"},
    "line": {"line": [[0, 0], [5, 5], [9, 2]]},
    "points": {"points": [[2, 2], [4, 4]]},
}
METADATA = {"site": {"name": "Here", "floors": [1, 2.5]}, "wet": True, "Tags": ["wet", "Night"]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One picture with every shape that LayerNext's JSON can say, and metadata for it."""
    made = tmp_path / "in"
    made.mkdir()
    (made / "a.png").write_bytes(picture("a"))
    annotations = [{"type": kind, "label": "Cell", **rest} for kind, rest in SHAPED.items()]
    (made / "annotations.json").write_text(
        json.dumps({"images": [{"image": "a.png", "annotations": annotations}]})
    )
    (made / "metadata.json").write_text(json.dumps({"files": [{"file": "a.png", "metadata": METADATA}]}))
    return made


def coco(folder: Path) -> Path:
    """The same picture with what COCO alone can say: parts, a mask with a hole, a score."""
    folder.mkdir()
    (folder / "a.png").write_bytes(picture("a"))
    flat = [[number for point in part for number in point] for part in (SQUARE, FAR)]
    holed = [
        1 <= x < 9 and 1 <= y < 9 and not (3 <= x < 6 and 3 <= y < 6) for x in range(20) for y in range(10)
    ]
    counts = [len(list(run)) for _, run in groupby(holed)]
    common = {"image_id": 1, "category_id": 1, "iscrowd": 0}
    annotations = [
        {"id": 1, **common, "segmentation": flat, "bbox": [1, 1, 17, 8], "area": 79, "score": 0.75},
        {
            "id": 2,
            **common,
            "segmentation": {"size": [10, 20], "counts": counts},
            "bbox": [1, 1, 8, 8],
            "area": 55,
        },
    ]
    document = {
        "images": [{"id": 1, "file_name": "a.png", "width": 20, "height": 10}],
        "categories": [{"id": 1, "name": "Part"}],
        "annotations": annotations,
    }
    (folder / "coco.json").write_text(json.dumps(document))
    return folder


@pytest.fixture
def filled(lake: Lake, folder: Path, tmp_path: Path) -> Lake:
    """People's shapes, and a model's beside them."""
    ingest(lake, folder, format="layernext", operation="people")
    ingest(lake, coco(tmp_path / "coco"), format="coco", operation="robot", mode="machine")
    return lake


def test_a_collection_is_of_layernext_s_type_5_and_operations_are_of_its_modes(filled: Lake) -> None:
    with filled._catalogue.reading() as connection:
        (collection,) = connection.execute(select(schema.collections)).all()
        modes = connection.execute(select(schema.operations.c.name, schema.operations.c.mode)).all()
    assert (collection.name, collection.object_type, len(collection.uid)) == ("cells", 5, 24)
    assert {tuple(row) for row in modes} == {("people", 1), ("robot", 2)}
    assert filled.operations() == (("people", "human"), ("robot", "machine"))


def test_a_frame_is_kept_with_all_that_is_known_of_it(filled: Lake, folder: Path) -> None:
    frames = filled.membership(everything(filled), filled.revision()).frames
    assert len(frames) == 1
    assert (frames.name[0], frames.file_name[0], frames.collection[0]) == ("cells_a.png", "a.png", "cells")
    assert (frames.width[0], frames.height[0], frames.media_type[0]) == (20, 10, "image/png")
    assert frames.size[0] == (folder / "a.png").stat().st_size
    with filled.picture(frames.digest[0].decode()) as stored:
        assert stored.read() == (folder / "a.png").read_bytes()
    with filled._catalogue.reading() as connection:
        (row,) = connection.execute(select(schema.frames)).all()
        document = connection.execute(select(schema.frame_metadata.c.document)).scalar_one()
    assert (row.uploaded_at, row.pixels, row.orientation) == (NOON, "RGB", 1)
    assert document == {key: value for key, value in METADATA.items() if key != "Tags"}


def test_every_shape_keeps_its_geometry_and_what_is_said_beside_it(filled: Lake) -> None:
    found = filled.membership(everything(filled), filled.revision()).annotations
    rows = [
        (
            found.operations[found.operation[at]],
            SHAPES[found.shape[at]],
            found.labels[found.label[at]],
            tuple(found.box[at].tolist()),
            json.loads(found.outline[at]) if found.outline[at] else None,
        )
        for at in range(len(found))
    ]
    assert rows[:5] == [
        ("people", "rectangle", "Cell", (2, 3, 12, 8), None),
        ("people", "polygon", "Blob", (1, 1, 9, 9), [SQUARE]),
        ("people", "line", "Cell", (0, 0, 9, 5), [[0, 0], [5, 5], [9, 2]]),
        ("people", "points", "Cell", (2, 2, 4, 4), [[2, 2], [4, 4]]),
        ("robot", "polygon", "Part", (1, 1, 18, 9), [SQUARE, FAR]),
    ]
    assert rows[5][:4] == ("robot", "mask", "Part", (1, 1, 9, 9))
    mask = rows[5][4]
    assert mask is not None
    assert mask["size"] == [10, 20]
    assert sum(mask["counts"][1::2]) == 64 - 9, "the hole is one"
    assert found.confidence[[0, 4]].tolist() == [0.25, 0.75]
    extra = json.loads(found.extra[0])
    assert extra["metadata"] == {"by": {"id": 7}}
    assert [each["value"] for each in extra["attributes"]["Color"]] == ["Red", "dark"]


@pytest.mark.parametrize(
    "query",
    [
        *(f"annotation.type={shape}" for shape in SHAPES),
        "annotation.confidence=0.25",
        "annotation.confidence>0.7 and annotation.operation=robot",
        "annotation.attribute.Color=Red",
        "annotation.attribute.Color=dark and annotation(label=Blob and type=polygon)",
        "annotation(label=Cell and operation=people and area=50)",
        "annotation.count=6",
        'metadata.Tags=wet and metadata.Tags="Night"',
        "metadata.site.name=Here and metadata.site.floors=2.5 and metadata.wet=true",
        "metadata.name=a.png and collection.name=cells",
        "frame.width=20 and frame.height=10 and frame.aspect=2",
        "frame.date=2026-01-01",
    ],
)
def test_every_part_of_it_can_be_asked_for(filled: Lake, query: str) -> None:
    with filled.answers(query) as answers:
        assert answers.count() == 1
    with filled.answers(f"not ({query})") as answers:
        assert answers.count() == 0


def test_it_goes_out_as_it_came_in(folder: Path, tmp_path: Path) -> None:
    """Through a version and a pull: LayerNext's own form, with shapes, confidence, attributes and metadata."""
    spec = "dataset: cells\nsource: {collection: cells}\nlabels: [Cell, Blob, Part]\nexports: [RAW, COCO]\n"
    project = project_at(tmp_path / "project", {"specs/cells.yaml": spec + "split: {train: 100}\n"})
    for at, (place, more) in enumerate(((folder, ()), (coco(tmp_path / "coco"), ("--model-run",)))):
        told = ("--collection", "cells", "--operation", f"o{at}", *more)
        inside.succeeded(project, "lake", "ingest", str(place), *told)
    inside.succeeded(project, "apply", "--auto-approve")
    inside.succeeded(project, "pull", "cells", "--export", "RAW", "--to", "out")
    texts = [path.read_text() for path in (project / "out").rglob("*.json")]
    (raw,) = (json.loads(text)["images"] for text in texts if '"images"' in text)
    shapes = raw[0]["annotations"]
    assert [each["type"] for each in shapes].count("polygon") >= 2
    by_type = {each["type"]: each for each in reversed(shapes)}
    assert by_type["rectangle"]["bbox"] == [2, 3, 10, 5]
    assert by_type["rectangle"]["confidence"] == 0.25
    assert by_type["rectangle"]["metadata"] == {"by": {"id": 7}}
    assert [each["value"] for each in by_type["rectangle"]["attributes"]["Color"]] == ["Red", "dark"]
    assert by_type["line"]["line"] == [[0, 0], [5, 5], [9, 2]]
    assert by_type["points"]["points"] == [[2, 2], [4, 4]]


def test_a_polygon_with_a_hole_comes_in_again_as_it_went_out(tmp_path: Path) -> None:
    """In, out, in again, asked for: RAW says the rings, COCO the pixels that they cover."""
    made = tmp_path / "in"
    made.mkdir()
    (made / "a.png").write_bytes(picture("a"))
    ring = {"type": "polygon", "label": "Ring", "parts": [SQUARE, HOLE]}
    (made / "ring.json").write_text(json.dumps({"images": [{"image": "a.png", "annotations": [ring]}]}))
    spec = "dataset: rings\nsource: {collection: rings}\nlabels: [Ring]\nexports: [RAW, COCO]\n"
    project = project_at(tmp_path / "project", {"specs/rings.yaml": spec + "split: {train: 100}\n"})
    inside.succeeded(project, "lake", "ingest", str(made), "--collection", "rings")
    inside.succeeded(project, "apply", "--auto-approve")
    for export in ("RAW", "COCO"):
        inside.succeeded(project, "pull", "rings", "--export", export, "--to", export)
        inside.succeeded(project, "lake", "ingest", export, "--collection", export)
    with Lake.open(project / ".setwright" / "lake") as lake:
        found = lake.membership(everything(lake, "annotation(label=Ring and area>60)"), lake.revision())
    outlines = [json.loads(outline) for outline in found.annotations.outline.tolist()]
    assert [each for each in outlines if isinstance(each, list)] == [[SQUARE, HOLE]] * 2
    (mask,) = (each for each in outlines if isinstance(each, dict))
    assert sum(mask["counts"][1::2]) == 64 - 9
