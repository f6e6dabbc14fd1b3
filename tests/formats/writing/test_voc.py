"""Pascal VOC, object by object."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest
from hypothesis import given, settings

from setwright.formats.protocol import Loss
from setwright.formats.reading.protocol import ReadFrame, ReadOptions
from setwright.formats.reading.voc import Voc
from setwright.formats.writing.voc import PascalVoc
from setwright.model.manifest import Manifest
from setwright.model.splits import Split
from tests.formats.writing.manifests import (
    LINE,
    OUTSIDE,
    OVER_THE_EDGE,
    POINTS,
    POLYGON,
    RING,
    SHOWCASE,
    Frame,
    Shape,
    made,
    manifest_of,
)
from tests.formats.writing.round_trips import changed, frames_in, labels_in, read_back
from tests.formats.writing.strategies import manifests

VOC = PascalVoc()


def written(*shapes: Shape, **frame: Any) -> list[dict[str, str]]:
    """The objects of one frame with these shapes: what stands in each element that holds text."""
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=shapes, **frame)], operations=("first", "second"))
    root = fromstring(made(VOC, manifest)["Annotations/x.xml"])
    return [
        {each.tag: each.text or "" for each in element.iter() if not len(each)}
        for element in root.findall("object")
    ]


def test_the_first_pixel_is_1_and_a_box_ends_with_its_last_pixel() -> None:
    (box,) = written(Shape(label=1, box=(10, 20, 30, 45)))
    assert [box[edge] for edge in ("xmin", "ymin", "xmax", "ymax")] == ["11", "21", "30", "45"]
    (whole,) = written(Shape(box=(0, 0, 100, 50)))
    assert [whole[edge] for edge in ("xmin", "ymin", "xmax", "ymax")] == ["1", "1", "100", "50"]


def test_a_box_between_pixels_is_widened_to_whole_ones_and_counted() -> None:
    shape = Shape(box=(0.1, 1.5, 0.3, 2))
    (box,) = written(shape)
    assert [box[edge] for edge in ("xmin", "ymin", "xmax", "ymax")] == ["1", "2", "1", "2"]
    assert changed(VOC, manifest_of([Frame(file_name="x.jpg", shapes=(shape,))])) == {
        "a box between pixels, widened to whole ones": 1
    }


def test_a_box_over_the_edge_is_cut_and_one_outside_is_left_out_and_both_are_counted() -> None:
    (box,) = written(OVER_THE_EDGE, OUTSIDE)
    assert (box["xmax"], box["ymax"]) == ("100", "50")
    assert changed(VOC, manifest_of([Frame(file_name="x.jpg", shapes=(OVER_THE_EDGE, OUTSIDE))])) == {
        "a box without area inside its picture, left out": 1,
        "a box cut at the edge of its picture": 1,
    }


def test_the_attributes_that_voc_knows_stay_and_others_are_counted() -> None:
    known = (
        '{"attributes":{"difficult":[{"value":"true"}],"occluded":[{"value":1}],"pose":[{"value":"Left"}]}}'
    )
    other = '{"attributes":{"Color":[{"value":"Red"}],"truncated":[{"value":"true"}]}}'
    first, second = written(Shape(extra=known), Shape(extra=other))
    assert {name: first.get(name) for name in ("difficult", "occluded", "truncated", "pose")} == {
        "difficult": "1",
        "occluded": "1",
        "truncated": "0",
        "pose": "Left",
    }
    assert {name: second.get(name) for name in ("difficult", "occluded", "truncated", "pose")} == {
        "difficult": "0",
        "occluded": None,
        "truncated": "1",
        "pose": "Unspecified",
    }
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(Shape(extra=known), Shape(extra=other)))])
    assert VOC.losses(manifest.annotations) == (
        Loss("attributes that VOC does not know, and metadata, of an annotation, left out", 1),
    )


def test_what_voc_cannot_hold_is_counted_the_gravest_first() -> None:
    shapes = (replace(POLYGON, operation=0), RING, LINE, POINTS)
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=shapes)])
    assert VOC.losses(manifest.annotations) == (
        Loss("a line, left out", 1),
        Loss("a set of points, left out", 1),
        Loss("a polygon, reduced to its box", 2),
        Loss("attributes that VOC does not know, and metadata, of an annotation, left out", 1),
    )


@pytest.mark.parametrize("label", ["<a> & b", 'say "x"', "ü ", "\x07bell"])
def test_names_are_text_in_xml_whatever_they_hold(label: str) -> None:
    manifest = manifest_of([Frame(file_name="a & b.jpg", shapes=(Shape(),))], labels=(label,))
    root = fromstring(made(VOC, manifest)["Annotations/a & b.xml"])
    assert root.findtext("object/name") == label.replace("\x07", "_")
    assert root.findtext("filename") == "a & b.jpg"


def test_each_list_holds_the_names_of_its_split_and_trainval_those_of_two() -> None:
    files = made(VOC, SHOWCASE)
    lists = {path: text.splitlines() for path, text in files.items() if path.startswith("ImageSets")}
    assert lists == {
        "ImageSets/Main/train.txt": ["party_a", "sky"],
        "ImageSets/Main/val.txt": ["b"],
        "ImageSets/Main/test.txt": ["c", "second party_a"],
        "ImageSets/Main/trainval.txt": ["b", "party_a", "sky"],
    }


def test_there_is_a_list_for_val_without_any_frame_and_none_for_test() -> None:
    lists = [path for path in made(VOC, manifest_of([Frame(file_name="x.jpg")])) if "ImageSets" in path]
    assert sorted(lists) == [f"ImageSets/Main/{part}.txt" for part in ("train", "trainval", "val")]


def test_the_classes_have_vocs_colours_and_the_background_comes_first() -> None:
    assert made(VOC, SHOWCASE)["labelmap.txt"].splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "Balloon:128,0,0::",
        "Kite:0,128,0::",
    ]


def test_a_class_called_background_is_listed_once() -> None:
    files = made(VOC, manifest_of([], labels=("Kite", "background")))
    assert files["labelmap.txt"].splitlines()[1:] == ["background:0,0,0::", "Kite:128,0,0::"]


@pytest.mark.parametrize("label", ["a: b", "#1"])
def test_a_name_that_no_line_can_say_is_listed_as_datumaro_has_it(label: str) -> None:
    files = made(VOC, manifest_of([], labels=("Kite", label)))
    assert "labelmap.txt" not in files
    assert json.loads(files["dataset_meta.json"])["label_map"] == {"0": "background", "1": "Kite", "2": label}
    assert "dataset_meta.json" in files["README.txt"]


@settings(max_examples=30)
@given(manifest=manifests())
def test_whatever_is_written_is_valid_and_every_object_is_written_or_counted(manifest: Manifest) -> None:
    files = labels_in(VOC, manifest)
    roots = [fromstring(text) for path, text in files.items() if path.startswith("Annotations/")]
    assert len(roots) == len(manifest.frames)
    objects = 0
    for root in roots:
        width, height = (int(root.findtext(f"size/{side}") or 0) for side in ("width", "height"))
        for box in root.iterfind("object/bndbox"):
            objects += 1
            xmin, ymin, xmax, ymax = (int(each.text or 0) for each in box)
            assert 1 <= xmin <= xmax <= width
            assert 1 <= ymin <= ymax <= height
    left_out = (
        "a line, left out",
        "a set of points, left out",
        "a box without area inside its picture, left out",
    )
    assert objects + sum(changed(VOC, manifest).get(what, 0) for what in left_out) == len(
        manifest.annotations
    )


@settings(max_examples=30)
@given(manifest=manifests())
def test_read_back_and_written_again_it_is_the_same(manifest: Manifest) -> None:
    again = read_back(VOC, Voc(), manifest, ReadOptions(origin=1))
    assert labels_in(VOC, again) == labels_in(VOC, manifest)


def test_the_split_that_a_list_says_is_read_back_for_names_with_blanks_too() -> None:
    manifest = manifest_of([Frame(file_name="a b.jpg", split=Split.VALIDATION)])
    with frames_in(VOC, Voc(), manifest) as found:
        assert [frame.metadata for frame in found if isinstance(frame, ReadFrame)] == [
            {"source_split": "validation"}
        ]
