"""The lake tells which pictures repeat, wherever they came from."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image

from setwright.demo.paint import paint
from setwright.demo.scene import scene
from setwright.lake.lake import Lake
from setwright.lake.likeness import Likeness
from tests.lake.lakes import everything, ingest, write


def jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def filled(lake: Lake, folder: Path) -> Lake:
    """Two scenes; one of them twice, and compressed again twice in another collection; and flat pictures."""
    one, other = paint(scene(1, 1)), paint(scene(1, 2))
    for collection, pictures in {
        "first": {"one.jpg": jpeg(one, 90), "again.jpg": jpeg(one, 90), "other.jpg": jpeg(other, 90)},
        "second": {"smaller.jpg": jpeg(one.resize((320, 240)), 80), "worse.jpg": jpeg(one, 30)},
    }.items():
        source = write(folder / collection, {"flat.png": [], "flat2.png": []})
        for name, content in pictures.items():
            (source / name).write_bytes(content)
        ingest(lake, source, collection=collection)
    return lake


SAME = (
    ("first_again.jpg", "first_one.jpg"),
    ("first_flat.png", "second_flat.png"),
    ("first_flat2.png", "second_flat2.png"),
)
NEAR = (("first_again.jpg", "first_one.jpg", "second_smaller.jpg", "second_worse.jpg"),)


def test_frames_with_the_same_picture_and_nearly_the_same_are_told_apart(lake: Lake, tmp_path: Path) -> None:
    assert filled(lake, tmp_path).likeness() == Likeness(same=tuple(sorted(SAME)), near=NEAR, unknown=0)


def test_an_empty_lake_has_none(lake: Lake) -> None:
    assert lake.likeness() == Likeness(same=(), near=(), unknown=0)


def test_hashes_that_are_missing_are_computed(lake: Lake, tmp_path: Path) -> None:
    filled(lake, tmp_path)
    before = lake.membership(everything(lake), lake.revision()).frames.phash.tolist()
    with lake._catalogue.writing() as connection:
        connection.exec_driver_sql("UPDATE frames SET phash = NULL")
    assert lake.likeness().near == () and lake.likeness().unknown == 6
    assert lake.fill_hashes() == 6
    assert lake.membership(everything(lake), lake.revision()).frames.phash.tolist() == before
    assert lake.fill_hashes() == 0 and lake.verify().damages == ()
