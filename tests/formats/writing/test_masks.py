"""Semantic Segmentation, pixel by pixel."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from PIL import Image

from setwright.formats.protocol import Loss, MadeFile
from setwright.formats.raster import fill
from setwright.formats.writing import masks
from setwright.formats.writing.masks import SemanticSegmentation
from setwright.model.errors import FormatError
from setwright.model.runs import runs_cover
from setwright.model.splits import Split
from tests.formats.writing.manifests import (
    LINE,
    OUTSIDE,
    POINTS,
    RING,
    SHOWCASE,
    Frame,
    Shape,
    facts_of,
    manifest_of,
)
from tests.formats.writing.round_trips import changed
from tests.formats.writing.strategies import manifests

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest

MASKS = SemanticSegmentation()
MASK = Shape(label=1, code=4, box=(1, 1, 2, 3), outline='{"counts":[5,2,9],"size":[4,4]}')


def files(manifest: Manifest) -> dict[str, bytes]:
    """What the export makes, by path."""
    return {
        entry.path: entry.content
        for entry in MASKS.files(manifest, facts_of(manifest))
        if isinstance(entry, MadeFile)
    }


def pixels(content: bytes) -> NDArray[np.uint8]:
    with Image.open(io.BytesIO(content)) as image:
        assert image.mode == "L"
        read = np.array(image)
    # Pillow stops reading with the last row. OpenCV refuses a file that goes on, or says a wrong sum.
    again = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert again is not None
    assert np.array_equal(again, read)
    return read


def mask(*shapes: Shape, **frame: Any) -> list[str]:
    """The mask of one frame, 4 × 4 if not said otherwise, a line for each row."""
    told: dict[str, Any] = {"width": 4, "height": 4} | frame
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=shapes, **told)])
    return ["".join(map(str, row)) for row in pixels(files(manifest)["train/masks/x.png"]).tolist()]


def lost(*shapes: Shape) -> dict[str, int]:
    """What is said to be lost of a frame of 4 × 4."""
    return changed(MASKS, manifest_of([Frame(file_name="x.jpg", width=4, height=4, shapes=shapes)]))


def polygon(outline: str, label: int = 0) -> Shape:
    points = [point for ring in json.loads(outline) for point in ring]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Shape(code=1, label=label, box=(min(xs), min(ys), max(xs), max(ys)), outline=outline)


def test_a_pixel_is_the_class_of_the_shape_that_covers_its_centre_counted_from_1() -> None:
    assert mask(polygon("[[[0.6,0],[3,0],[3,2.5],[0.6,2.5]]]", label=1)) == ["0220", "0220", "0000", "0000"]


def test_a_picture_without_objects_is_all_background() -> None:
    assert mask() == ["0000"] * 4


def test_a_hole_stays_a_hole_and_parts_stay_apart() -> None:
    assert mask(polygon("[[[0,0],[4,0],[4,4],[0,4]],[[1,1],[3,1],[3,3],[1,3]]]")) == [
        "1111",
        "1001",
        "1001",
        "1111",
    ]
    assert mask(polygon("[[[0,0],[1,0],[1,4],[0,4]],[[3,0],[4,0],[4,4],[3,4]]]")) == ["1001"] * 4


def test_an_object_may_end_with_the_last_pixel_of_its_picture() -> None:
    assert mask(Shape(box=(2, 2, 4, 4))) == ["0000", "0000", "0011", "0011"]
    assert mask(polygon("[[[0,0],[4,0],[4,4],[0,4]]]")) == ["1111"] * 4


def test_a_mask_is_painted_as_it_is() -> None:
    assert mask(MASK) == ["0000", "0200", "0200", "0000"]


def test_a_box_is_filled_and_that_is_said_at_plan_time() -> None:
    box = Shape(box=(1, 1, 3, 3))
    assert mask(box) == ["0000", "0110", "0110", "0000"]
    assert lost(box) == {"a box, filled as a whole for want of an outline": 1}


def test_the_smaller_object_lies_on_top_whichever_comes_first() -> None:
    small, large = polygon("[[[1,1],[3,1],[3,3],[1,3]]]", label=1), polygon("[[[0,0],[4,0],[4,4],[0,4]]]")
    assert mask(small, large) == mask(large, small) == ["1111", "1221", "1221", "1111"]


def test_of_two_of_one_size_the_later_lies_on_top_and_the_other_is_counted_as_hidden() -> None:
    first, second = (polygon("[[[0,0],[2,0],[2,2],[0,2]]]", label=label) for label in (0, 1))
    assert mask(first, second) == ["2200", "2200", "0000", "0000"]
    assert mask(second, first) == ["1100", "1100", "0000", "0000"]
    assert lost(first, second) == {"an object that does not show, since others lie over all of it": 1}


def test_an_object_over_which_others_lie_in_part_is_not_hidden() -> None:
    assert lost(polygon("[[[0,0],[2,0],[2,2],[0,2]]]"), polygon("[[[1,0],[3,0],[3,2],[1,2]]]", label=1)) == {}


def test_what_covers_no_pixel_is_counted() -> None:
    thin = polygon("[[[0.6,0],[1.4,0],[1.4,4],[0.6,4]]]")
    other = Shape(code=4, box=(0, 0, 1, 1), outline='{"counts":[0,1],"size":[1,1]}')
    assert mask(thin, OUTSIDE, other) == ["0000"] * 4
    told = lost(thin, OUTSIDE, other)
    assert told["an object without a pixel inside its picture, left out"] == 2
    assert told["a mask of another size than its picture, left out"] == 1


def test_lines_points_and_what_is_said_of_an_object_are_left_out_and_counted() -> None:
    assert MASKS.losses(manifest_of([Frame(file_name="x.jpg", shapes=(LINE, POINTS, RING))]).annotations) == (
        Loss("a line, left out", 1),
        Loss("a set of points, left out", 1),
        Loss("attributes and metadata of an annotation, left out", 1),
    )


def test_values_and_classes_are_listed_for_people_and_for_each_tool() -> None:
    made = files(SHOWCASE)
    table = list(csv.reader(io.StringIO(made["classes.csv"].decode())))
    assert table == [["Pixel Value", " Class"], ["0", "background"], ["1", "Balloon"], ["2", "Kite"]]
    assert made["label_colors.txt"] == b"0 0 0 background\n128 0 0 Balloon\n0 128 0 Kite\n"
    for folder in ("train", "valid", "test"):
        assert json.loads(made[f"{folder}/dataset_meta.json"]) == {
            "label_map": {"0": "background", "1": "Balloon", "2": "Kite"},
            "segmentation_colors": [[0, 0, 0], [128, 0, 0], [0, 128, 0]],
            "background_label": "0",
        }


def test_where_a_class_is_called_background_what_is_no_object_is_called_otherwise() -> None:
    made = files(manifest_of([Frame(file_name="x.jpg")], labels=("Kite", "Background", "_background")))
    names = ["__background", "Kite", "Background", "_background"]
    meta = json.loads(made["train/dataset_meta.json"])
    assert list(meta["label_map"].values()) == names
    assert meta["background_label"] == "0"
    assert [row.split(" ", 3)[3] for row in made["label_colors.txt"].decode().splitlines()] == names
    assert [row[1] for row in csv.reader(io.StringIO(made["classes.csv"].decode()))][1:] == names


def test_colours_are_those_of_voc() -> None:
    rows = files(manifest_of([], labels=tuple(f"c{place}" for place in range(254))))[
        "label_colors.txt"
    ].decode()
    colours = [tuple(map(int, row.split()[:3])) for row in rows.splitlines()]
    assert (colours[3], colours[8], colours[254]) == ((128, 128, 0), (64, 0, 0), (96, 224, 192))
    assert len(set(colours)) == 255


def test_254_classes_fit_and_one_more_is_refused_when_it_is_planned_and_when_it_is_made() -> None:
    labels = tuple(f"class {place}" for place in range(255))
    box = Shape(label=253, box=(0, 0, 1, 1))
    fits = manifest_of([Frame(file_name="x.jpg", shapes=(box,))], labels=labels[:254])
    assert pixels(files(fits)["train/masks/x.png"])[0, 0] == 254
    too_many = manifest_of([], labels=labels)
    with pytest.raises(FormatError, match="holds at most 254 classes") as caught:
        MASKS.losses(too_many.annotations)
    assert caught.value.hint == "merge labels in the spec, or take another export, such as COCO"
    with pytest.raises(FormatError, match="holds at most 254 classes"):
        MASKS.files(too_many, facts_of(too_many))


def test_a_mask_lies_beside_its_picture_for_every_frame_of_a_large_dataset() -> None:
    frames = [
        Frame(
            file_name=f"{place:03}.jpg",
            width=1 + place % 7,
            height=1 + place % 5,
            split=Split.TRAIN if place % 3 else Split.TEST,
            shapes=(Shape(label=place % 2, box=(0, 0, 1, 1)),) * (place % 4),
        )
        for place in range(200)
    ]
    made = files(manifest_of(frames))
    for place, frame in enumerate(frames):
        found = pixels(made[f"{'train' if place % 3 else 'test'}/masks/{place:03}.png"])
        expected = np.zeros((frame.height, frame.width))
        expected[0, 0] = (place % 2 + 1) if place % 4 else 0
        assert np.array_equal(found, expected)


@settings(max_examples=25)
@given(manifest=manifests())
def test_masks_are_what_painting_object_by_object_gives(manifest: Manifest) -> None:
    made = files(manifest)
    masks = sorted(path for path in made if path.endswith(".png"))
    assert len(masks) == len(manifest.frames)
    hidden = nowhere = 0
    expected = []
    for frame in range(len(manifest.frames)):
        canvas, missing, unseen = _painted(manifest, frame)
        expected.append(canvas.tolist())
        nowhere, hidden = nowhere + missing, hidden + unseen
    assert sorted(pixels(made[path]).tolist() for path in masks) == sorted(expected)
    told = changed(MASKS, manifest)
    assert told.get("an object that does not show, since others lie over all of it", 0) == hidden
    assert told.get("an object without a pixel inside its picture, left out", 0) == nowhere


def _painted(manifest: Manifest, frame: int) -> tuple[NDArray[np.uint8], int, int]:
    """The mask of a frame, how many of its objects have no pixel, and how many do not show; one after the other."""
    annotations = manifest.annotations
    width, height = int(manifest.frames.width[frame]), int(manifest.frames.height[frame])
    covers = []
    nowhere = 0
    for row in np.flatnonzero(annotations.frame == frame).tolist():
        code, label = int(annotations.shape[row]), int(annotations.label[row])
        if code in (2, 3):
            continue
        if code == 0:
            left, top, right, bottom = annotations.box[row].tolist()
            patch = fill([((left, top), (right, top), (right, bottom), (left, bottom))], width, height)
        elif code == 1:
            rings = [[tuple(point) for point in ring] for ring in json.loads(annotations.outline[row])]
            patch = fill([tuple(ring) for ring in rings], width, height)
        else:
            patch = runs_cover(json.loads(annotations.outline[row])["counts"], width, height)
        whole = np.zeros((height, width), np.bool_)
        h, w = patch.covered.shape
        whole[patch.top : patch.top + h, patch.left : patch.left + w] = patch.covered
        nowhere += not whole.any()
        covers.append((whole, label + 1))
    canvas = np.zeros((height, width), np.uint8)
    for whole, value in sorted(covers, key=lambda cover: -int(cover[0].sum())):
        canvas[whole] = value
    hidden = sum(bool(whole.any()) and not (canvas[whole] == value).any() for whole, value in covers)
    return canvas, nowhere, hidden


def test_masks_are_the_same_however_many_threads_make_them(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = [
        Frame(
            file_name=f"{number:03}.jpg",
            width=20 + number % 7,
            height=10 + number % 5,
            shapes=(polygon(f"[[[1,1],[{number % 19 + 2},2.5],[3,{number % 9 + 1}]]]", label=number % 2),),
        )
        for number in range(300)
    ]
    made = []
    for threads in (1, 2, 3):
        monkeypatch.setattr(masks, "threads_that_pay", lambda threads=threads: threads)
        made.append(files(manifest_of(frames)))
    assert made[0] == made[1] == made[2]
