"""datumaro reads what was written by hand as it was meant. Only so can it judge what setwright writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from tests.oracles.datumaro import SeenDataset, SeenFrame, SeenShape, read_with_datumaro

pytestmark = pytest.mark.oracle


def picture(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 20)).save(file)


def text(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


DOG = SeenShape(kind="bbox", label="dog", box=(6, 6, 14, 14), points=(), area=64)
"""One dog in a picture of 40 x 20: from pixel 6 up to, not including, pixel 14, both ways."""


def test_datumaro_reads_darknet(tmp_path: Path) -> None:
    text(
        tmp_path / "obj.data",
        "classes = 2\ntrain = train.txt\nvalid = valid.txt\nnames = obj.names\nbackup = backup/\n",
    )
    text(tmp_path / "obj.names", "cat\ndog\n")
    text(tmp_path / "train.txt", "obj_train_data/a.png\n")
    text(tmp_path / "valid.txt", "obj_valid_data/b.png\n")
    picture(tmp_path / "obj_train_data/a.png")
    text(tmp_path / "obj_train_data/a.txt", "1 0.25 0.5 0.2 0.4\n")
    picture(tmp_path / "obj_valid_data/b.png")
    text(tmp_path / "obj_valid_data/b.txt", "")

    assert read_with_datumaro(tmp_path, "yolo") == SeenDataset(
        labels=("cat", "dog"),
        frames=(
            SeenFrame("a", "train", 40, 20, (DOG,)),
            SeenFrame("b", "valid", 40, 20, ()),
        ),
    )


def test_datumaro_reads_voc_whose_pixels_count_from_one(tmp_path: Path) -> None:
    text(tmp_path / "labelmap.txt", "# label:color_rgb:parts:actions\nbackground:0,0,0::\ndog:128,0,0::\n")
    text(tmp_path / "ImageSets/Main/train.txt", "a\n")
    picture(tmp_path / "JPEGImages/a.jpg")
    # Both corners are inside, and the first pixel is 1: the dog's pixels 6 to 13 are VOC's 7 to 14.
    text(
        tmp_path / "Annotations/a.xml",
        "<annotation><folder></folder><filename>a.jpg</filename><segmented>0</segmented>"
        "<size><width>40</width><height>20</height><depth>3</depth></size>"
        "<object><name>dog</name><pose>Unspecified</pose><truncated>0</truncated><difficult>0</difficult>"
        "<bndbox><xmin>7</xmin><ymin>7</ymin><xmax>14</xmax><ymax>14</ymax></bndbox></object></annotation>",
    )

    seen = read_with_datumaro(tmp_path, "voc_detection", coordinate_mode="voc-one-based")

    assert seen.frames == (SeenFrame("a", "train", 40, 20, (DOG,)),)
