"""COCO, object by object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from setwright.formats.protocol import Loss
from setwright.formats.reading.coco import Coco as CocoReader
from setwright.formats.writing import coco
from setwright.formats.writing.coco import Coco
from setwright.model.manifest import Manifest
from setwright.model.splits import Split
from tests.formats.writing.manifests import (
    BOX,
    LINE,
    OUTSIDE,
    OVER_THE_EDGE,
    POINTS,
    POLYGON,
    RING,
    SHOWCASE,
    WITHOUT_AREA,
    Frame,
    Shape,
    made,
    manifest_of,
    pictures,
)
from tests.formats.writing.round_trips import changed, labels_in, read_back
from tests.formats.writing.strategies import manifests

COCO = Coco()
TRAIN = "annotations/instances_train.json"
MASK = Shape(label=1, code=4, box=(1, 1, 2, 3), outline='{"counts":[51,2,4947],"size":[50,100]}')


def document(manifest: Manifest, split: str = "train") -> Any:
    return json.loads(made(COCO, manifest)[f"annotations/instances_{split}.json"])


def written(*shapes: Shape, **frame: Any) -> list[dict[str, Any]]:
    """The objects of one frame with these shapes, without their ids."""
    found: list[dict[str, Any]] = document(
        manifest_of([Frame(file_name="x.jpg", shapes=shapes, **frame)], operations=("first", "second"))
    )["annotations"]
    return [{key: value for key, value in each.items() if key not in ("id", "image_id")} for each in found]


def test_a_rectangle_is_a_box_without_an_outline() -> None:
    assert written(Shape(label=1, box=(10, 20, 30, 45.5))) == [
        {"category_id": 2, "bbox": [10, 20, 20, 25.5], "area": 510, "segmentation": [], "iscrowd": 0}
    ]


def test_a_polygon_is_told_point_by_point_and_its_area_is_its_own_not_that_of_its_box() -> None:
    (polygon,) = written(POLYGON)
    assert polygon["segmentation"] == [[10, 5, 30, 5, 20, 25]]
    assert polygon["bbox"] == [10, 5, 20, 20]
    assert polygon["area"] == 200


def test_parts_beside_each_other_are_several_polygons() -> None:
    parts = replace(POLYGON, outline="[[[0,0],[10,0],[10,10]],[[20,0],[30,0],[30,10]]]")
    (polygon,) = written(parts)
    assert polygon["segmentation"] == [[0, 0, 10, 0, 10, 10], [20, 0, 30, 0, 30, 10]]
    assert polygon["area"] == 100
    assert polygon["bbox"] == [0, 0, 30, 10]


def test_a_polygon_with_a_hole_becomes_run_lengths_because_readers_would_fill_the_hole() -> None:
    hole = Shape(
        code=1,
        box=(0, 0, 4, 4),
        outline="[[[0,0],[4,0],[4,4],[0,4]],[[1,1],[3,1],[3,3],[1,3]]]",
    )
    (found,) = written(hole, width=5, height=4)
    assert found["segmentation"] == {"size": [4, 5], "counts": [0, 5, 2, 2, 2, 5, 4]}
    assert found["area"] == 12
    assert found["bbox"] == [0, 0, 4, 4]
    assert COCO.losses(manifest_of([Frame(file_name="x.jpg", shapes=(hole,))]).annotations) == (
        Loss("a polygon with holes, told as run lengths to the pixel", 1),
    )


def test_a_mask_keeps_its_run_lengths() -> None:
    (found,) = written(MASK)
    assert found["segmentation"] == {"size": [50, 100], "counts": [51, 2, 4947]}
    assert found["area"] == 2
    assert found["bbox"] == [1, 1, 1, 2]


def test_a_mask_that_goes_on_in_the_next_column_has_the_box_of_both() -> None:
    (found,) = written(replace(MASK, outline='{"counts":[49,2,4949],"size":[50,100]}'))
    assert found["bbox"] == [0, 0, 2, 50]


def test_what_reaches_over_the_edge_is_cut_there_and_counted() -> None:
    over = replace(POLYGON, outline="[[[90,10],[110,10],[110,20],[90,20]]]", box=(90, 10, 110, 20))
    box, polygon = written(OVER_THE_EDGE, over)
    assert box["bbox"] == [90, 40, 10, 10]
    assert polygon["bbox"] == [90, 10, 10, 10]
    assert polygon["area"] == 100
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(OVER_THE_EDGE, replace(over, operation=0)))])
    assert changed(COCO, manifest) == {"an object cut at the edge of its picture": 2}


def test_what_has_no_area_in_its_picture_is_left_out_and_counted() -> None:
    flat = replace(POLYGON, outline="[[[0,0],[5,5],[9,9]]]", operation=0)
    empty = replace(MASK, outline='{"counts":[5000],"size":[50,100]}')
    shapes = (WITHOUT_AREA, OUTSIDE, flat, empty)
    assert written(*shapes) == []
    assert changed(COCO, manifest_of([Frame(file_name="x.jpg", shapes=shapes)])) == {
        "an object without area inside its picture, left out": 4
    }


def test_lines_and_points_are_left_out_and_counted() -> None:
    assert written(LINE, POINTS) == []
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(LINE, POINTS))])
    assert COCO.losses(manifest.annotations) == (
        Loss("a line, left out", 1),
        Loss("a set of points, left out", 1),
    )


def test_confidence_and_plain_attributes_stand_beside_the_object() -> None:
    (found,) = written(replace(BOX, extra=RING.extra))
    assert found["score"] == 0.25
    assert found["attributes"] == {"Color": "Red"}


@pytest.mark.parametrize("value", ['"true"', "true", "1"])
def test_a_crowd_is_a_crowd(value: str) -> None:
    (found,) = written(replace(BOX, extra=f'{{"attributes":{{"iscrowd":[{{"value":{value}}}]}}}}'))
    assert found["iscrowd"] == 1
    assert "attributes" not in found


def test_attributes_that_say_more_than_one_plain_value_are_counted() -> None:
    extras = (
        '{"attributes":{"a":[{"value":1},{"value":2}]}}',
        '{"attributes":{"a":[{"confidence":0.5,"value":1}]}}',
        '{"attributes":{"a":[{"value":1}]}}',
    )
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=tuple(Shape(extra=extra) for extra in extras))])
    assert COCO.losses(manifest.annotations) == (
        Loss("attributes of an annotation that are more than one plain value, reduced to the first", 2),
    )
    assert {each["attributes"]["a"] for each in document(manifest)["annotations"]} == {1}


def test_class_ids_begin_with_one_and_keep_the_order_of_the_classes() -> None:
    manifest = manifest_of([], labels=("Zebra", "Ant"))
    assert [(each["id"], each["name"]) for each in document(manifest)["categories"]] == [
        (1, "Zebra"),
        (2, "Ant"),
    ]


def test_every_picture_stands_in_the_file_of_its_split_by_the_name_in_its_folder() -> None:
    told = {
        f"images/{split}/{image['file_name']}"
        for split in ("train", "val", "test")
        for image in document(SHOWCASE, split)["images"]
    }
    assert told == set(pictures(COCO, SHOWCASE))


def test_a_picture_without_objects_stays_in_the_file() -> None:
    assert "sky.jpg" in {image["file_name"] for image in document(SHOWCASE)["images"]}


def test_ids_go_on_from_one_file_to_the_next_so_that_files_can_be_joined() -> None:
    documents = [document(SHOWCASE, split) for split in ("train", "val", "test")]
    for key, count in (("images", 5), ("annotations", 5)):
        assert [each["id"] for part in documents for each in part[key]] == list(range(1, count + 1))


def test_there_is_a_file_for_test_only_with_test_frames_and_for_val_always() -> None:
    manifest = manifest_of([Frame(file_name="x.jpg")])
    assert sorted(labels_in(COCO, manifest)) == [TRAIN, "annotations/instances_val.json"][::1]
    assert document(manifest, "val")["images"] == []


@settings(max_examples=30)
@given(manifest=manifests())
def test_whatever_is_written_is_valid(manifest: Manifest) -> None:
    documents = [json.loads(text) for path, text in labels_in(COCO, manifest).items()]
    images = {image["id"]: image for part in documents for image in part["images"]}
    objects = [each for part in documents for each in part["annotations"]]
    assert len(images) == len(manifest.frames)
    assert len({each["id"] for each in objects}) == len(objects)
    left_out = sum(count for what, count in changed(COCO, manifest).items() if what.endswith("left out"))
    left_out -= changed(COCO, manifest).get("metadata of an annotation, left out", 0)
    assert len(objects) + left_out == len(manifest.annotations)
    for each in objects:
        image = images[each["image_id"]]
        x, y, width, height = each["bbox"]
        assert 0 <= x < x + width <= image["width"] + 1e-6
        assert 0 <= y < y + height <= image["height"] + 1e-6
        assert 0 <= each["area"]
        outline = each["segmentation"]
        if isinstance(outline, dict):
            assert outline["size"] == [image["height"], image["width"]]
            assert sum(outline["counts"]) == image["height"] * image["width"]
            assert each["area"] == sum(outline["counts"][1::2])
            continue
        for ring in outline:
            assert len(ring) >= 6
            assert all(x - 1e-5 <= at <= x + width + 1e-5 for at in ring[0::2])
            assert all(y - 1e-5 <= at <= y + height + 1e-5 for at in ring[1::2])


@settings(max_examples=30)
@given(manifest=manifests())
def test_read_back_and_written_again_it_is_the_same(manifest: Manifest) -> None:
    again = read_back(COCO, CocoReader(), manifest)
    assert labels_in(COCO, again) == labels_in(COCO, manifest)


def test_the_file_of_a_split_knows_nothing_of_other_splits() -> None:
    manifest = manifest_of(
        [Frame(file_name="a.jpg"), Frame(file_name="b.jpg", split=Split.VALIDATION, shapes=(BOX,))]
    )
    assert document(manifest)["annotations"] == []
    assert [each["image_id"] for each in document(manifest, "val")["annotations"]] == [2]


@settings(max_examples=25)
@given(manifest=manifests(kinds="p"))
def test_simple_polygons_are_told_sooner_but_not_otherwise(manifest: Manifest) -> None:
    quick = labels_in(COCO, manifest)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(coco, "_simple", lambda *_: None)
        assert labels_in(COCO, manifest) == quick
