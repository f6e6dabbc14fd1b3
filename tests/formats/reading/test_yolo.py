"""YOLO in Darknet's layout, and in those of Ultralytics and Roboflow."""

from __future__ import annotations

import posixpath
from typing import Any

import pytest

from setwright.formats.reading.folder import Folder
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.protocol import Polygon, Reader, Rectangle, Shape
from setwright.formats.reading.registry import detect
from setwright.formats.reading.yolo_darknet import YoloDarknet
from setwright.formats.reading.yolo_ultralytics import YoloUltralytics
from setwright.model.errors import FormatError
from tests.formats.reading.files import MemoryListing, read

DARKNET = {
    "obj.data": "classes = 2\ntrain = data/train.txt\nvalid = valid.txt\nnames = obj.names\nbackup = backup/\n",
    "obj.names": "cat\ndog\n\n",
    "train.txt": "data/obj_train_data/a.jpg\n",
    "valid.txt": "obj_valid_data/b.jpg\n",
    "obj_train_data/a.jpg": "",
    "obj_train_data/a.txt": "1 0.5 0.5 0.2 0.4\n",
    "obj_valid_data/b.jpg": "",
    "obj_valid_data/b.txt": "",
}
ULTRALYTICS = {
    "data.yaml": "train: images/train\nval: images/val\nnames: {0: cat, 1: dog}\n",
    "images/train/a.jpg": "",
    "labels/train/a.txt": "1 0.5 0.5 0.2 0.4\n",
    "images/val/b.jpg": "",
    "labels/val/b.txt": "",
}
ROBOFLOW = {
    "data.yaml": "train: ../train/images\nval: ../valid/images\nnc: 2\nnames: ['cat', 'dog']\n",
    "train/images/a.jpg": "",
    "train/labels/a.txt": "1 0.5 0.5 0.2 0.4\n",
    "valid/images/b.jpg": "",
    "valid/labels/b.txt": "",
}

LABELIMG = {
    "classes.txt": "cat\ndog\n",
    "train/a.jpg": "",
    "train/a.txt": "1 0.5 0.5 0.2 0.4\n",
    "val/b.jpg": "",
    "val/b.txt": "",
}
LABEL_STUDIO = {
    "classes.txt": "cat\ndog",
    "notes.json": '{"categories": [{"id": 0, "name": "cat"}, {"id": 1, "name": "dog"}], "info": {}}',
    "images/train/a.jpg": "",
    "labels/train/a.txt": "1 0.5 0.5 0.2 0.4",
    "images/val/b.jpg": "",
    "labels/val/b.txt": "",
}
ROBOFLOW_DARKNET = {
    "train/_darknet.labels": "cat\ndog",
    "train/a.jpg": "",
    "train/a.txt": "1 0.5 0.5 0.2 0.4",
    "valid/_darknet.labels": "cat\ndog",
    "valid/b.jpg": "",
    "valid/b.txt": "",
}


@pytest.mark.parametrize(
    ("reader", "files"),
    [
        (YoloDarknet(), DARKNET),
        (YoloDarknet(), LABELIMG),
        (YoloDarknet(), LABEL_STUDIO),
        (YoloDarknet(), ROBOFLOW_DARKNET),
        (YoloUltralytics(), ULTRALYTICS),
        (YoloUltralytics(), {**ULTRALYTICS, "classes.txt": "cat\ndog\n", "obj.names": "cat\ndog\n"}),
        (YoloUltralytics(), {**ULTRALYTICS, "data.yaml": "nc: 2\nnames: [cat, dog]\n"}),
        (YoloUltralytics(), {**ULTRALYTICS, "yolov5s.yaml": "nc: 80\nbackbone: [x]\n"}),
        (YoloUltralytics(), ROBOFLOW),
    ],
    ids=[
        "darknet",
        "labelimg",
        "label-studio",
        "roboflow-darknet",
        "ultralytics",
        "both-lists",
        "supervision",
        "with-a-network",
        "roboflow",
    ],
)
def test_a_dataset_is_recognised_and_read_whole(reader: Reader, files: dict[str, str]) -> None:
    assert detect(MemoryListing(files)) == reader
    frames, problems = read(reader, files)
    assert problems == []
    first, second = frames
    assert [(each.label, each.shape) for each in first.annotations or ()] == [
        ("dog", Rectangle((0.4, 0.3, 0.6, 0.7)))
    ]
    assert first.normalized
    assert second.annotations == ()
    assert [dict(frame.metadata) for frame in frames] == [
        {"source_split": "train"},
        {"source_split": "validation"},
    ]


@pytest.mark.parametrize(
    ("row", "shape", "confidence"),
    [
        ("0 0.5 0.5 0.5 0.5", Rectangle((0.25, 0.25, 0.75, 0.75)), None),
        ("0.0 0.5 0.5 0.5 0.5 0.25", Rectangle((0.25, 0.25, 0.75, 0.75)), 0.25),
        ("0 0 0 1 0 0.5 1", Polygon((((0, 0), (1, 0), (0.5, 1)),)), None),
        ("  0\t5e-1 .5 .5 .5  ", Rectangle((0.25, 0.25, 0.75, 0.75)), None),
    ],
)
def test_a_row_is_a_box_a_box_with_confidence_or_a_polygon(
    row: str, shape: Shape, confidence: float | None
) -> None:
    frames, problems = read(YoloDarknet(), {**DARKNET, "obj_train_data/a.txt": f"\n{row}\r\n\n"})
    assert problems == []
    assert [(each.shape, each.confidence) for each in frames[0].annotations or ()] == [(shape, confidence)]


def test_where_objects_have_keypoints_a_row_is_a_box_and_these() -> None:
    files = {
        **ULTRALYTICS,
        "data.yaml": ULTRALYTICS["data.yaml"] + "kpt_shape: [1, 2]\n",
        "labels/train/a.txt": "0 0.5 0.5 0.5 0.5 0.1 0.2",
    }
    (annotation,) = read(YoloUltralytics(), files)[0][0].annotations or ()
    assert (annotation.shape, dict(annotation.metadata)) == (
        Rectangle((0.25, 0.25, 0.75, 0.75)),
        {"keypoints": [0.1, 0.2]},
    )


@pytest.mark.parametrize(
    "row",
    [
        "7 0.5 0.5 0.5 0.5",
        "-1 0.5 0.5 0.5 0.5",
        "0.5 0.5 0.5 0.5 0.5",
        "cat 0.5 0.5 0.5 0.5",
        "0 0.5 0.5 0.5",
        "0 0.5 0.5 0.5 0.5 7",
        "0 0.5 0.5 0.5 0.5 0.5 0.5 0.5",
        "0 0.5 0.5 0.5 nan",
        "0 0.5 0.5 0.5 1e999",
        "0",
    ],
)
def test_a_row_that_cannot_be_read_is_told_and_the_others_are_kept(row: str) -> None:
    frames, problems = read(YoloDarknet(), {**DARKNET, "obj_train_data/a.txt": f"{row}\n1 0.5 0.5 0.5 0.5\n"})
    assert [each.label for each in frames[0].annotations or ()] == ["dog"]
    assert [(each.kind, len(each.left_out)) for each in problems] == [(ProblemKind.BAD_ANNOTATION, 1)]
    assert problems[0].detail.startswith("line 1: ")


def test_a_file_of_labels_that_is_no_text_is_told() -> None:
    _, problems = read(YoloDarknet(), {**DARKNET, "obj_train_data/a.txt": b"\xff\xfe\x00"})
    assert [each.kind for each in problems] == [ProblemKind.UNREADABLE_FILE]


@pytest.mark.parametrize(
    ("reader", "files", "orphan"),
    [
        (YoloDarknet(), DARKNET, "obj_train_data/gone.txt"),
        (YoloUltralytics(), ULTRALYTICS, "labels/train/gone.txt"),
    ],
)
def test_labels_without_their_picture_are_counted_and_other_texts_are_not(
    reader: Reader, files: dict[str, str], orphan: str
) -> None:
    row = "0 0.5 0.5 0.5 0.5\n"
    _, problems = read(reader, {**files, orphan: row + row, "README.txt": "hello", "numbers.txt": "1 2 3\n"})
    assert [(each.kind, each.file, each.left_out) for each in problems] == [
        (ProblemKind.NO_PICTURE, orphan, ("cat", "cat"))
    ]


def test_of_a_picture_without_a_file_of_labels_nothing_but_its_part_is_told() -> None:
    frames, _ = read(YoloUltralytics(), {**ULTRALYTICS, "images/val/c.jpg": ""})
    (frame,) = [frame for frame in frames if frame.picture == "images/val/c.jpg"]
    assert (frame.annotations, dict(frame.metadata)) == (None, {"source_split": "validation"})


@pytest.mark.parametrize(
    "told",
    [
        "train: a.txt\nval: [b.txt, more]",
        "path: ../datasets/ours\ntrain: [./a.txt]\nval: [/elsewhere, b.txt, more]",
        "path: .\ntrain: pictures/images\nval: [b.txt, ../more/]",
        "train: .\nval: [more, b.txt]",
    ],
)
@pytest.mark.parametrize("folder", ["", "test/ours/"])
def test_the_parts_are_those_that_the_yaml_file_tells_by_lists_and_folders(told: str, folder: str) -> None:
    files = {
        "data.yaml": f"{told}\nnames: [cat]\n",
        "a.txt": "./pictures/images/a.jpg\n",
        "b.txt": "D:\\ours\\pictures\\images\\b.jpg\r\n",
        "pictures/images/a.jpg": "",
        "pictures/images/b.jpg": "",
        "pictures/labels/a.txt": "0 0.5 0.5 0.2 0.4\n",
        "more/deeper/c.jpg": "",
    }
    frames, problems = read(YoloUltralytics(), {folder + name: content for name, content in files.items()})
    assert problems == []
    assert [(posixpath.basename(frame.picture), frame.metadata["source_split"]) for frame in frames] == [
        ("c.jpg", "validation"),
        ("a.jpg", "train"),
        ("b.jpg", "validation"),
    ]


def test_where_folders_lie_in_others_that_are_called_like_parts_the_nearest_tells() -> None:
    lists = ("obj.data", "train.txt", "valid.txt")
    files = {f"test/train/{name}": content for name, content in DARKNET.items() if name not in lists}
    assert {frame.metadata["source_split"] for frame in read(YoloDarknet(), files)[0]} == {"train"}


@pytest.mark.parametrize(
    "names",
    [
        "cat",
        "7",
        "{a: cat}",
        "[[1]]",
        "{-1: cat}",
        "{1000000000: cat}",
        "[",
        "!!python/object:os.system {}",
        "[]",
    ],
)
def test_classes_that_are_no_names_are_an_error(names: str) -> None:
    with pytest.raises(FormatError):
        read(YoloUltralytics(), {**ULTRALYTICS, "data.yaml": f"train: x\nnames: {names}\n"})


def test_a_yaml_that_would_grow_without_end_is_refused() -> None:
    lines = ["train: x", "a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}, *a{n - 1}, *a{n - 1}]" for n in range(1, 40)]
    with pytest.raises(FormatError):
        read(YoloUltralytics(), {**ULTRALYTICS, "data.yaml": "\n".join([*lines, "names: [*a39]"])})


def test_a_class_that_is_passed_over_has_no_objects() -> None:
    files: dict[str, Any] = {**ULTRALYTICS, "data.yaml": "train: x\nnames: {2: dog}\n"}
    files["labels/train/a.txt"] = "0 0.5 0.5 0.2 0.4\n2 0.5 0.5 0.2 0.4\n"
    frames, problems = read(YoloUltralytics(), files)
    assert [each.label for each in frames[0].annotations or ()] == ["dog"]
    assert [each.left_out for each in problems] == [("",)]


def test_numbers_of_classes_may_stand_in_quotes_but_not_twice() -> None:
    quoted = ULTRALYTICS["data.yaml"].replace("0:", "'0':").replace("1:", "'1':")
    frames, problems = read(YoloUltralytics(), {**ULTRALYTICS, "data.yaml": quoted})
    assert ([each.label for each in frames[0].annotations or ()], problems) == (["dog"], [])
    with pytest.raises(FormatError, match="does not name its classes"):
        read(YoloUltralytics(), {**ULTRALYTICS, "data.yaml": quoted.replace("'1'", "'0', 0")})


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({**LABELIMG, "classes.txt": "1 of 2"}, None),
        ({key: text for key, text in LABELIMG.items() if key != "classes.txt"}, "No list of classes"),
        ({key: text for key, text in LABEL_STUDIO.items() if key != "classes.txt"}, "No list of classes"),
        ({**ULTRALYTICS, "data.yaml": "train: images/train\nval: images/val\nnc: 2\n"}, "does not name its"),
    ],
    ids=["one-class", "labelimg", "label-studio", "yaml-without-names"],
)
def test_labels_without_names_of_classes_are_no_plain_folder(files: dict[str, str], said: str | None) -> None:
    reader = detect(MemoryListing(files))
    if said is None:
        assert reader == YoloDarknet()
    else:
        with pytest.raises(FormatError, match=said):
            read(reader, files)


def test_lists_of_pictures_tell_their_parts_without_a_file_that_names_the_lists() -> None:
    files = {"classes.txt": "cat\ndog", "all/a.jpg": "", "all/a.txt": "1 0.5 0.5 0.2 0.4"}
    files |= {"all/test.jpg": "", "all/test.txt": "0 0.5 0.5 0.2 0.4", "valid.txt": "/data/all/a.jpg\n"}
    frames, problems = read(YoloDarknet(), files)
    assert {frame.picture: dict(frame.metadata) for frame in frames} == {
        "all/a.jpg": {"source_split": "validation"},
        "all/test.jpg": {},
    }
    assert problems == []


def test_classes_of_one_name_are_told() -> None:
    _, (problem,) = read(YoloDarknet(), {**LABELIMG, "classes.txt": "cat\ndog\ncat\n\n"})
    assert (problem.kind, problem.detail) == (
        ProblemKind.ONE_NAME,
        "cat is what the classes 0, 2 are called",
    )
    twice = ULTRALYTICS["data.yaml"].replace("dog", "cat")
    _, (problem,) = read(YoloUltralytics(), {**ULTRALYTICS, "data.yaml": twice})
    assert (problem.kind, problem.file) == (ProblemKind.ONE_NAME, "data.yaml")


def test_texts_of_pictures_that_are_no_labels_leave_a_plain_folder() -> None:
    files = {"a.jpg": "", "a.txt": "a cat, sitting", "classes.txt": "cat\ndog\n"}
    assert detect(MemoryListing(files)) == Folder()


def test_two_datasets_in_one_folder_are_to_be_ingested_one_by_one() -> None:
    with pytest.raises(FormatError, match="Several"):
        read(YoloDarknet(), {**DARKNET, "other/obj.names": "car\n"})
    with pytest.raises(FormatError, match="Several"):
        read(YoloDarknet(), {**ROBOFLOW_DARKNET, "valid/_darknet.labels": "dog\ncat"})
    with pytest.raises(FormatError, match="Several"):
        read(YoloUltralytics(), {**ULTRALYTICS, "other/data.yaml": ULTRALYTICS["data.yaml"]})
