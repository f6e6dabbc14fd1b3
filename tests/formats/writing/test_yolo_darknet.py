"""YOLO Darknet, file by file."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.formats.protocol import Loss
from setwright.formats.reading.yolo_darknet import YoloDarknet as DarknetReader
from setwright.formats.writing.yolo_darknet import YoloDarknet
from setwright.model.frames import Annotations
from setwright.model.manifest import Manifest
from setwright.model.splits import Split
from tests.formats.writing.manifests import SHOWCASE, Frame, Shape, facts_of, made, manifest_of, pictures
from tests.formats.writing.round_trips import labels_in, read_back
from tests.formats.writing.strategies import manifests

YOLO = YoloDarknet()


def labels_of(*shapes: Shape, width: int = 100, height: int = 50) -> str:
    """The label file of a frame with these shapes."""
    manifest = manifest_of([Frame(file_name="x.jpg", width=width, height=height, shapes=shapes)])
    return made(YOLO, manifest)["obj_train_data/x.txt"]


def test_a_box_is_its_class_and_centre_and_extent_relative_to_the_picture() -> None:
    assert labels_of(Shape(label=1, box=(10, 10, 30, 20))) == "1 0.200000 0.300000 0.200000 0.200000\n"


def test_labels_lie_beside_pictures_and_a_background_picture_has_an_empty_file() -> None:
    files = made(YOLO, SHOWCASE)
    beside = {path.rpartition(".")[0] for path in pictures(YOLO, SHOWCASE)}
    assert beside == {
        path.rpartition(".")[0] for path in files if path.startswith("obj_") and path.endswith(".txt")
    }
    assert files["obj_train_data/sky.txt"] == ""


def test_the_lists_name_the_pictures_of_each_split_by_relative_paths() -> None:
    files = made(YOLO, SHOWCASE)
    assert files["train.txt"] == "obj_train_data/party_a.jpg\nobj_train_data/sky.jpg\n"
    assert files["valid.txt"] == "obj_valid_data/b.PNG\n"
    assert files["test.txt"] == "obj_test_data/c.jpg\nobj_test_data/second party_a.jpg\n"


def test_class_ids_are_the_order_of_the_names() -> None:
    assert made(YOLO, SHOWCASE)["obj.names"] == "Balloon\nKite\n"


def test_the_data_file_names_classes_and_lists() -> None:
    assert made(YOLO, SHOWCASE)["obj.data"] == (
        "classes = 2\ntrain = train.txt\nvalid = valid.txt\ntest = test.txt\nnames = obj.names\nbackup = backup/\n"
    )


def test_without_test_frames_there_is_no_test_list_because_cvat_refuses_a_third_one() -> None:
    files = made(YOLO, manifest_of([Frame(file_name="x.jpg")]))
    assert "test.txt" not in files
    assert "test" not in files["obj.data"]
    assert files["valid.txt"] == ""


def test_a_box_over_the_edge_is_cut_and_one_without_area_is_left_out_and_both_are_counted() -> None:
    assert labels_of(Shape(box=(90, 40, 110, 60))) == "0 0.950000 0.900000 0.100000 0.200000\n"
    assert labels_of(Shape(box=(5, 5, 5, 9))) == ""
    assert labels_of(Shape(box=(200, 0, 220, 10))) == ""
    changed = {
        entry["what"]: entry["count"]
        for entry in json.loads(made(YOLO, SHOWCASE)["setwright.json"])["changed"]
    }
    assert changed["a box without area inside its picture, left out"] == 2
    assert changed["a box cut at the edge of its picture"] == 1


def test_what_the_format_cannot_hold_is_counted_the_gravest_first() -> None:
    assert YOLO.losses(SHOWCASE.annotations) == (
        Loss("a line, left out", 1),
        Loss("a set of points, left out", 1),
        Loss("a polygon, reduced to its box", 2),
        Loss("a mask, reduced to its box", 1),
        Loss("attributes and metadata of an annotation, left out", 1),
        Loss("the confidence of an annotation, left out", 3),
    )


def test_boxes_alone_lose_nothing() -> None:
    assert YOLO.losses(manifest_of([Frame(file_name="x.jpg", shapes=(Shape(),))]).annotations) == ()
    assert YOLO.losses(Annotations.empty()) == ()


def test_no_folder_bears_a_name_that_darknet_rewrites() -> None:
    for path in [*made(YOLO, SHOWCASE), *pictures(YOLO, SHOWCASE)]:
        assert "images" not in path
        assert "JPEGImages" not in path


def test_a_class_name_with_a_line_break_stays_on_its_line() -> None:
    manifest = manifest_of([Frame(file_name="x.jpg")], labels=("red\nballoon", "kite"))
    assert made(YOLO, manifest)["obj.names"] == "red balloon\nkite\n"


def test_an_empty_dataset_is_still_a_dataset() -> None:
    files = made(YOLO, manifest_of([]))
    assert files["train.txt"] == files["valid.txt"] == ""


sides = st.floats(-50, 700, allow_nan=False)


@given(st.lists(st.tuples(sides, sides, sides, sides), max_size=5), st.integers(1, 640), st.integers(1, 640))
def test_every_box_read_back_is_the_part_of_it_inside_the_picture(
    edges: list[tuple[float, float, float, float]], width: int, height: int
) -> None:
    boxes = [(min(a, c), min(b, d), max(a, c), max(b, d)) for a, b, c, d in edges]
    rows = labels_of(*(Shape(box=box) for box in boxes), width=width, height=height).splitlines()
    inside = [
        (max(left, 0), max(top, 0), min(right, width), min(bottom, height))
        for left, top, right, bottom in boxes
    ]
    # A millionth of the picture is the smallest box that six decimals hold; half of it may go either way.
    sure = [box for box in inside if (box[2] - box[0]) / width > 1e-6 and (box[3] - box[1]) / height > 1e-6]
    assert len(sure) <= len(rows)
    read = []
    for row in rows:
        label, x, y, w, h = row.split()
        assert label == "0"
        assert all(0 <= float(value) <= 1 for value in (x, y, w, h))
        read.append(
            (
                (float(x) - float(w) / 2) * width,
                (float(y) - float(h) / 2) * height,
                (float(x) + float(w) / 2) * width,
                (float(y) + float(h) / 2) * height,
            )
        )
    for box in sure:
        assert any(box == pytest.approx(found, abs=1.000001e-6 * max(width, height)) for found in read)


def test_the_same_manifest_gives_the_same_bytes() -> None:
    once, again = (list(YOLO.files(SHOWCASE, facts_of(SHOWCASE))) for _ in range(2))
    assert once == again


def test_splits_are_kept_apart_by_folder() -> None:
    found = pictures(YOLO, SHOWCASE)
    assert {path.partition("/")[0] for path in found} == {"obj_train_data", "obj_valid_data", "obj_test_data"}
    assert len(found) == len(SHOWCASE.frames)
    assert sum(path.startswith("obj_test_data/") for path in found) == int(
        (SHOWCASE.split == Split.TEST.code).sum()
    )


@settings(max_examples=30)
@given(manifest=manifests())
def test_read_back_and_written_again_it_is_the_same(manifest: Manifest) -> None:
    again = read_back(YoloDarknet(), DarknetReader(), manifest)
    assert labels_in(YoloDarknet(), again) == labels_in(YoloDarknet(), manifest)
