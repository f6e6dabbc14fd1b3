"""LayerNext's JSON: annotations and metadata, in pixels or as fractions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import (
    Line,
    Mask,
    Points,
    Polygon,
    Rectangle,
    Shape,
)
from tests.formats.reading.files import MemoryListing, read


def images(*annotations: Any, **more: Any) -> str:
    return json.dumps({"images": [{"image": "a.png", "annotations": list(annotations), **more}]})


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"type": "rectangle", "bbox": [1, 2, 3, 4]}, Rectangle((1, 2, 4, 6))),
        ({"bbox": [1, 2, 3, 4]}, Rectangle((1, 2, 4, 6))),
        ({"type": "polygon", "polygon": [[1, 1], [5, 1], [3, 4]]}, Polygon((((1, 1), (5, 1), (3, 4)),))),
        (
            {"type": "polygon", "parts": [[[1, 1], [5, 1], [3, 4]], [[2, 2], [3, 2], [3, 3]]]},
            Polygon((((1, 1), (5, 1), (3, 4)), ((2, 2), (3, 2), (3, 3)))),
        ),
        ({"type": "line", "line": [[1, 1], [5, 2]]}, Line(((1, 1), (5, 2)))),
        ({"type": "line", "polygon": [[1, 1], [5, 2]]}, Line(((1, 1), (5, 2)))),
        ({"type": "points", "points": [[1, 1]]}, Points(((1, 1),))),
        ({"type": "mask", "mask": {"size": [2, 3], "counts": [1, 2, 3]}}, Mask(2, 3, (1, 2, 3))),
    ],
)
def test_shapes(value: Any, shape: Shape) -> None:
    frames, problems = read(LayerNext(), {"a.png": b"", "x.json": images({"label": "L", **value})})
    assert problems == []
    assert [each.shape for each in frames[0].annotations or ()] == [shape]


@pytest.mark.parametrize(
    ("boxes", "normalized", "told"),
    [
        ([[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]], False, True),
        ([[0.1, 0.2, 0.3, 0.4], [0, 0, 1, 1]], True, False),
        ([[0.1, 0.2, 0.3, 0.4], [0, 0, 2, 1]], False, False),
        ([[0, 0, 2, 1], [0.1, 0.2, 0.3, 0.4]], False, False),
        ([], False, False),
    ],
)
def test_numbers_that_are_all_fractions_are_told_unless_they_are_said_to_be(
    boxes: list[Any], normalized: bool, told: bool
) -> None:
    file = images(*({"bbox": box, "label": "L"} for box in boxes))
    frames, problems = read(LayerNext(), {"a.png": b"", "x.json": file}, normalized=normalized)
    assert len(frames[0].annotations or ()) == len(boxes), "they are taken in any case"
    assert [each.kind for each in problems] == [ProblemKind.FRACTIONS] * told


def test_confidence_attributes_and_metadata_are_kept() -> None:
    value = {
        "bbox": [1, 2, 3, 4],
        "label": "L",
        "confidence": 0.25,
        "attributes": {"color": [{"value": "red", "confidence": 0.5}]},
        "metadata": {"note": "x"},
    }
    frames, _ = read(LayerNext(), {"a.png": b"", "x.json": images(value)})
    (annotation,) = frames[0].annotations or ()
    assert (annotation.confidence, dict(annotation.attributes), dict(annotation.metadata)) == (
        0.25,
        value["attributes"],
        value["metadata"],
    )


def test_coordinates_are_fractions_where_that_is_said() -> None:
    files = {"a.png": b"", "x.json": images({"bbox": [0.1, 0.2, 0.3, 0.4], "label": "L"})}
    assert read(LayerNext(), files, normalized=True)[0][0].normalized
    assert not read(LayerNext(), files)[0][0].normalized


def test_metadata_and_tags_are_read_and_say_nothing_of_annotations() -> None:
    files = {
        "a.png": b"",
        "m.json": json.dumps({"files": [{"file": "a.png", "metadata": {"S": 1, "Tags": ["t"]}}]}),
    }
    (frame,), problems = read(LayerNext(), files)
    assert (dict(frame.metadata), frame.tags, frame.annotations) == ({"S": 1}, ("t",), None)
    assert problems == []


@pytest.mark.parametrize(
    "value",
    [
        {"label": "L"},
        {"label": "L", "bbox": [1, 2, 3]},
        {"label": "L", "bbox": [1, 2, 3, True]},
        {"label": "L", "bbox": [1, 2, 3, "x"]},
        {"label": 7, "bbox": [1, 2, 3, 4]},
        {"label": "a\u0007b", "bbox": [1, 2, 3, 4]},
        {"label": "L", "bbox": [1, 2, 3, 4], "confidence": 2},
        {"label": "L", "bbox": [1, 2, 3, 4], "attributes": [1]},
        {"label": "L", "type": "polygon"},
        {"label": "L", "type": "polygon", "polygon": [[1, 1], [2]]},
        {"label": "L", "type": "circle"},
        {"label": "L", "type": "mask", "mask": {"size": [2, 3], "counts": [1, -2]}},
        {"label": "L", "type": "mask", "mask": {"size": [2, 3]}},
        "text",
        None,
    ],
)
def test_an_annotation_that_cannot_be_read_is_told_and_the_others_are_kept(value: Any) -> None:
    good = {"label": "ok", "bbox": [1, 2, 3, 4]}
    frames, problems = read(LayerNext(), {"a.png": b"", "x.json": images(value, good)})
    assert [each.label for each in frames[0].annotations or ()] == ["ok"]
    assert [(each.kind, len(each.left_out)) for each in problems] == [(ProblemKind.BAD_ANNOTATION, 1)]


@pytest.mark.parametrize(
    "text",
    [
        '{"images": [{"image": "a.png", "annotations": [',
        '{"images": [{"image": "a.png", "x": NaN}]}',
        '{"images": [{"image": "a.png", "x": 1e999}]}',
        '{"images": [{"image": "a.png", "x": "\\ud800"}]}',
        '{"images": [{"image": "a.png", "x": "\\u0000"}]}',
        '{"images": [{"image": "a.png", "x": ' + "[" * 100_000 + "]" * 100_000 + "}]}",
        '{"images": [{"image": "a.png", "x": ' + "9" * 10_000 + "}]}",
    ],
)
def test_a_file_that_is_no_json_to_be_kept_is_told(text: str) -> None:
    frames, problems = read(LayerNext(), {"a.png": b"", "x.json": text})
    assert frames == []
    assert [each.kind for each in problems] == [ProblemKind.UNREADABLE_FILE]


def test_text_beyond_the_basic_plane_is_kept() -> None:
    value = {"label": "\N{BALLOON}", "bbox": [1, 2, 3, 4]}
    frames, problems = read(LayerNext(), {"a.png": b"", "x.json": images(value)})
    assert [each.label for each in frames[0].annotations or ()] == ["\N{BALLOON}"]
    assert problems == []


@pytest.mark.parametrize("tags", ["wet", [1], [""], {"a": 1}])
def test_tags_that_are_no_texts_are_told(tags: Any) -> None:
    files = {"a.png": b"", "m.json": json.dumps({"files": [{"file": "a.png", "metadata": {"Tags": tags}}]})}
    _, problems = read(LayerNext(), files)
    assert [each.kind for each in problems] == [ProblemKind.BAD_METADATA]


def test_where_a_file_tells_of_several_pictures_of_one_name_none_is_taken_for_one_that_is_not_there() -> None:
    said = [
        {"image": f"{folder}/x.png", "annotations": [{"bbox": [1, 2, 3, 4], "label": label}]}
        for folder, label in (("b", "cat"), ("a", "dog"))
    ]
    document = {"images": said, "files": [{"file": "b/x.png", "metadata": {"Site": "B"}}]}
    (frame,), problems = read(LayerNext(), {"a/x.png": b"", "x.json": json.dumps(document)})
    assert [each.label for each in frame.annotations or ()] == ["dog"]
    assert [(each.kind, each.left_out) for each in problems] == [
        (ProblemKind.NO_PICTURE, ("cat",)),
        (ProblemKind.NO_PICTURE, ()),
    ]


def test_names_that_lead_elsewhere_find_nothing_there() -> None:
    files = {
        "a.png": b"",
        "x.json": json.dumps({"images": [{"image": "../../etc/b.png", "annotations": []}]}),
    }
    frames, problems = read(LayerNext(), files)
    assert frames == []
    assert [each.kind for each in problems] == [ProblemKind.NO_PICTURE]


def test_other_json_files_are_passed_over() -> None:
    listing = MemoryListing({"package.json": '{"name": "x"}', "a.png": b""})
    assert not LayerNext().recognises(listing)
    assert LayerNext().recognises(MemoryListing({"x.json": images()}))
