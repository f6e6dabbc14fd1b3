"""Hostile annotation files: each is told, the rest of what they say counts, and nothing that is no number comes in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

import pytest

from setwright.formats.reading.coco import Coco
from setwright.formats.reading.fit import Canvas, FittedAnnotation, fit
from setwright.formats.reading.layernext import LayerNext
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import Reader, ReadFrame
from setwright.formats.reading.via import Via
from setwright.formats.reading.voc import Voc
from setwright.formats.reading.yolo_darknet import YoloDarknet
from setwright.formats.reading.yolo_ultralytics import YoloUltralytics
from setwright.model.errors import FormatError
from tests.formats.reading.files import read

BAD, FILE, NONE = ProblemKind.BAD_ANNOTATION, ProblemKind.UNREADABLE_FILE, ProblemKind.NO_PICTURE
AREA, OUTSIDE, TWO = ProblemKind.NO_AREA, ProblemKind.OUTSIDE, ProblemKind.TWO_FILES
META = ProblemKind.BAD_METADATA
GOOD = "good.png"
"""A picture of which each file says one thing that is fine, unless the whole file cannot be read."""

BOX = [1, 2, 3, 4]


def coco(**fields: Any) -> str:
    """Two pictures with an annotation each, of which that of `a.png` has other fields."""
    images = [{"id": 1, "file_name": "a.png"}, {"id": 2, "file_name": GOOD}]
    annotation = {"id": 1, "image_id": 1, "category_id": 1, "bbox": BOX} | fields
    good = {"id": 2, "image_id": 2, "category_id": 1, "bbox": BOX}
    categories = [{"id": 1, "name": "RBC"}]
    return json.dumps({"images": images, "categories": categories, "annotations": [annotation, good]})


def rle(counts: Any, size: Any = (30, 40)) -> str:
    return coco(segmentation={"size": list(size) if isinstance(size, tuple) else size, "counts": counts})


def layernext(**fields: Any) -> str:
    annotation = {"type": "rectangle", "bbox": BOX, "label": "RBC"} | fields
    good = {"image": GOOD, "annotations": [{"type": "rectangle", "bbox": BOX, "label": "RBC"}]}
    return json.dumps({"images": [{"image": "a.png", "annotations": [annotation]}, good]})


def via(**shape: Any) -> str:
    region = {"shape_attributes": {"name": "rect", **shape}, "region_attributes": {"label": "RBC"}}
    fine = {"shape_attributes": {"name": "rect", "x": 1, "y": 2, "width": 3, "height": 4}}
    fine["region_attributes"] = {"label": "RBC"}
    return json.dumps(
        {"1": {"filename": "a.png", "regions": [region]}, "2": {"filename": GOOD, "regions": [fine]}}
    )


def voc(inside: str = "", before: str = "") -> dict[str, str]:
    fine = "<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>4</xmax><ymax>6</ymax></bndbox>"
    return {
        "a.xml": f"{before}<annotation><filename>a.png</filename>"
        f"<object><name>RBC</name>{inside}</object></annotation>",
        "good.xml": f"<annotation><filename>{GOOD}</filename><object><name>RBC</name>{fine}</object></annotation>",
    }


def bndbox(*edges: object) -> str:
    names = ("xmin", "ymin", "xmax", "ymax")
    return "<bndbox>" + "".join(f"<{n}>{e}</{n}>" for n, e in zip(names, edges, strict=True)) + "</bndbox>"


def ultralytics(row: str) -> dict[str, str]:
    return {
        "data.yaml": "train: images\nnames: [RBC]\n",
        "images/a.png": "",
        "images/good.png": "",
        "labels/a.txt": row,
        "labels/good.txt": "0 0.5 0.5 0.2 0.2\n",
    }


def darknet(row: str, names: str = "RBC\n") -> dict[str, str]:
    return {"obj.names": names, "a.txt": row, "good.txt": "0 0.5 0.5 0.2 0.2\n"}


BILLION_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;">]>'
)

# What is read, by what; and the one kind of problem that it has.
CASES: dict[str, tuple[Reader, Mapping[str, str] | str, ProblemKind]] = {
    "COCO, box with NaN": (Coco(), coco(bbox=[1, 2, float("nan"), 4]), FILE),
    "COCO, box with infinity": (Coco(), coco(bbox=[1, 2, float("inf"), 4]), FILE),
    "COCO, box with NaN as text": (Coco(), coco(bbox=[1, 2, "nan", 4]), BAD),
    "COCO, box with infinity as text": (Coco(), coco(bbox=[1, 2, "inf", 4]), BAD),
    "COCO, box beyond all numbers": (
        Coco(),
        coco(bbox=[1, 2, 3, 4]).replace("[1, 2, 3, 4]", "[1, 2, 1e999, 4]", 1),
        FILE,
    ),
    "COCO, box of thousands of digits": (
        Coco(),
        coco().replace("[1, 2, 3, 4]", f"[1, 2, {'9' * 5000}, 4]", 1),
        FILE,
    ),
    "COCO, box of hundreds of digits": (Coco(), coco(bbox=[1, 2, 10**400, 4]), BAD),
    "COCO, box of three": (Coco(), coco(bbox=[1, 2, 3]), BAD),
    "COCO, box of five": (Coco(), coco(bbox=[1, 2, 3, 4, 5]), BAD),
    "COCO, box of texts": (Coco(), coco(bbox=["a", "b", "c", "d"]), BAD),
    "COCO, box of booleans": (Coco(), coco(bbox=[True, True, True, True]), BAD),
    "COCO, box of lists": (Coco(), coco(bbox=[[1], [2], [3], [4]]), BAD),
    "COCO, box that is an object": (Coco(), coco(bbox={"x": 1}), BAD),
    "COCO, no box": (Coco(), coco(bbox=None), BAD),
    "COCO, box of no width": (Coco(), coco(bbox=[1, 2, 0, 4]), AREA),
    "COCO, box of a negative width": (Coco(), coco(bbox=[8, 8, -2, 4]), AREA),
    "COCO, box of negative sides": (Coco(), coco(bbox=[8, 8, -2, -2]), AREA),
    "COCO, box outside": (Coco(), coco(bbox=[100, 100, 3, 4]), OUTSIDE),
    "COCO, box at the end of numbers": (Coco(), coco(bbox=[1e308, 1e308, 1e308, 1e308]), OUTSIDE),
    "COCO, category that is not listed": (Coco(), coco(category_id=9), BAD),
    "COCO, category that is a list": (Coco(), coco(category_id=[1]), BAD),
    "COCO, category that is an object": (Coco(), coco(category_id={}), BAD),
    "COCO, image that is not listed": (Coco(), coco(image_id=9), NONE),
    "COCO, image that is a list": (Coco(), coco(image_id=[1]), NONE),
    "COCO, score above 1": (Coco(), coco(score=1.5), BAD),
    "COCO, score below 0": (Coco(), coco(score=-1), BAD),
    "COCO, score that is none": (Coco(), coco(score="high"), BAD),
    "COCO, outline of an odd number": (Coco(), coco(segmentation=[[1, 2, 3]]), BAD),
    "COCO, outline of nothing": (Coco(), coco(segmentation=[[], [1, 2]]), BAD),
    "COCO, outline of texts": (Coco(), coco(segmentation=[["a", "b", "c", "d", "e", "f"]]), BAD),
    "COCO, outline of nulls": (Coco(), coco(segmentation=[[None] * 6]), BAD),
    "COCO, outline of numbers, not of lists": (Coco(), coco(segmentation=[1, 2, 3, 4, 5, 6]), BAD),
    "COCO, outline of one point again and again": (Coco(), coco(segmentation=[[5, 5] * 1000]), AREA),
    "COCO, outline of a line": (Coco(), coco(segmentation=[[1, 1, 9, 9]]), AREA),
    "COCO, run lengths that are negative": (Coco(), rle([5, -3, 1198]), BAD),
    "COCO, run lengths that are too few": (Coco(), rle([5, 3]), BAD),
    "COCO, run lengths that are too many": (Coco(), rle([5, 3, 10**9]), BAD),
    "COCO, run lengths beyond all numbers": (Coco(), rle([10**30, 5]), BAD),
    "COCO, run lengths with fractions": (Coco(), rle([5, 0.5, 1194.5]), BAD),
    "COCO, run lengths with booleans": (Coco(), rle([True, 1199]), BAD),
    "COCO, run lengths of a larger mask": (Coco(), rle([0, 10**10], (10**5, 10**5)), BAD),
    "COCO, run lengths of a negative size": (Coco(), rle([0, 1200], (-30, -40)), BAD),
    "COCO, run lengths without a size": (Coco(), rle([0, 1200], None), BAD),
    "COCO, run lengths of nothing": (Coco(), rle([1200]), AREA),
    "COCO, compressed lengths that are rubbish": (Coco(), rle("~~~ \u20ac"), BAD),
    "COCO, compressed lengths without an end": (Coco(), rle("o" * 1000), BAD),
    "COCO, compressed lengths that turn negative": (Coco(), rle("5@@@@"), BAD),
    "COCO, compressed lengths of nothing": (Coco(), rle(""), BAD),
    "COCO, label with a control character": (Coco(), coco().replace("RBC", "R\\u001bC"), BAD),
    "COCO, label of a thousand letters": (Coco(), coco().replace("RBC", "R" * 1000), BAD),
    "COCO, label that is a number": (Coco(), coco().replace('"RBC"', "5"), BAD),
    "COCO, label with half a surrogate pair": (Coco(), coco().replace("RBC", "\\ud800"), FILE),
    "COCO, label with a null character": (Coco(), coco().replace("RBC", "a\\u0000b"), FILE),
    "COCO, nested too deeply": (Coco(), coco().replace("[1, 2, 3, 4]", "[" * 50_000 + "]" * 50_000, 1), FILE),
    "COCO, cut": (Coco(), coco()[:-5], FILE),
    "COCO, in Latin-1": (Coco(), coco().replace("RBC", "Zelle \udce4"), FILE),
    "COCO, an annotation that is a text": (
        Coco(),
        coco().replace('"annotations": [', '"annotations": ["x", '),
        BAD,
    ),
    "COCO, an annotation that is a list": (
        Coco(),
        coco().replace('"annotations": [', '"annotations": [[], '),
        BAD,
    ),
    "COCO, a picture of a path upwards": (Coco(), coco().replace('"a.png"', '"../../etc/passwd"'), NONE),
    "COCO, a picture without a name": (Coco(), coco().replace('"a.png"', "null"), NONE),
    "COCO, a picture twice": (
        Coco(),
        coco().replace('"images": [', '"images": [{"id": 7, "file_name": "a.png"}, '),
        TWO,
    ),
    "LayerNext, box with NaN as text": (LayerNext(), layernext(bbox=["NaN", 1, 2, 3]), BAD),
    "LayerNext, box of two": (LayerNext(), layernext(bbox=[1, 2]), BAD),
    "LayerNext, unknown shape": (LayerNext(), layernext(type="cuboid"), BAD),
    "LayerNext, shape that is a list": (LayerNext(), layernext(type=["rectangle"]), BAD),
    "LayerNext, polygon of no points": (LayerNext(), layernext(type="polygon", polygon=[]), BAD),
    "LayerNext, polygon of triples": (LayerNext(), layernext(type="polygon", polygon=[[1, 2, 3]] * 3), BAD),
    "LayerNext, line of nothing": (LayerNext(), layernext(type="line"), BAD),
    "LayerNext, confidence of 2": (LayerNext(), layernext(confidence=2), BAD),
    "LayerNext, attributes that are a list": (LayerNext(), layernext(attributes=[1]), BAD),
    "LayerNext, metadata that is a text": (LayerNext(), layernext(metadata="x"), BAD),
    "LayerNext, label that is missing": (LayerNext(), layernext(label=None), BAD),
    "LayerNext, mask of negative counts": (
        LayerNext(),
        layernext(type="mask", mask={"size": [30, 40], "counts": [-1]}),
        BAD,
    ),
    "LayerNext, mask that is too large": (
        LayerNext(),
        layernext(type="mask", mask={"size": [10**6, 10**6], "counts": [0, 10**12]}),
        BAD,
    ),
    "LayerNext, an image that is a number": (
        LayerNext(),
        layernext().replace('"images": [{', '"images": [{"image": 5}, {'),
        NONE,
    ),
    "VIA, no numbers": (Via(), via(), BAD),
    "VIA, infinite width": (Via(), via(x=1, y=2, width="Infinity", height=4), BAD),
    "VIA, unknown shape": (Via(), via(name="ellipse", cx=1, cy=2, rx=3, ry=4), BAD),
    "VIA, polygon with more x than y": (
        Via(),
        via(name="polygon", all_points_x=[1, 2, 3], all_points_y=[1]),
        BAD,
    ),
    "VIA, polygon of texts": (
        Via(),
        via(name="polygon", all_points_x=["a"] * 3, all_points_y=["b"] * 3),
        BAD,
    ),
    "VIA, polygon of objects": (
        Via(),
        via(name="polygon", all_points_x={"0": 1}, all_points_y={"0": 1}),
        BAD,
    ),
    "VIA, rectangle turned inside out to nothing": (Via(), via(x=1, y=2, width=0, height=0), AREA),
    "VIA, region that is a text": (
        Via(),
        via(x=1, y=1, width=1, height=1).replace('"regions": [{', '"regions": ["x", {', 1),
        BAD,
    ),
    "VOC, billion laughs": (Voc(), voc(bndbox("&c;", 1, 2, 3), BILLION_LAUGHS), FILE),
    "VOC, an external entity": (
        Voc(),
        voc(bndbox("&x;", 1, 2, 3), '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
        FILE,
    ),
    "VOC, an external document type": (
        Voc(),
        voc(bndbox(1, 2, 3, 4), '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd">'),
        FILE,
    ),
    "VOC, an encoding that nobody knows": (
        Voc(),
        voc(bndbox(1, 2, 3, 4), '<?xml version="1.0" encoding="klingon"?>'),
        FILE,
    ),
    "VOC, cut": (Voc(), voc("<bndbox"), FILE),
    "VOC, NaN": (Voc(), voc(bndbox("NaN", 1, 2, 3)), BAD),
    "VOC, infinity": (Voc(), voc(bndbox("-inf", 1, 2, 3)), BAD),
    "VOC, words": (Voc(), voc(bndbox("one", 1, 2, 3)), BAD),
    "VOC, no box": (Voc(), voc(), BAD),
    "VOC, half a box": (Voc(), voc("<bndbox><xmin>1</xmin></bndbox>"), BAD),
    "VOC, a thousand digits": (Voc(), voc(bndbox("9" * 1000, 1, 2, 3)), BAD),
    "VOC, box of no area": (Voc(), voc(bndbox(5, 5, 5, 9)), AREA),
    "VOC, a path upwards": (
        Voc(),
        {"b.xml": voc(bndbox(1, 2, 3, 4))["a.xml"].replace("a.png", "../b/c.png")}
        | {"good.xml": voc()["good.xml"]},
        NONE,
    ),
    "YOLO, NaN": (YoloUltralytics(), ultralytics("0 nan 0.5 0.2 0.2"), BAD),
    "YOLO, infinity": (YoloUltralytics(), ultralytics("0 inf 0.5 0.2 0.2"), BAD),
    "YOLO, words": (YoloUltralytics(), ultralytics("0 a b c d"), BAD),
    "YOLO, a class that is not listed": (YoloUltralytics(), ultralytics("7 0.5 0.5 0.2 0.2"), BAD),
    "YOLO, a negative class": (YoloUltralytics(), ultralytics("-1 0.5 0.5 0.2 0.2"), BAD),
    "YOLO, half a class": (YoloUltralytics(), ultralytics("0.5 0.5 0.5 0.2 0.2"), BAD),
    "YOLO, a class that is not finite": (YoloUltralytics(), ultralytics("nan 0.5 0.5 0.2 0.2"), BAD),
    "YOLO, three numbers": (YoloUltralytics(), ultralytics("0 0.5 0.5 0.2"), BAD),
    "YOLO, an odd polygon": (YoloUltralytics(), ultralytics("0 0.1 0.1 0.2 0.2 0.3 0.3 0.4"), BAD),
    "YOLO, a box of no width": (YoloUltralytics(), ultralytics("0 0.5 0.5 0 0.2"), AREA),
    "YOLO, a box of a negative height": (YoloUltralytics(), ultralytics("0 0.5 0.5 0.2 -0.2"), AREA),
    "Darknet, a box of a negative width": (YoloDarknet(), darknet("0 0.5 0.5 -0.2 0.2"), AREA),
    "LayerNext, a box of a negative width": (LayerNext(), layernext(bbox=[8, 8, -2, 4]), AREA),
    "VIA, a box of a negative height": (Via(), via(x=8, y=8, width=2, height=-2), AREA),
    "VOC, xmin larger than xmax": (Voc(), voc(bndbox(9, 2, 4, 6)), AREA),
    "VOC, ymin larger than ymax": (Voc(), voc(bndbox(1, 6, 4, 2)), AREA),
    "YOLO, a box outside": (YoloUltralytics(), ultralytics("0 5 5 0.2 0.2"), OUTSIDE),
    "YOLO, a confidence of 7": (YoloUltralytics(), ultralytics("0 0.5 0.5 0.2 0.2 7"), BAD),
    "YOLO, no UTF-8": (YoloUltralytics(), ultralytics("0 0.5 0.5 0.2 0.2 \udcff"), FILE),
    "Darknet, a class that is not listed": (YoloDarknet(), darknet("1 0.5 0.5 0.2 0.2"), BAD),
    "Darknet, a box outside": (YoloDarknet(), darknet("0 -5 -5 0.2 0.2"), OUTSIDE),
    "Darknet, a class without a name": (YoloDarknet(), darknet("1 0.5 0.5 0.2 0.2", "RBC\n\nWBC"), BAD),
    "Darknet, labels of no picture": (YoloDarknet(), darknet("") | {"lost.txt": "0 0.5 0.5 0.2 0.2"}, NONE),
}


def files_of(content: Mapping[str, str] | str) -> dict[str, Any]:
    files = {"file.json": content} if isinstance(content, str) else content
    pictures = {} if any(name.startswith("images/") for name in files) else {"a.png": b"", GOOD: b""}
    return {**{name: text.encode("utf-8", "surrogateescape") for name, text in files.items()}, **pictures}


def fitted(frames: list[ReadFrame]) -> tuple[list[FittedAnnotation], list[Problem]]:
    items = [item for frame in frames for item in fit(frame, Canvas(40, 30))]
    return [i for i in items if not isinstance(i, Problem)], [i for i in items if isinstance(i, Problem)]


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_and_the_rest_counts(case: str) -> None:
    reader, content, kind = CASES[case]
    frames, problems = read(reader, files_of(content))
    annotations, more = fitted(frames)
    assert {problem.kind for problem in problems + more} == {kind}
    assert all(isfinite(edge) for annotation in annotations for edge in annotation.box)
    whole_file = kind is FILE and isinstance(content, str)
    of_all = "label" in case and kind is BAD and reader.name == "coco"
    if not whole_file and not of_all:
        assert [frame.picture.split("/")[-1] for frame in frames][-1] == GOOD
        assert annotations


def test_there_are_as_many_cases_as_are_asked_for() -> None:
    assert len(CASES) >= 80


@pytest.mark.parametrize(
    ("reader", "files"),
    [
        (YoloUltralytics(), {"data.yaml": "names: &a [*a]\ntrain: x\n"}),
        (YoloUltralytics(), {"data.yaml": "train: x\nnames: !!python/object/apply:os.system [id]\n"}),
        (YoloUltralytics(), {"data.yaml": "train: x\nnames: {99999999999: a}\n"}),
        (YoloUltralytics(), {"data.yaml": "train: x\nnames: {-1: a}\n"}),
        (YoloUltralytics(), {"data.yaml": "train: x\nnames: [" + "[" * 2000 + "]\n"}),
        (YoloUltralytics(), {"data.yaml": "train: x\nnames: 5\n"}),
        (YoloUltralytics(), {"data.yaml": b"train: x\nnames: [\xff]\n"}),
        (YoloDarknet(), {"a.names": "x", "b.names": "y"}),
        (YoloDarknet(), {"a.txt": "0 0.5 0.5 0.1 0.1"}),
        (YoloDarknet(), {"a.names": "pât\npèt\n".encode("latin-1")}),
        (YoloDarknet(), {"a.names": "cat\ndog\n".encode("utf-16")}),
    ],
)
def test_a_list_of_classes_that_cannot_be_read_stops_the_reading(
    reader: Reader, files: Mapping[str, Any]
) -> None:
    with pytest.raises(FormatError):
        read(reader, {**files, "a.png": b""})


def test_a_polygon_of_many_points_is_read() -> None:
    points = [value for number in range(100_000) for value in (number % 40, number % 30)]
    frames, problems = read(Coco(), files_of(coco(segmentation=[points])))
    assert problems == []
    (first, *_), _ = fitted(frames)
    assert first.box[2] <= 40 and first.box[3] <= 30
