"""RAW, file by file."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.protocol import Loss
from setwright.formats.writing.raw import ANNOTATIONS, Raw
from tests.formats.writing.manifests import (
    BOX,
    LINE,
    MASK,
    POINTS,
    POLYGON,
    RING,
    SHOWCASE,
    Frame,
    Shape,
    facts_of,
    made,
    manifest_of,
    pictures,
)

RAW = Raw()


def images() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(made(RAW, SHOWCASE)[ANNOTATIONS])["images"]
    return found


def written(shape: Shape) -> dict[str, Any]:
    """How one annotation stands in the file."""
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(shape,))], operations=("first", "second"))
    ((annotation,),) = (
        image["annotations"] for image in json.loads(made(RAW, manifest)[ANNOTATIONS])["images"]
    )
    assert isinstance(annotation, dict)
    return annotation


def test_every_picture_lies_in_data_and_stands_in_the_file_by_its_name_there() -> None:
    assert sorted(pictures(RAW, SHOWCASE)) == sorted(f"data/{image['image']}" for image in images())


def test_a_frame_is_told_with_split_size_and_where_it_came_from() -> None:
    (frame,) = (image for image in images() if image["image"] == "second party_a.jpg")
    del frame["annotations"]
    assert frame == {
        "image": "second party_a.jpg",
        "unique_name": "second party_a.jpg",
        "file_name": "a.jpg",
        "collection": "second party",
        "split": "test",
        "width": 100,
        "height": 50,
    }


def test_a_frame_without_annotations_stands_in_the_file_too() -> None:
    assert [image["annotations"] for image in images() if image["image"] == "sky.jpg"] == [[]]


@pytest.mark.parametrize(
    ("shape", "annotation"),
    [
        (
            Shape(label=0, box=(10, 20, 30, 60.5)),
            {"type": "rectangle", "bbox": [10, 20, 20, 40.5], "label": "Balloon", "operation": "first"},
        ),
        (
            BOX,
            {
                "type": "rectangle",
                "bbox": [0.1, 0, 0.2, 50],
                "label": "Kite",
                "confidence": 0.25,
                "operation": "first",
            },
        ),
        (
            POLYGON,
            {
                "type": "polygon",
                "polygon": [[10, 5], [30, 5], [20, 25]],
                "label": "Balloon",
                "operation": "second",
            },
        ),
        (
            RING,
            {
                "type": "polygon",
                "polygon": [[0, 0], [40, 0], [40, 40], [0, 40]],
                "parts": [[[0, 0], [40, 0], [40, 40], [0, 40]], [[10, 10], [30, 10], [20, 30.5]]],
                "label": "Balloon",
                "attributes": {"Color": [{"value": "Red"}]},
                "metadata": {"note": "x"},
                "operation": "first",
            },
        ),
        (LINE, {"type": "line", "line": [[0, 0], [9, 9]], "label": "Kite", "operation": "first"}),
        (POINTS, {"type": "points", "points": [[3, 3]], "label": "Kite", "operation": "first"}),
        (
            MASK,
            {
                "type": "mask",
                "mask": {"size": [2, 2], "counts": [2, 1, 1]},
                "label": "Kite",
                "confidence": 0.5,
                "operation": "first",
            },
        ),
    ],
)
def test_each_shape_stands_in_the_form_that_layernext_takes(shape: Shape, annotation: dict[str, Any]) -> None:
    assert written(shape) == annotation


def test_what_layernext_would_not_take_back_is_counted() -> None:
    assert RAW.losses(SHOWCASE.annotations) == (
        Loss("a mask, which LayerNext does not read", 1),
        Loss("a polygon of several parts, of which LayerNext reads the first", 1),
    )


@given(st.text(st.characters(codec="utf-8"), min_size=1))
def test_any_label_stands_in_the_file_as_it_is(label: str) -> None:
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(Shape(),))], labels=(label,))
    (image,) = json.loads(made(RAW, manifest)[ANNOTATIONS])["images"]
    assert image["annotations"][0]["label"] == label


def test_the_same_manifest_gives_the_same_bytes() -> None:
    once, again = (list(RAW.files(SHOWCASE, facts_of(SHOWCASE))) for _ in range(2))
    assert once == again


def test_frames_by_the_thousand_are_told_one_after_the_other() -> None:
    box = Shape(box=(1, 2, 3, 4))
    frames = [Frame(file_name=f"{number:05d}.jpg", shapes=(box,) * (number % 3)) for number in range(4500)]
    found = json.loads(made(RAW, manifest_of(frames))[ANNOTATIONS])["images"]
    assert [(each["image"], len(each["annotations"])) for each in found] == [
        (f"{number:05d}.jpg", number % 3) for number in range(4500)
    ]
