"""One dataset in several formats, converted by a tool that is not ours, is the same in the lake."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from setwright.formats.reading.problems import ProblemKind
from setwright.lake.lake import Lake
from tests.lake.lakes import content, ingest
from tests.oracles.datumaro import PYTHON, SCRIPT

DATA = Path(__file__).parents[2].parent / "shared" / "data"
BCCD, BALLOON = DATA / "bccd", DATA / "balloon"

pytestmark = [
    pytest.mark.oracle,
    pytest.mark.skipif(not BCCD.is_dir(), reason=f"needs the datasets in {DATA.name}, beside the project"),
]


def convert(folder: Path, format: str, target: Path, target_format: str, **options: str) -> Path:
    """`folder`, converted by datumaro into `target`."""
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which datumaro lives")
    program = SCRIPT.with_name("convert_with_datumaro.py")
    arguments = [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [PYTHON, "-P", program, folder, format, target, target_format, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return target


@pytest.fixture(scope="module")
def voc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """bccd with what datumaro wants beside it: a list of labels, and each picture in one list."""
    folder = tmp_path_factory.mktemp("voc")
    (folder / "labelmap.txt").write_text("".join(f"{name}:::\n" for name in ("RBC", "WBC", "Platelets")))
    (folder / "ImageSets" / "Main").mkdir(parents=True)
    lists = [f"ImageSets/Main/{part}.txt" for part in ("train", "val", "test")]
    for link in ("Annotations", "JPEGImages", *lists):
        (folder / link).symlink_to(BCCD / link)
    return folder


@pytest.mark.parametrize(
    ("target", "format"),
    [("coco_instances", "coco"), ("yolo", "yolo-darknet"), ("yolo_ultralytics", "yolo-ultralytics")],
)
def test_bccd_is_the_same_in_every_format(
    lake: Lake, voc: Path, tmp_path: Path, target: str, format: str
) -> None:
    ingest(lake, BCCD, "bccd", format="voc")
    expected = boxes(lake, "bccd")
    report = ingest(lake, convert(voc, "voc_detection", tmp_path / "out", target), target, format=None)
    assert report.format == format
    assert (report.annotations_in_files, report.frames_new) == (4888, 364)
    assert report.problem_counts == {ProblemKind.NO_AREA: 2}
    found = boxes(lake, target)
    assert [row[:2] for row in found] == [row[:2] for row in expected]
    # YOLO writes six decimals of fractions of 640 pixels.
    assert np.allclose([row[2] for row in found], [row[2] for row in expected], rtol=0, atol=1e-3)


def boxes(lake: Lake, collection: str) -> list[tuple[str, str, tuple[float, ...]]]:
    return sorted(
        (row[0].removeprefix(f"{collection}_"), row[2], tuple(round(edge, 3) for edge in row[4]))
        for row in content(lake)[1]
        if row[0].startswith(f"{collection}_Blood")
    )


def balloons(folder: Path) -> Path:
    """The outlines of balloon in COCO, as a few lines make them."""
    images: list[Any] = []
    annotations: list[Any] = []
    document = json.loads((BALLOON / "val" / "via_region_data.json").read_bytes())
    for number, entry in enumerate(document.values(), start=1):
        images.append({"id": number, "file_name": entry["filename"]})
        for region in entry["regions"].values():
            shape = region["shape_attributes"]
            xs, ys = shape["all_points_x"], shape["all_points_y"]
            flat = [float(edge) for point in zip(xs, ys, strict=True) for edge in point]
            box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": number,
                    "category_id": 1,
                    "bbox": box,
                    "segmentation": [flat],
                    "iscrowd": 0,
                    "area": box[2] * box[3],
                }
            )
    (folder / "annotations").mkdir(parents=True)
    (folder / "images").mkdir()
    (folder / "images" / "val").symlink_to(BALLOON / "val")
    written: dict[str, Any] = {
        "images": images,
        "categories": [{"id": 1, "name": "balloon", "supercategory": ""}],
        "annotations": annotations,
    }
    (folder / "annotations" / "instances_val.json").write_text(json.dumps(written))
    return folder


@pytest.mark.parametrize("mode", ["polygons", "mask"])
def test_outlines_and_compressed_masks_cover_what_was_drawn(lake: Lake, tmp_path: Path, mode: str) -> None:
    made = balloons(tmp_path / "in")
    target = convert(made, "coco_instances", tmp_path / "out", "coco_instances", segmentation_mode=mode)
    text = (target / "annotations" / "instances_val.json").read_text()
    assert ('"counts"' in text) == (mode == "mask")
    report = ingest(lake, target, "balloon", format=None)
    assert (report.format, report.annotations_added) == ("coco", 50)
    drawn = sorted(
        (each["image_id"], *each["bbox"])
        for each in json.loads((made / "annotations" / "instances_val.json").read_bytes())["annotations"]
    )
    hulls = [row[4] for row in content(lake)[1]]
    # A mask ends with whole pixels.
    sizes = sorted((right - left, bottom - top) for left, top, right, bottom in hulls)
    assert np.allclose(
        sizes, sorted((each[3], each[4]) for each in drawn), atol=0 if mode == "polygons" else 2
    )
