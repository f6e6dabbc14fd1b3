"""The sheet of a preview: what stands above the pictures. What is drawn on them is seen in `tests.cli.test_preview`."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from setwright.model.copies import Copies
from setwright.model.frames import texts
from setwright.model.manifest import Manifest
from setwright.pixels.codec import encode
from setwright.pixels.sheet import SIDE, sheet
from tests.augment.copies import FLIP_H, box, copies, frames, objects_in
from tests.pixels.pictures import photo

GREY = (24, 24, 27)
YELLOW, BLUE, ORANGE = (240, 228, 66), (86, 180, 233), (230, 159, 0)


def drawn(
    labels: Sequence[str], of: Sequence[int], made: Copies | None = None, file_name: str = "a.png"
) -> Image.Image:
    """The sheet of the first of two frames of 80 × 60: it shows objects of these labels, by number."""
    objects = objects_in([*((0, box(10, 10, 40, 40)) for _ in of), (1, box(1, 1, 9, 9))])
    objects = replace(objects, labels=tuple(labels), label=np.array([*of, len(labels) - 1], np.int32))
    manifest = Manifest(
        frames=replace(frames((80, 60), (80, 60)), file_name=texts([file_name, "b.png"])),
        split=np.zeros(2, np.int8),
        annotations=objects,
        copies=copies((0, FLIP_H, ())) if made is None else made,
    )
    picture = encode(photo(80, 60), "image/png")
    return Image.open(io.BytesIO(sheet(manifest, np.array([0]), lambda _: picture)))


def colours(image: Image.Image, row: int) -> list[object]:
    """Those of the palette in a row of pixels, from left to right."""
    found: list[object] = []
    for colour in (image.getpixel((left, row)) for left in range(image.width)):
        if colour in (YELLOW, BLUE, ORANGE) and found[-1:] != [colour]:
            found.append(colour)
    return found


def test_above_the_pictures_it_tells_the_colour_of_each_label_that_they_show() -> None:
    image = drawn(["cell", "cup", "car", "elsewhere"], [0, 2])
    assert colours(image, 17) == [YELLOW, ORANGE]
    assert [image.getpixel((200, row)) == GREY for row in (31, 32)] == [True, False]


def test_many_labels_take_several_lines_and_odd_ones_are_shortened() -> None:
    names = ["a long\nname that is written in two lines", "m" * 500, "w" * 500, "d"]
    assert colours(drawn(names, [0, 1, 2]), 17) == [YELLOW, BLUE]
    assert colours(drawn(names, [0, 1, 2]), 39) == [ORANGE]


def test_without_objects_there_is_nothing_to_tell() -> None:
    image = drawn(["cell"], [])
    assert [image.getpixel((200, row)) == GREY for row in (9, 10)] == [True, False]


def told(labels: Sequence[str]) -> list[bytes]:
    """What stands behind the colour of each label, all of them of one letter."""
    image = drawn(labels, range(len(labels)))
    starts = [
        left
        for left in range(1, image.width)
        if image.getpixel((left, 17)) in (YELLOW, BLUE, ORANGE) and image.getpixel((left - 1, 17)) == GREY
    ]
    return [image.crop((left + 14, 10, left + 30, 28)).tobytes() for left in starts]


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="OpenCV before 5 has no letters beyond ASCII")
def test_labels_in_other_letters_can_be_told_apart() -> None:
    assert len(set(told(["猫", "犬", "Ж"]))) == 3
    assert len(set(told(["Ä", "Ö", "A"]))) == 3


@pytest.mark.skipif(not hasattr(cv2, "FontFace"), reason="OpenCV before 5 has no letters beyond ASCII")
def test_what_stands_below_a_picture_ends_before_the_next_one() -> None:
    image = drawn(["cell"], [0], file_name="風" * 60 + ".png")
    below = image.crop((SIDE + 1, image.height - 30, SIDE + 9, image.height))
    assert below.getcolors() == [(8 * 30, GREY)]
