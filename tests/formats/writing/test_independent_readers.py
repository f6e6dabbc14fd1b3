"""What we write, others read as it was meant."""

from __future__ import annotations

import hashlib
import io
import re
from collections import Counter
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from PIL import Image

from setwright.formats.protocol import MadeFile, PackedFile, PictureFile
from setwright.formats.writing.coco import Coco
from setwright.formats.writing.hugging_face import HuggingFaceParquet, ImageFolder
from setwright.formats.writing.masks import SemanticSegmentation
from setwright.formats.writing.ultralytics import Ultralytics, UltralyticsSegmentation
from setwright.formats.writing.voc import PascalVoc
from setwright.formats.writing.webdataset import WebDataset
from setwright.formats.writing.yolo_darknet import SUBSETS, YoloDarknet
from setwright.model.frames import digests
from setwright.model.splits import SPLITS, Split
from tests.formats.writing.manifests import Frame, Shape, facts_of, manifest_of
from tests.formats.writing.packed import content_of
from tests.oracles.blood_cells import BCCD, frames_of_the_xml, needs_photographs
from tests.oracles.datumaro import SeenDataset, read_with_datumaro
from tests.oracles.others import read_all, read_with

if TYPE_CHECKING:
    from setwright.formats.protocol import ExportFormat
    from setwright.model.manifest import Manifest

pytestmark = pytest.mark.oracle


def write(format: ExportFormat, manifest: Manifest, to: Path, pictures: dict[str, bytes]) -> None:
    """The export as files; `pictures` by digest."""
    for entry in format.files(manifest, facts_of(manifest)):
        path = to / entry.path
        path.parent.mkdir(parents=True, exist_ok=True)
        match entry:
            case MadeFile():
                path.write_bytes(entry.content)
            case PictureFile(_, digest, _):
                path.write_bytes(pictures[digest])
            case PackedFile():
                path.write_bytes(content_of(entry, pictures))


def drawn(manifest: Manifest) -> dict[str, bytes]:
    """A grey picture of the right size for each frame, by the digest of the picture that the manifest means."""
    frames = manifest.frames
    found = {}
    columns = (frames.digest, frames.width, frames.height, frames.media_type)
    for digest, width, height, kind in zip(*(column.tolist() for column in columns), strict=True):
        buffer = io.BytesIO()
        Image.new("RGB", (width, height), "grey").save(buffer, kind.removeprefix("image/"))
        found[digest.decode()] = buffer.getvalue()
    return found


def photographed(manifest: Manifest) -> tuple[Manifest, dict[str, bytes]]:
    """The manifest as it is when those are its pictures, for files that hold pictures and say how large they are."""
    found = drawn(manifest)
    frames = manifest.frames
    contents = [found[digest.decode()] for digest in frames.digest.tolist()]
    hashes = [hashlib.sha256(content).hexdigest() for content in contents]
    sizes = np.array([len(content) for content in contents], np.int64)
    frames = replace(frames, digest=digests(hashes), size=sizes)
    return replace(manifest, frames=frames), dict(zip(hashes, contents, strict=True))


def test_datumaro_reads_the_boxes_of_yolo_darknet_where_they_are(tmp_path: Path) -> None:
    manifest = manifest_of(
        [
            Frame(
                file_name="a b.jpg",
                shapes=(Shape(label=1, box=(10, 5, 30, 25)), Shape(label=0, box=(0, 0, 100, 50))),
            ),
            Frame(
                file_name="c.JPG",
                split=Split.VALIDATION,
                shapes=(Shape(label=1, box=(90.5, 40.25, 110, 60)),),
            ),
            Frame(file_name="ü.jpg", split=Split.TEST, shapes=(Shape(label=0, box=(1, 2, 3, 4)),)),
            Frame(file_name="sky.jpg", split=Split.TEST),
        ]
    )
    write(YoloDarknet(), manifest, tmp_path, drawn(manifest))

    seen = read_with_datumaro(tmp_path, "yolo")

    assert seen.labels == ("Balloon", "Kite")
    boxes = {
        (frame.subset, frame.name): [
            (shape.label, pytest.approx(shape.box, abs=1e-3)) for shape in frame.shapes
        ]
        for frame in seen.frames
    }
    assert boxes == {
        ("train", "a b"): [("Kite", (10, 5, 30, 25)), ("Balloon", (0, 0, 100, 50))],
        ("valid", "c"): [("Kite", (90.5, 40.25, 100, 50))],
        ("test", "ü"): [("Balloon", (1, 2, 3, 4))],
        ("test", "sky"): [],
    }


def test_datumaro_reads_yolo_darknet_without_any_validation_frame(tmp_path: Path) -> None:
    manifest = manifest_of([Frame(file_name="a.jpg", shapes=(Shape(box=(1, 2, 3, 4)),))])
    write(YoloDarknet(), manifest, tmp_path, drawn(manifest))
    assert [frame.name for frame in read_with_datumaro(tmp_path, "yolo").frames] == ["a"]


@needs_photographs
def test_datumaro_finds_in_our_yolo_darknet_what_it_finds_in_the_voc_files_of_real_photographs(
    tmp_path: Path,
) -> None:
    unique = frames_of_the_xml(tmp_path / "voc")
    labels = tuple(sorted({shape.label for frame in unique.values() for shape in frame.shapes}))
    manifest = manifest_of(
        [
            Frame(
                file_name=f"{frame.name}.jpg",
                collection="bccd",
                width=frame.width,
                height=frame.height,
                split=SPLITS[row % 3],
                shapes=tuple(Shape(label=labels.index(shape.label), box=shape.box) for shape in frame.shapes),
            )
            for row, frame in enumerate(sorted(unique.values(), key=lambda frame: frame.name))
        ],
        labels=labels,
    )
    write(
        YoloDarknet(),
        manifest,
        tmp_path / "yolo",
        {
            digest.decode(): (BCCD / "JPEGImages" / name).read_bytes()
            for digest, name in zip(
                manifest.frames.digest.tolist(), manifest.frames.file_name.tolist(), strict=True
            )
        },
    )

    ours = read_with_datumaro(tmp_path / "yolo", "yolo")

    assert len(ours.frames) == len(unique) == 364
    assert Counter(frame.subset for frame in ours.frames) == Counter(
        SUBSETS[SPLITS[row % 3]] for row in range(len(unique))
    )
    lost = Counter[str]()
    for frame in ours.frames:
        rounded = Counter((shape.label, tuple(round(edge) for edge in shape.box)) for shape in frame.shapes)
        meant = Counter(
            (
                shape.label,
                tuple(
                    round(min(max(edge, 0), (640, 480)[place % 2])) for place, edge in enumerate(shape.box)
                ),
            )
            for shape in unique[frame.name].shapes
        )
        # datumaro reads a repeated line once.
        missing = set(meant) - set(rounded)
        assert set(rounded) <= set(meant)
        lost.update(frame.name for _ in missing)
    # The two boxes without area, which YOLO cannot hold and our sidecar counts.
    assert lost == {"BloodImage_00338": 1, "BloodImage_00343": 1}


OBJECTS = manifest_of(
    [
        Frame(
            file_name="a b.jpg",
            shapes=(
                Shape(label=1, box=(10, 5, 30, 25)),
                Shape(code=1, box=(40, 10, 60, 30), outline="[[[40,10],[60,10],[60,30],[40,30]]]"),
            ),
        ),
        Frame(file_name="c.JPG", split=Split.VALIDATION, shapes=(Shape(label=1, box=(90, 40, 110, 60)),)),
        Frame(file_name="ü.jpg", split=Split.TEST, shapes=(Shape(box=(1, 2, 3, 4)),)),
        Frame(file_name="sky.jpg"),
        Frame(file_name="a b.jpg", collection="other", shapes=(Shape(label=1, box=(0, 0, 100, 50)),)),
    ]
)
"""Boxes and an outline, a name with a blank, one that is not ASCII, one twice, a box over the edge, a background."""

BOXES = {
    ("train", "party_a b"): [("Kite", (10, 5, 30, 25)), ("Balloon", (40, 10, 60, 30))],
    ("val", "c"): [("Kite", (90, 40, 100, 50))],
    ("test", "ü"): [("Balloon", (1, 2, 3, 4))],
    ("train", "sky"): [],
    ("train", "other_a b"): [("Kite", (0, 0, 100, 50))],
}
"""What they come to: label and box, by split and stem."""

SPLITS_OF_OTHERS = ("train", "val", "test")


def seen_by_supervision(found: dict[str, dict[str, list[Any]]]) -> dict[tuple[str, str], list[Any]]:
    """In the form of `BOXES`, from what was found by split."""
    return {
        (split, name.rpartition(".")[0]): [
            (label, pytest.approx(tuple(box), abs=1e-3)) for label, box, _ in objects
        ]
        for split, frames in found.items()
        for name, objects in frames.items()
    }


@pytest.mark.parametrize(
    "format", [Ultralytics(), UltralyticsSegmentation()], ids=lambda format: format.short
)
def test_supervision_reads_ultralytics_wherever_the_folder_lies_and_whoever_asks(
    format: ExportFormat, tmp_path: Path
) -> None:
    write(format, OBJECTS, tmp_path / "written", drawn(OBJECTS))
    folder = (tmp_path / "written").rename(tmp_path / "moved here")
    for cwd, root in ((folder, Path()), (tmp_path, folder)):
        calls = [
            ("supervision_yolo", root / "images" / split, root / "labels" / split, root / "data.yaml")
            for split in SPLITS_OF_OTHERS
        ]
        found = dict(zip(SPLITS_OF_OTHERS, read_all(*calls, cwd=cwd), strict=True))
        assert seen_by_supervision(found) == BOXES


def test_supervision_finds_the_pixels_of_outlines_in_ultralytics_segmentation(tmp_path: Path) -> None:
    holed = Shape(
        code=1,
        box=(10, 10, 40, 40),
        outline="[[[10,10],[40,10],[40,40],[10,40]],[[20,20],[30,20],[30,30],[20,30]]]",
    )
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(holed,))])
    write(UltralyticsSegmentation(), manifest, tmp_path, drawn(manifest))
    ((_, _, pixels),) = read_with(
        "supervision_yolo", tmp_path / "images/train", tmp_path / "labels/train", tmp_path / "data.yaml"
    )["x.jpg"]
    # OpenCV covers the pixels on the outline too: one more row and column, around the hole as well.
    assert pixels == pytest.approx(800, abs=31 + 31 + 11 + 11 + 30)


def test_datumaro_reads_the_boxes_of_ultralytics(tmp_path: Path) -> None:
    write(Ultralytics(), OBJECTS, tmp_path, drawn(OBJECTS))
    assert seen_by_datumaro(read_with_datumaro(tmp_path, "yolo")) == BOXES


def test_pycocotools_and_supervision_read_the_boxes_and_outlines_of_coco(tmp_path: Path) -> None:
    write(Coco(), OBJECTS, tmp_path, drawn(OBJECTS))
    files = [tmp_path / f"annotations/instances_{split}.json" for split in SPLITS_OF_OTHERS]
    found = read_all(*(("pycocotools", file) for file in files))
    boxes = {
        (split, name.rpartition(".")[0]): [
            (label, (x, y, x + w, y + h)) for label, (x, y, w, h), _, _ in objects
        ]
        for split, images in zip(SPLITS_OF_OTHERS, found, strict=True)
        for name, objects in images.items()
    }
    assert boxes == BOXES
    assert found[0]["party_a b.jpg"][1][2:] == [400, 400]
    # supervision wants a mask for each object of a file or for none, and the pictures of train have both.
    calls = [("supervision_coco", tmp_path / "images" / file.stem[10:], file) for file in files[1:]]
    seen = seen_by_supervision(dict(zip(SPLITS_OF_OTHERS[1:], read_all(*calls), strict=True)))
    assert seen == {key: boxes for key, boxes in BOXES.items() if key[0] != "train"}


def test_pycocotools_sees_the_hole_of_a_polygon_and_the_pixels_of_a_mask(tmp_path: Path) -> None:
    mask = Shape(code=4, label=1, box=(1, 1, 2, 3), outline='{"counts":[51,2,4947],"size":[50,100]}')
    holed = Shape(
        code=1,
        box=(10, 10, 40, 40),
        outline="[[[10,10],[40,10],[40,40],[10,40]],[[20,20],[30,20],[30,30],[20,30]]]",
    )
    manifest = manifest_of([Frame(file_name="x.jpg", shapes=(mask, holed))])
    write(Coco(), manifest, tmp_path, drawn(manifest))
    found = read_with("pycocotools", tmp_path / "annotations/instances_train.json")["x.jpg"]
    assert found == [["Kite", [1, 1, 1, 2], 2, 2], ["Balloon", [10, 10, 30, 30], 800, 800]]


def test_datumaro_and_supervision_agree_on_the_pixels_of_voc(tmp_path: Path) -> None:
    write(PascalVoc(), OBJECTS, tmp_path, drawn(OBJECTS))
    seen = read_with_datumaro(tmp_path, "voc", coordinate_mode="voc-one-based")
    assert [label for label in seen.labels if label != "background"] == ["Balloon", "Kite"]
    frames = [frame for frame in seen.frames if frame.subset != "trainval"]
    assert seen_by_datumaro(SeenDataset(seen.labels, tuple(frames))) == BOXES
    # supervision knows no lists.
    found = read_with("supervision_voc", tmp_path / "JPEGImages", tmp_path / "Annotations")
    assert {stem: boxes for (_, stem), boxes in seen_by_supervision({"": found}).items()} == {
        stem: boxes for (_, stem), boxes in BOXES.items()
    }


@pytest.mark.parametrize("labels", [("background", "Kite"), ("a: b", "#1")])
def test_datumaro_reads_voc_and_masks_whatever_classes_are_called(
    labels: tuple[str, str], tmp_path: Path
) -> None:
    manifest = replace(OBJECTS, annotations=replace(OBJECTS.annotations, labels=labels))
    called = dict(zip(("Balloon", "Kite"), labels, strict=True))
    write(PascalVoc(), manifest, tmp_path / "voc", drawn(manifest))
    seen = read_with_datumaro(tmp_path / "voc", "voc", coordinate_mode="voc-one-based")
    found = Counter(shape.label for each in seen.frames if each.subset != "trainval" for shape in each.shapes)
    assert found == Counter(called[label] for boxes in BOXES.values() for label, _ in boxes)
    write(SemanticSegmentation(), manifest, tmp_path / "masks", drawn(manifest))
    seen = read_with_datumaro(tmp_path / "masks" / "train", "common_semantic_segmentation")
    assert seen.labels[1:] == labels
    areas = Counter[str]()
    for shape in (shape for each in seen.frames for shape in each.shapes):
        areas[shape.label] += int(shape.area)
    meant = Counter[str]()
    for label, (left, top, right, bottom) in chain(*(BOXES[key] for key in BOXES if key[0] == "train")):
        meant[called[label]] += (right - left) * (bottom - top)
    del areas[seen.labels[0]]
    assert areas == meant


def seen_by_datumaro(seen: SeenDataset) -> dict[tuple[str, str], list[Any]]:
    """In the form of `BOXES`."""
    return {
        (frame.subset, frame.name): [
            (shape.label, pytest.approx(shape.box, abs=1e-3)) for shape in frame.shapes
        ]
        for frame in seen.frames
    }


def test_datumaro_pillow_and_opencv_see_the_same_classes_in_the_masks(tmp_path: Path) -> None:
    write(SemanticSegmentation(), OBJECTS, tmp_path, drawn(OBJECTS))
    for split, name in (("train", "train"), ("valid", "val"), ("test", "test")):
        seen = read_with_datumaro(tmp_path / split, "common_semantic_segmentation")
        assert seen.labels == ("background", "Balloon", "Kite")
        meant = {stem: boxes for (part, stem), boxes in BOXES.items() if part == name}
        assert {frame.name for frame in seen.frames} == set(meant)
        for frame in seen.frames:
            areas = Counter[str]()
            for label, (left, top, right, bottom) in meant[frame.name]:
                areas[label] += (right - left) * (bottom - top)
            found = {shape.label: shape.area for shape in frame.shapes if shape.label != "background"}
            assert found == areas
            file = tmp_path / split / "masks" / f"{frame.name}.png"
            with Image.open(file) as image:
                pillow = np.array(image)
            grey = cv2.imdecode(np.fromfile(file, np.uint8), cv2.IMREAD_GRAYSCALE)
            assert grey is not None
            assert np.array_equal(grey, pillow)
            values = Counter({seen.labels[value]: int((pillow == value).sum()) for value in (1, 2)})
            assert +values == areas


def test_datasets_loads_the_folder_and_the_parquet_files_of_hugging_face(tmp_path: Path) -> None:
    manifest, pictures = photographed(OBJECTS)
    calls = []
    for format, kind in ((ImageFolder(), "imagefolder"), (HuggingFaceParquet(), "parquet")):
        write(format, manifest, tmp_path / kind, pictures)
        calls.append(("datasets", kind, tmp_path / kind))
    for found, names in zip(read_all(*calls), ((0, 1), OBJECTS.classes), strict=True):
        boxes = {
            (word, name.rpartition(".")[0]): [
                (OBJECTS.classes[names.index(label)], (x, y, x + w, y + h))
                for label, (x, y, w, h) in zip(labels, told, strict=True)
            ]
            for split, word in (("train", "train"), ("validation", "val"), ("test", "test"))
            for name, size, told, labels in found[split]
            if size == [100, 50]
        }
        assert boxes == BOXES


def test_datasets_loads_splits_of_which_one_is_empty_and_one_has_boxes_on_whole_pixels_only(
    tmp_path: Path,
) -> None:
    split_among_pixels = manifest_of(
        [
            Frame(file_name="a.jpg", shapes=(Shape(box=(1.5, 2, 3, 4)),)),
            Frame(file_name="b.jpg", split=Split.TEST, shapes=(Shape(box=(1, 2, 3, 4)),)),
        ]
    )
    manifest, pictures = photographed(split_among_pixels)
    write(ImageFolder(), manifest, tmp_path / "imagefolder", pictures)
    write(HuggingFaceParquet(), manifest, tmp_path / "parquet", pictures)
    for found in read_all(*(("datasets", kind, tmp_path / kind) for kind in ("imagefolder", "parquet"))):
        boxes = {split: [box for _, _, told, _ in rows for box in told] for split, rows in found.items()}
        assert boxes == {"train": [[1.5, 2, 1.5, 2]], "test": [[1, 2, 2, 2]]}


def test_webdataset_decodes_every_sample(tmp_path: Path) -> None:
    manifest, pictures = photographed(OBJECTS)
    write(WebDataset(), manifest, tmp_path, pictures)
    found = read_with("webdataset", "jpg", *(tmp_path / f"{split.value}-000000.tar" for split in SPLITS))
    assert [key for key, _, _ in found] == ["other_a b", "party_a b", "sky", "c", "ü"]
    assert all(shape == [50, 100, 3] for _, shape, _ in found)
    told = {sample["unique_name"]: sample["annotations"] for _, _, sample in found}
    assert told["party_a b.jpg"][0]["bbox"] == [10, 5, 20, 20]
    assert told["party_a b.jpg"][1]["polygon"] == [[40, 10], [60, 10], [60, 30], [40, 30]]


def test_webdataset_decodes_pictures_of_every_kind_as_the_readme_says(tmp_path: Path) -> None:
    kinds = ("jpeg", "png", "webp", "bmp", "tiff")
    frames = [
        Frame(file_name=f"{kind}.{kind}", media_type=f"image/{kind}", width=4, height=3) for kind in kinds
    ]
    manifest, pictures = photographed(manifest_of(frames))
    write(WebDataset(), manifest, tmp_path, pictures)
    said = re.search(r'to_tuple\("(.*?)"', WebDataset().start)
    assert said is not None
    found = read_with("webdataset", said[1], tmp_path / "train-000000.tar")
    assert [(key, shape) for key, shape, _ in found] == [(kind, [3, 4, 3]) for kind in sorted(kinds)]
