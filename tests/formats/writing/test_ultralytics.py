"""Ultralytics' YOLO, row by row, as boxes and as outlines."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from hypothesis import given, settings

from setwright.formats.protocol import Loss
from setwright.formats.raster import fill
from setwright.formats.reading.yolo_ultralytics import YoloUltralytics
from setwright.formats.writing.losses import NO_AREA, OTHER_SIZE
from setwright.formats.writing.ultralytics import Ultralytics, UltralyticsSegmentation
from setwright.model.manifest import Manifest
from setwright.model.runs import run_lengths
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

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat
    from setwright.formats.rings import Ring

BOXES, OUTLINES = Ultralytics(), UltralyticsSegmentation()
both = pytest.mark.parametrize("format", [BOXES, OUTLINES], ids=["boxes", "outlines"])

MASK = Shape(code=4, box=(1, 1, 3, 3), outline='{"counts":[51,2,48,2,4897],"size":[50,100]}')
HOLED = Shape(code=1, box=(0, 0, 10, 10), outline="[[[0,0],[10,0],[10,10],[0,10]],[[2,2],[8,2],[8,8],[2,8]]]")
APART = Shape(code=1, box=(0, 0, 50, 10), outline="[[[0,0],[10,0],[10,10]],[[40,0],[50,0],[50,10]]]")


LEFT_OUT = ("a line, left out", "a set of points, left out", NO_AREA, OTHER_SIZE)


def rows(format: ExportFormat, *shapes: Shape) -> list[str]:
    """The lines of the label file of one frame of 100 × 50 pixels with these shapes."""
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=shapes)])
    return made(format, manifest)["labels/train/x.txt"].splitlines()


def ring_of(row: str, width: int, height: int) -> Ring:
    values = [float(word) for word in row.split()[1:]]
    return tuple((x * width, y * height) for x, y in zip(values[::2], values[1::2], strict=True))


@both
def test_the_yaml_file_names_splits_and_classes_and_has_no_path(format: ExportFormat) -> None:
    assert yaml.safe_load(made(format, SHOWCASE)["data.yaml"]) == {
        "train": "images/train",
        "val": "images/val",
        "test": "images/test",
        "names": {0: "Balloon", 1: "Kite"},
    }


@pytest.mark.parametrize(
    "name", ["no", "1", "a: b", "# x", 'say "x" \\ y', "ü 😀", "two\nlines", "\u2028\x7f", ""]
)
def test_a_class_is_called_in_yaml_what_it_is_called(name: str) -> None:
    text = made(BOXES, manifest_of([], labels=(name,)))["data.yaml"]
    assert yaml.safe_load(text)["names"] == {0: name}


def test_a_dataset_without_classes_has_no_names() -> None:
    assert yaml.safe_load(made(BOXES, manifest_of([], labels=()))["data.yaml"])["names"] == {}


@both
def test_labels_lie_where_ultralytics_looks_for_those_of_a_picture(format: ExportFormat) -> None:
    labels = {path for path in made(format, SHOWCASE) if path.startswith("labels/")}
    expected = {
        path.replace("images/", "labels/", 1).rpartition(".")[0] + ".txt"
        for path in pictures(format, SHOWCASE)
    }
    assert labels == expected


def test_a_box_is_told_by_its_centre_in_shares_of_the_picture() -> None:
    assert rows(BOXES, Shape(label=1, box=(10, 20, 30, 45))) == ["1 0.200000 0.650000 0.200000 0.500000"]


def test_an_outline_is_told_point_by_point_and_a_box_by_its_corners() -> None:
    assert rows(OUTLINES, replace(POLYGON, operation=0), Shape(label=1, box=(10, 20, 30, 45))) == [
        "0 0.100000 0.100000 0.300000 0.100000 0.200000 0.500000",
        "1 0.100000 0.400000 0.300000 0.400000 0.300000 0.900000 0.100000 0.900000",
    ]


@pytest.mark.parametrize(("shape", "area"), [(HOLED, 64), (APART, 110), (MASK, 4)])
def test_parts_and_holes_become_one_outline_that_covers_the_same(shape: Shape, area: int) -> None:
    (row,) = rows(OUTLINES, shape)
    covered = fill([ring_of(row, 100, 50)], 100, 50)
    if shape is MASK:
        assert run_lengths(covered, 100, 50) == json.loads(shape.outline)["counts"]
    else:
        meant = fill([tuple(map(tuple, ring)) for ring in json.loads(shape.outline)], 100, 50)
        assert run_lengths(covered, 100, 50) == run_lengths(meant, 100, 50)
    assert int(covered.covered.sum()) == area


def test_what_becomes_of_shapes_is_said_at_plan_time() -> None:
    shapes = (RING, LINE, POINTS, MASK, BOX)
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=shapes)])
    assert OUTLINES.losses(manifest.annotations) == (
        Loss("a line, left out", 1),
        Loss("a set of points, left out", 1),
        Loss("a polygon of several parts or with holes, joined to one outline by lines without width", 1),
        Loss("a mask, told as the outline of its pixels", 1),
        Loss("a box, told as an outline of its four corners", 1),
        Loss("attributes and metadata of an annotation, left out", 1),
        Loss("the confidence of an annotation, left out", 1),
    )


def test_what_is_outside_or_without_area_is_counted() -> None:
    flat = Shape(code=1, box=(0, 0, 9, 9), outline="[[[0,0],[5,5],[9,9]]]")
    other = Shape(code=4, box=(0, 0, 1, 1), outline='{"counts":[0,1],"size":[1,1]}')
    shapes = (OVER_THE_EDGE, OUTSIDE, WITHOUT_AREA, flat, other)
    assert len(rows(OUTLINES, *shapes)) == 1
    told = changed(OUTLINES, manifest_of([Frame(file_name="x.jpg", shapes=shapes)]))
    assert {what: told[what] for what in told if not what.startswith("a box, told")} == {
        "a mask, told as the outline of its pixels": 1,
        "an object without area inside its picture, left out": 3,
        "a mask of another size than its picture, left out": 1,
        "an object cut at the edge of its picture": 1,
    }


@settings(max_examples=30)
@given(manifest=manifests())
def test_every_row_is_one_that_ultralytics_takes_and_every_object_is_written_or_counted(
    manifest: Manifest,
) -> None:
    texts = [
        text.decode() for path, text in labels_in(OUTLINES, manifest).items() if path.startswith("labels/")
    ]
    assert len(texts) == len(manifest.frames)
    written = [row.split() for text in texts for row in text.splitlines()]
    for label, *values in written:
        assert int(label) < len(manifest.classes)
        assert len(values) >= 6
        assert len(values) % 2 == 0
        assert all(0 <= float(value) <= 1 and not value.startswith("-") for value in values)
    lost = changed(OUTLINES, manifest)
    assert len(written) + sum(lost.get(what, 0) for what in LEFT_OUT) == len(manifest.annotations)


@both
@settings(max_examples=30)
@given(manifest=manifests())
def test_read_back_and_written_again_it_is_the_same(format: ExportFormat, manifest: Manifest) -> None:
    again = read_back(format, YoloUltralytics(), manifest)
    assert labels_in(format, again) == labels_in(format, manifest)


@settings(max_examples=25)
@given(manifest=manifests(kinds="m"))
def test_the_outline_of_a_mask_covers_just_its_pixels(manifest: Manifest) -> None:
    frames = manifest.frames
    texts = labels_in(OUTLINES, manifest)
    by_stem = {
        path.rsplit("/", 1)[1]: text.decode().splitlines() for path, text in texts.items() if "labels" in path
    }
    outlines = [json.loads(text)["counts"] for text in manifest.annotations.outline.tolist()]
    for row in range(len(frames)):
        width, height = int(frames.width[row]), int(frames.height[row])
        meant = [
            counts
            for counts, frame in zip(outlines, manifest.annotations.frame.tolist(), strict=True)
            if frame == row and sum(counts[1::2])
        ]
        told = by_stem[_label_name(manifest, row)]
        for counts, line in zip(meant, told, strict=True):
            covered = fill([ring_of(line, width, height)], width, height)
            flat = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(width, height).T
            whole = np.zeros((height, width), np.bool_)
            h, w = covered.covered.shape
            whole[covered.top : covered.top + h, covered.left : covered.left + w] = covered.covered
            assert np.array_equal(whole, flat)


def _label_name(manifest: Manifest, row: int) -> str:
    from setwright.formats.writing.names import export_names

    return export_names(manifest.frames)[row][0] + ".txt"
