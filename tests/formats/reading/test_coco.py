"""COCO as its many writers write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.formats.reading.coco import Coco
from setwright.formats.reading.parsing import NotRead
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Mask, Polygon, Rectangle, Shape
from setwright.formats.reading.registry import detect
from setwright.formats.reading.rle import decompressed
from tests.formats.reading.files import MemoryListing, read

CATEGORIES = [{"id": 1, "name": "cat", "supercategory": "animal"}, {"id": 7, "name": "dog"}]
BOX = {"image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4]}


def coco(*annotations: Any, images: Any = None, categories: Any = CATEGORIES, **more: Any) -> str:
    listed = [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 10}] if images is None else images
    return json.dumps({**more, "images": listed, "categories": categories, "annotations": list(annotations)})


def test_boxes_are_read_with_their_category_and_size() -> None:
    (frame,), problems = read(Coco(), {"a.jpg": b"", "x.json": coco(BOX, {**BOX, "category_id": 7})})
    assert problems == []
    assert (frame.picture, frame.stated_size) == ("a.jpg", (20, 10))
    assert [(each.label, each.shape) for each in frame.annotations or ()] == [
        ("cat", Rectangle((1, 2, 4, 6))),
        ("dog", Rectangle((1, 2, 4, 6))),
    ]


@pytest.mark.parametrize(
    ("segmentation", "shape"),
    [
        ([[1, 1, 5, 1, 3, 4]], Polygon((((1, 1), (5, 1), (3, 4)),))),
        (
            [[1, 1, 5, 1, 3, 4], [7, 7, 9, 7, 8, 9]],
            Polygon((((1, 1), (5, 1), (3, 4)), ((7, 7), (9, 7), (8, 9))), together=True),
        ),
        ({"size": [10, 20], "counts": [34, 2, 8, 2, 154]}, Mask(10, 20, (34, 2, 8, 2, 154))),
        ({"size": [10, 20], "counts": "R1280b4"}, Mask(10, 20, (34, 2, 8, 2, 154))),
        ([], Rectangle((1, 2, 4, 6))),
        ([[]], Rectangle((1, 2, 4, 6))),
    ],
)
def test_a_segmentation_is_the_shape_where_there_is_one(segmentation: Any, shape: Shape) -> None:
    (frame,), problems = read(Coco(), {"a.jpg": b"", "x.json": coco({**BOX, "segmentation": segmentation})})
    assert problems == []
    assert [each.shape for each in frame.annotations or ()] == [shape]


def compressed(counts: list[int]) -> str:
    """The inverse, as pycocotools does it."""
    text = ""
    for place, count in enumerate(counts):
        rest = count - (counts[place - 2] if place > 2 else 0)
        more = True
        while more:
            bits = rest & 0x1F
            rest >>= 5
            more = rest != -1 if bits & 0x10 else rest != 0
            text += chr(48 + (bits | (0x20 if more else 0)))
    return text


@given(st.lists(st.integers(0, 2**31), max_size=20))
def test_run_lengths_are_what_was_compressed(counts: list[int]) -> None:
    assert decompressed(compressed(counts)) == tuple(counts)


@given(st.text(max_size=40))
def test_whatever_the_text_is_it_is_run_lengths_or_refused(text: str) -> None:
    try:
        assert all(count >= 0 for count in decompressed(text))
    except NotRead as error:
        assert str(error)


def test_what_else_is_said_of_an_annotation_is_kept() -> None:
    value = {
        **BOX,
        "iscrowd": 1,
        "score": 0.5,
        "attributes": {"occluded": False, "color": "red", "nothing": None},
        "keypoints": [1, 2, 2],
    }
    (frame,), _ = read(Coco(), {"a.jpg": b"", "x.json": coco(value)})
    (annotation,) = frame.annotations or ()
    assert annotation.confidence == 0.5
    assert dict(annotation.attributes) == {
        "iscrowd": [{"value": "true"}],
        "occluded": [{"value": False}],
        "color": [{"value": "red"}],
    }
    assert dict(annotation.metadata) == {"keypoints": [1, 2, 2]}


def test_categories_of_one_name_are_told_where_there_are_objects_of_them() -> None:
    categories = [{"id": 0, "name": "cat"}, *CATEGORIES, {"id": 8, "name": " cat "}]
    said = [BOX, {**BOX, "category_id": 8}]
    (frame,), (problem,) = read(Coco(), {"a.jpg": b"", "x.json": coco(*said, categories=categories)})
    assert [each.label for each in frame.annotations or ()] == ["cat", "cat"]
    assert (problem.kind, problem.detail) == (
        ProblemKind.ONE_NAME,
        "cat is what the classes 1, 8 are called",
    )
    assert read(Coco(), {"a.jpg": b"", "x.json": coco(BOX, categories=categories)})[1] == []


def test_a_category_of_two_names_has_no_objects() -> None:
    categories = [*CATEGORIES, {"id": 7, "name": "dog"}, {"id": 1, "name": "car"}]
    said = [BOX, {**BOX, "category_id": 7}]
    (frame,), (problem,) = read(Coco(), {"a.jpg": b"", "x.json": coco(*said, categories=categories)})
    assert [each.label for each in frame.annotations or ()] == ["dog"]
    assert "its category has several names: 1" in problem.detail


def test_an_image_without_annotations_is_known_to_have_none() -> None:
    (frame,), _ = read(Coco(), {"a.jpg": b"", "x.json": coco()})
    assert frame.annotations == ()


def test_a_file_without_any_annotations_counts_only_where_no_other_speaks_of_a_picture() -> None:
    images = [{"id": number, "file_name": f"{number}.jpg"} for number in (1, 2)]
    files = {"1.jpg": b"", "2.jpg": b"", "image_info.json": coco(images=images)}
    frames, problems = read(Coco(), {**files, "instances.json": coco(BOX, images=images[:1])})
    assert problems == []
    assert {(frame.picture, frame.source): len(frame.annotations or ()) for frame in frames} == {
        ("1.jpg", "instances.json"): 1,
        ("2.jpg", "image_info.json"): 0,
    }


def test_pictures_of_one_name_are_told_apart_by_the_part_that_the_file_is_of() -> None:
    files: dict[str, Any] = {f"images/{part}/a.jpg": b"" for part in ("test", "train2017", "val")}
    for part in ("train2017", "val"):
        files[f"annotations/instances_{part}.json"] = coco({**BOX, "category_id": 1 if part == "val" else 7})
    frames, problems = read(Coco(), files)
    assert problems == []
    assert [
        (frame.picture, (frame.annotations or ())[0].label, dict(frame.metadata)) for frame in frames
    ] == [
        ("images/train2017/a.jpg", "dog", {"source_split": "train"}),
        ("images/val/a.jpg", "cat", {"source_split": "validation"}),
    ]


@pytest.mark.parametrize(
    "value",
    [
        {**BOX, "category_id": 2},
        {**BOX, "category_id": [1]},
        {**BOX, "category_id": True},
        {**BOX, "bbox": [1, 2, 3]},
        {**BOX, "bbox": [1, 2, 3, "x"]},
        {**BOX, "score": 7},
        {**BOX, "segmentation": [[1, 2, 3]]},
        {**BOX, "segmentation": ["text"]},
        {**BOX, "segmentation": {"size": [1], "counts": [1]}},
        {**BOX, "segmentation": {"size": [10, 20], "counts": "\u00ff"}},
        {**BOX, "segmentation": {"size": [10, 20], "counts": "o" * 50}},
        {**BOX, "segmentation": {"size": [10, 20], "counts": [1, -1]}},
        {**BOX, "segmentation": {"size": [10, 20]}},
        {"image_id": 1, "category_id": 1},
        "text",
    ],
)
def test_an_annotation_that_cannot_be_read_is_told_and_the_others_are_kept(value: Any) -> None:
    (frame,), problems = read(Coco(), {"a.jpg": b"", "x.json": coco(value, BOX)})
    assert [each.label for each in frame.annotations or ()] == ["cat"]
    assert [(each.kind, len(each.left_out)) for each in problems] == [(ProblemKind.BAD_ANNOTATION, 1)]


def test_annotations_of_images_that_are_not_listed_or_not_there_are_counted() -> None:
    images = [{"id": 1, "file_name": "a.jpg"}, {"id": 2, "file_name": "gone.jpg"}, {"id": 3}]
    values = [{**BOX, "image_id": image} for image in (1, 2, 2, 3, 9, None)]
    _, problems = read(Coco(), {"a.jpg": b"", "x.json": coco(*values, images=images)})
    assert [(each.kind, len(each.left_out)) for each in problems] == [
        (ProblemKind.NO_PICTURE, 2),
        (ProblemKind.NO_PICTURE, 1),
        (ProblemKind.NO_PICTURE, 1),
        (ProblemKind.NO_PICTURE, 1),
    ]


@pytest.mark.parametrize("key", [True, None, [1], {}])
def test_of_an_image_without_an_id_nothing_is_said(key: Any) -> None:
    text = coco({**BOX, "image_id": key}, images=[{"id": key, "file_name": "a.jpg"}])
    (frame,), problems = read(Coco(), {"a.jpg": b"", "x.json": text})
    assert frame.annotations is None
    assert [(each.kind, each.left_out) for each in problems] == [(ProblemKind.NO_PICTURE, ("cat",))]


def test_of_two_images_of_one_id_the_second_is_told_and_nothing_said_of_it() -> None:
    images = [{"id": 1, "file_name": "a.jpg"}, {"id": 1, "file_name": "b.jpg"}]
    frames, problems = read(Coco(), {"a.jpg": b"", "b.jpg": b"", "x.json": coco(BOX, images=images)})
    assert [(frame.picture, len(frame.annotations or ())) for frame in frames] == [("a.jpg", 1)]
    assert [each.kind for each in problems] == [ProblemKind.TWO_FILES]


def test_captions_beside_the_objects_do_not_take_their_place() -> None:
    captions = coco({"image_id": 1, "caption": "a cat"}, categories=[])
    frames, problems = read(
        Coco(), {"a.jpg": b"", "captions_val.json": captions, "instances_val.json": coco(BOX)}
    )
    assert [frame.source for frame in frames] == ["instances_val.json"]
    assert [(each.kind, each.file) for each in problems] == [
        (ProblemKind.UNREADABLE_FILE, "captions_val.json")
    ]


@pytest.mark.parametrize(
    "text",
    [
        coco(BOX),
        coco(BOX, info={"year": 2020}),
        '{"categories": [], "images": [{"file_name": "a.jpg", "id": 1}], "annotations": []}',
        '{"title": "cats", "images": [{"id": 1, "file_name": "a.jpg"}], "annotations": []}',
    ],
)
def test_the_format_is_recognised(text: str) -> None:
    assert detect(MemoryListing({"a.jpg": b"", "x.json": text})).name == "coco"


def test_other_json_is_not_taken_for_coco() -> None:
    for text in (
        '{"images": [{"image": "a.jpg"}]}',
        '{"x": [], "images": [{"image": "file_name"}]}',
        "[]",
        "{}",
        '{"images": 7}',
    ):
        assert not Coco().recognises(MemoryListing({"a.jpg": b"", "x.json": text}))


@pytest.mark.parametrize(
    "text", ['{"images": [{"file_name": "a.jpg"', '{"images": {"a": 1}, "x": "file_name"}']
)
def test_a_file_that_is_something_else_after_all_tells_nothing(text: str) -> None:
    frames, problems = read(Coco(), {"a.jpg": b"", "x.json": text.replace("file_name", '"file_name"', 0)})
    assert frames == []
    assert all(each.kind is ProblemKind.UNREADABLE_FILE for each in problems)


def test_of_pictures_of_one_name_the_one_is_meant_that_shares_the_folder_that_is_told() -> None:
    images = [{"id": number, "file_name": f"{folder}/x.jpg"} for number, folder in ((1, "b"), (2, "a"))]
    pictures = {"images/a/x.jpg": b"", "images/b/x.jpg": b""}
    frames, problems = read(Coco(), {**pictures, "annotations/x.json": coco(BOX, images=images)})
    assert problems == []
    assert [(frame.picture, len(frame.annotations or ())) for frame in frames] == [
        ("images/b/x.jpg", 1),
        ("images/a/x.jpg", 0),
    ]


def test_where_a_file_tells_of_several_pictures_of_one_name_none_is_taken_for_one_that_is_not_there() -> None:
    images = [{"id": number, "file_name": f"{folder}/x.jpg"} for number, folder in ((1, "b"), (2, "a"))]
    (frame,), (problem,) = read(
        Coco(), {"images/a/x.jpg": b"", "annotations/x.json": coco(BOX, images=images)}
    )
    assert (frame.picture, frame.annotations) == ("images/a/x.jpg", ())
    assert (problem.kind, problem.left_out) == (ProblemKind.NO_PICTURE, ("cat",))


def test_a_picture_elsewhere_is_known_by_its_name_alone_where_one_is_called_so() -> None:
    images = [{"id": 1, "file_name": "C:\\Users\\ada\\pictures\\x.jpg"}]
    (frame,), problems = read(Coco(), {"images/x.jpg": b"", "annotations/x.json": coco(BOX, images=images)})
    assert (frame.picture, problems) == ("images/x.jpg", [])
