"""Masks as others write them: by value, by palette, by colour, beside lists of all sorts, and with mistakes."""

from __future__ import annotations

import io
import json
import struct
import zlib
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from setwright.formats.reading.coco import Coco
from setwright.formats.reading.fit import Canvas, fit
from setwright.formats.reading.folder import Folder
from setwright.formats.reading.listing import FolderListing
from setwright.formats.reading.mask_runs import Runs, masks_of
from setwright.formats.reading.problems import Problem, ProblemKind
from setwright.formats.reading.protocol import Mask, ReadFrame, ReadOptions
from setwright.formats.reading.registry import detect
from setwright.formats.reading.segmentation import Segmentation
from setwright.formats.reading.voc import Voc
from setwright.formats.writing.colours import colour
from setwright.lake.ingest import Found, find
from setwright.model.errors import FormatError
from setwright.model.events import silence
from tests.formats.reading.files import MemoryListing
from tests.oracles.others import write_with

READER = Segmentation()
CSV = "Pixel Value, Class\n0, background\n1, kite\n2, owl\n"
VALUES = np.array([[0, 0, 1, 1], [0, 2, 2, 1], [255, 2, 2, 0]], np.uint8)
"""A mask of 4 x 3: a kite, an owl, and a pixel to be passed over."""

KITE, OWL = (Mask(3, 4, counts) for counts in ((6, 1, 2, 2, 1), (4, 2, 1, 2, 3)))


def png(pixels: Any, mode: str | None = None) -> bytes:
    buffer = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels))
    if mode == "P":
        image = image.convert("L")
        image.putpalette([part for value in range(256) for part in colour(value)])
    image.save(buffer, "PNG")
    return buffer.getvalue()


def colours(values: Any = VALUES) -> bytes:
    return png(np.array([colour(value) for value in range(256)], np.uint8)[values])


def ours(mask: bytes = png(VALUES), **more: Any) -> dict[str, Any]:
    return {"classes.csv": CSV, "train/images/a.jpg": "", "train/masks/a.png": mask, **more}


def found(files: Mapping[str, Any], **options: Any) -> Found:
    return find(READER.opened(MemoryListing(files)), READER, ReadOptions(**options), silence)


def frames(found: Found) -> dict[str, ReadFrame]:
    return {frame.picture: frame for said in found.said.values() for frame in said}


def shapes(frame: ReadFrame) -> dict[str, Any]:
    return {each.label: each.shape for each in frame.annotations or ()}


META = {
    "label_map": {"0": "nothing", "1": "kite", "2": "owl"},
    "segmentation_colors": [[0, 0, 0], [128, 0, 0], [0, 128, 0]],
    "background_label": "0",
}
LABEL_MAP = "# label:color_rgb:parts:actions\nbackground:0,0,0::\nkite:128,0,0::\nowl:0,128,0::\n"
COLOURS = "0 0 0 background\n128 0 0 kite\n0 128 0 owl\n"
VOC_MASK = {"JPEGImages/a.jpg": "", "ImageSets/Segmentation/val.txt": "a\n"}

LAYOUTS: dict[str, tuple[dict[str, Any], str | None]] = {
    "ours": (ours(), "train"),
    "with other pictures of it": (
        ours() | {"train/colour/a.png": colours(), "valid/images/a.jpg": ""},
        "train",
    ),
    "datumaro": (
        {"dataset_meta.json": json.dumps(META), "images/a.jpg": "", "masks/a.png": png(VALUES)},
        None,
    ),
    "Roboflow": (
        {"valid/_classes.csv": CSV, "valid/a.jpg": "", "valid/a_mask.png": png(VALUES)},
        "validation",
    ),
    "CVAT, by colour": (
        {"labelmap.txt": LABEL_MAP, "SegmentationClass/a.png": colours(), **VOC_MASK},
        "validation",
    ),
    "VOC, by palette": (
        {"labelmap.txt": LABEL_MAP, "SegmentationClass/a.png": png(VALUES, "P"), **VOC_MASK},
        "validation",
    ),
    "a palette that numbers them otherwise": (
        {
            "labelmap.txt": "owl:0,128,0::\nbackground:0,0,0::\nkite:128,0,0::\n",
            "SegmentationClass/a.png": png(VALUES, "P"),
            **VOC_MASK,
        },
        "validation",
    ),
    "CamVid": ({"label_colors.txt": COLOURS, "train/a.png": "", "trainannot/a.png": colours()}, "train"),
    "Kaggle": (
        {
            "class_dict.csv": "name,r,g,b\nbackground,0,0,0\nkite,128,0,0\nowl,0,128,0\n",
            "images/a.png": "",
            "masks/a.png": colours(),
        },
        None,
    ),
    "Cityscapes": (
        {
            "gtFine/train/ulm/a_gtFine_color.png": colours(),
            "gtFine/train/ulm/a_gtFine_instanceIds.png": png(VALUES),
            "gtFine/train/ulm/a_gtFine_labelIds.png": png(VALUES),
            "leftImg8bit/train/ulm/a_leftImg8bit.png": "",
            "classes.csv": CSV,
        },
        "train",
    ),
    "values in each of three channels": (
        {"classes.csv": CSV, "images/a.jpg": "", "masks/a.png": png(np.stack([VALUES] * 3, axis=-1))},
        None,
    ),
    "grey and opaque": (
        {
            "classes.csv": CSV,
            "images/a.jpg": "",
            "masks/a.png": png(np.stack([VALUES, np.full_like(VALUES, 255)], axis=-1)),
        },
        None,
    ),
}


def _is_aside(name: str) -> bool:
    """Whether it is drawn of annotations, and no mask that is read."""
    return any(kind in name for kind in ("colour/", "_gtFine_color", "_instanceIds"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_masks_are_found_and_read_whoever_wrote_them(layout: str) -> None:
    files, split = LAYOUTS[layout]
    assert detect(MemoryListing(files)) == READER
    all = found(files)
    assert (all.problems, all.other_files) == ((), tuple(name for name in files if _is_aside(name)))
    # Of a picture without a mask at most its folder tells something, which is its split.
    (frame,) = (each for each in frames(all).values() if each.annotations is not None)
    assert shapes(frame) == {"kite": KITE, "owl": OWL}
    assert frame.metadata == ({} if split is None else {"source_split": split})
    assert frame.picture in all.pictures
    assert not any("mask" in name or "annot" in name or "Class" in name for name in all.pictures)


def test_masks_of_voc_itself_need_no_list() -> None:
    mask = png(np.where(VALUES == 2, 15, VALUES).astype(np.uint8), "P")
    files = {"SegmentationClass/a.png": mask, **VOC_MASK}
    assert detect(MemoryListing(files)) == READER
    assert shapes(*frames(found(files)).values()) == {"aeroplane": KITE, "person": OWL}


def test_voc_with_boxes_is_read_by_its_own_reader_unless_masks_are_asked_for() -> None:
    files = {"Annotations/a.xml": "<annotation/>", "SegmentationClass/a.png": png(VALUES, "P"), **VOC_MASK}
    assert detect(MemoryListing(files)) == Voc()
    assert list(shapes(*frames(found(files)).values())) == ["aeroplane", "bicycle"]


@pytest.mark.parametrize(
    ("picture", "mask"),
    [
        ("images/a.jpg", "masks/a.png"),
        ("train/images/a.jpg", "train/masks/a.png"),
        ("train/images/a.jpg", "train/labels/a.png"),
        ("images/train/a.jpg", "labels/train/a.png"),
        ("train/a.jpg", "trainannot/a.png"),
        ("a.jpg", "a_mask.png"),
        ("Images/a.jpg", "Masks/a.png"),
        ("train/a.jpg", "train_masks/a_mask.png"),
        ("train_images/a.jpg", "train_masks/a.png"),
        ("images/a.jpg", "mask/a.png"),
        ("train/image/0.png", "train/label/0.png"),
        ("images/a.jpg", "annotations/a.png"),
        ("images/one/a.jpg", "annotations/one/a.png"),
        ("img_dir/train/a.jpg", "ann_dir/train/a.png"),
        ("a.jpg", "a_segmentation.png"),
        ("images/a.jpg", "annotations/trimaps/a.png"),
    ],
)
def test_masks_without_a_list_become_no_frames_until_a_label_says_what_they_show(
    picture: str, mask: str
) -> None:
    files = {picture: "", mask: png(np.where(VALUES == 1, 255, 0).astype(np.uint8))}
    assert detect(MemoryListing(files)) == READER
    with pytest.raises(FormatError, match=r"Nothing says what the values of the masks in .* mean") as asked:
        found(files)
    assert asked.value.hint is not None
    assert all(way in asked.value.hint for way in ("classes.csv", "--label NAME", "--format folder"))
    all_found = found(files, label="kite")
    assert shapes(*frames(all_found).values()) == {"kite": KITE}
    assert all_found.pictures == (picture,)


@pytest.mark.parametrize(
    "files",
    [
        {"images/a.jpg": "", "masks/b.png": ""},
        {"images/a.jpg": "", "labels/b.png": ""},
        {"a.jpg": "", "a_mask.jpg": ""},
        {"images/a.jpg": "", "depth/a.png": ""},
        {"with_mask/a.png": "", "without_mask/a.png": "", "mask/b.png": ""},
    ],
)
def test_pictures_that_are_no_pairs_are_a_plain_folder(files: dict[str, Any]) -> None:
    assert detect(MemoryListing(files)) == Folder()


def test_beside_annotations_masks_are_no_frames_unless_a_file_speaks_of_them() -> None:
    drawn = {f"Segmentation{kind}/a.png": png(VALUES, "P") for kind in ("Class", "Object")}
    files = {"Annotations/a.xml": "<annotation/>", **drawn, **VOC_MASK}
    all = find(MemoryListing(files), Voc(), ReadOptions(), silence)
    assert (all.pictures, list(all.said)) == (("JPEGImages/a.jpg",), ["JPEGImages/a.jpg"])
    assert set(drawn) < set(all.other_files)
    panoptic = {"annotations/panoptic_val2017/a.png": "", "val2017/a.jpg": ""}
    told = json.dumps({"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [{"segments_info": []}]})
    listing = MemoryListing({**panoptic, "annotations/instances_val2017.json": told})
    assert detect(listing) == Coco()
    assert find(listing, Coco(), ReadOptions(), silence).pictures == ("val2017/a.jpg",)
    images = [{"id": number, "file_name": name} for number, name in enumerate(("images/a.jpg", "mask/b.png"))]
    told = json.dumps({"images": images, "annotations": []})
    files = dict.fromkeys(("images/a.jpg", "images/b.jpg", "mask/a.png", "mask/b.png"), "")
    all = find(MemoryListing({**files, "x.json": told}), Coco(), ReadOptions(), silence)
    assert all.pictures == ("images/a.jpg", "images/b.jpg", "mask/b.png")
    assert find(MemoryListing(files), Folder(), ReadOptions(), silence).pictures == tuple(sorted(files))


def test_where_a_picture_has_a_folder_each_of_its_masks_is_an_object() -> None:
    files: dict[str, Any] = {f"{stem}/images/{stem}.png": "" for stem in "ab"}
    files |= {f"a/masks/{stem}.png": png(VALUES == value) for value, stem in ((1, "x"), (2, "y"))}
    files |= {"b/masks/z.png": png(VALUES == 1)}
    assert detect(MemoryListing(files)) == READER
    all = found(files, label="nucleus")
    assert (all.pictures, all.problems) == (("a/images/a.png", "b/images/b.png"), ())
    said = all.said["a/images/a.png"]
    assert [each.shape for words in said for each in words.annotations or ()] == [KITE, OWL]


def test_files_that_only_case_tells_apart_have_masks_of_their_own() -> None:
    files: dict[str, Any] = {f"Images/{stem}.png": "" for stem in "aA"}
    files |= {"Masks/a.png": png(VALUES == 1), "Masks/A.png": png(VALUES == 2)}
    told = frames(found(files, label="kite"))
    assert {name: shapes(frame) for name, frame in told.items()} == {
        "Images/a.png": {"kite": KITE},
        "Images/A.png": {"kite": OWL},
    }


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("mask", "why"),
    [
        ("train/masks/a.jpg", "JPEG changes the values of a mask, so it has to be PNG"),
        ("train/labels/a.JPEG", "JPEG changes the values of a mask, so it has to be PNG"),
        ("train/masks/a.webp", "a mask has to be PNG, not WebP"),
    ],
)
def test_masks_that_are_jpeg_become_no_frames_and_are_told(mask: str, why: str, listed: bool) -> None:
    files = {"train/images/a.jpg": "", mask: "", **({"train/classes.csv": CSV} if listed else {})}
    assert detect(MemoryListing(files)) == READER
    all = found(files)
    assert all.problems == (Problem(ProblemKind.UNREADABLE_FILE, mask, why),)
    assert all.pictures == ("train/images/a.jpg",)
    assert mask not in all.other_files


def test_jpeg_masks_beside_pictures_are_told_where_classes_are_listed() -> None:
    files = {"_classes.csv": CSV, "a.jpg": "", "a_mask.jpg": ""}
    assert detect(MemoryListing(files)) == READER
    all = found(files)
    assert ([each.file for each in all.problems], all.pictures) == (["a_mask.jpg"], ("a.jpg",))


def test_masks_of_one_bit_have_the_values_0_and_1() -> None:
    buffer = io.BytesIO()
    Image.fromarray(VALUES == 1).save(buffer, "PNG")
    assert shapes(*frames(found(ours(buffer.getvalue()))).values()) == {"kite": KITE}


def test_masks_of_sixteen_bits_may_have_many_classes() -> None:
    mask = png(np.where(VALUES == 1, 1000, 0).astype(np.uint16))
    files = ours(mask, **{"classes.csv": "Pixel Value, Class\n0, background\n1000, kite\n"})
    assert shapes(*frames(found(files)).values()) == {"kite": KITE}


def test_a_picture_of_nothing_says_that_there_are_none_and_one_without_a_mask_says_nothing() -> None:
    all = found(ours(png(np.zeros((3, 4), np.uint8)), **{"train/images/b.jpg": ""}))
    assert frames(all)["train/images/a.jpg"].annotations == ()
    assert frames(all)["train/images/b.jpg"].annotations is None
    assert all.pictures == ("train/images/a.jpg", "train/images/b.jpg")


@pytest.mark.parametrize("written", [png, colours])
def test_values_without_a_class_are_told_and_the_others_are_read(written: Any) -> None:
    mask = written(np.where(VALUES == 2, 7, VALUES).astype(np.uint8))
    all = found(ours(mask, **{"train/dataset_meta.json": json.dumps(META)}))
    assert [(each.kind, each.left_out) for each in all.problems] == [(ProblemKind.BAD_ANNOTATION, ("",))]
    assert all.problems[0].detail in (
        "value 7 has no class, 4 pixels",
        "colour 128, 128, 128 has no class, 4 pixels",
    )
    assert shapes(*frames(all).values()) == {"kite": KITE}


def test_a_mask_of_another_size_than_its_picture_is_told_with_its_classes() -> None:
    (frame,) = frames(found(ours())).values()
    problems = list(fit(frame, Canvas(40, 30)))
    assert all(isinstance(each, Problem) for each in problems)
    assert [each.left_out for each in problems if isinstance(each, Problem)] == [("kite",), ("owl",)]


def claimed(width: int, height: int) -> bytes:
    """A PNG that says it is so large."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head))


@pytest.mark.parametrize(
    "mask",
    [b"", b"no picture", png(VALUES)[:-30], claimed(100_000, 100_000)],
    ids=["empty", "text", "cut", "bomb"],
)
def test_a_mask_that_cannot_be_read_is_told_and_the_others_are_read(mask: bytes) -> None:
    all = found(ours(mask, **{"train/images/b.jpg": "", "train/masks/b.png": png(VALUES)}))
    assert [(each.kind, each.file) for each in all.problems] == [
        (ProblemKind.UNREADABLE_FILE, "train/masks/a.png")
    ]
    assert shapes(frames(all)["train/images/b.jpg"]) == {"kite": KITE, "owl": OWL}
    assert frames(all)["train/images/a.jpg"].annotations is None


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (b"no picture", "It is no PNG, BMP or TIFF"),
        (b"\xff\xd8\xff", "It is JPEG, which changes the values of a mask, so it has to be PNG"),
    ],
)
def test_why_a_mask_is_not_read_is_the_same_at_each_run(mask: bytes, why: str) -> None:
    assert [each.detail for each in found(ours(mask)).problems] == [why]


def test_masks_without_a_picture_and_second_masks_are_told() -> None:
    all = found(ours(**{"train/masks/gone.png": png(VALUES), "train/masks/a_mask.png": png(VALUES)}))
    assert sorted((each.kind.value, each.file) for each in all.problems) == [
        ("annotations-without-picture", "train/masks/gone.png"),
        ("second-annotation-file", "train/masks/a_mask.png"),
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("classes.csv", "Pixel Value, Class\nx, kite\n"),
        ("label_colors.txt", "300 0 0 kite\n"),
        ("labelmap.txt", "kite:1,2::\n"),
        ("dataset_meta.json", "[]"),
        ("dataset_meta.json", '{"label_map": []}'),
        ("classes.csv", b"\xff\xfe"),
    ],
)
def test_a_list_that_cannot_be_read_ends_it_with_its_name(name: str, content: Any) -> None:
    with pytest.raises(FormatError, match=f"masks/{name}"):
        found(ours(**{f"train/masks/{name}": content}))


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 4)))
def test_run_lengths_cover_just_the_pixels_of_their_class(values: Any) -> None:
    named = {1: "kite", 2: "owl", 3: "kite"}
    assert Runs.of(values).counts() == dict(sorted(Counter(values.ravel().tolist()).items()))
    made = dict(masks_of(Runs.of(values), named))
    for name in ("kite", "owl"):
        meant = np.isin(values, [value for value, each in named.items() if each == name])
        assert (name in made) == meant.any()
        if name in made:
            counts = made[name].counts
            assert all(counts[1:])
            covered = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
            assert np.array_equal(covered.reshape(values.shape[::-1]).T, meant)


@pytest.mark.oracle
@pytest.mark.parametrize(("format", "split"), [("voc_segmentation", "train"), ("camvid", "train")])
def test_what_datumaro_writes_is_read(format: str, split: str, tmp_path: Path) -> None:
    write_with("datumaro", tmp_path, format)
    listing = FolderListing(tmp_path)
    assert detect(listing) == READER
    all = find(READER.opened(listing), READER, ReadOptions(), silence)
    assert all.problems == ()
    (frame,) = frames(all).values()
    assert frame.metadata == {"source_split": split}
    covered = {}
    for label, mask in shapes(frame).items():
        inside = (
            np.repeat(np.arange(len(mask.counts)) % 2 == 1, mask.counts).reshape(mask.width, mask.height).T
        )
        covered[label] = inside
    assert {label: int(inside.sum()) for label, inside in covered.items()} == {"kite": 30, "owl": 75}
    assert covered["owl"][7:12, 15:30].all()


def test_a_class_called_background_is_one_where_the_list_says_that_another_is_the_background() -> None:
    names = {"0": "_background", "1": "background", "2": "owl"}
    meta = {**META, "label_map": names}
    files = {"dataset_meta.json": json.dumps(meta), "images/a.jpg": "", "masks/a.png": png(VALUES)}
    assert set(shapes(frames(found(files))["images/a.jpg"])) == {"background", "owl"}
