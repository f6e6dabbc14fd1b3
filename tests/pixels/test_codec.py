"""Pictures decoded: the pixels alone count, and nothing is told of what stands beside them."""

from __future__ import annotations

import io
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from setwright.model.errors import FormatError
from setwright.pixels.codec import decode, encode
from tests.pixels.pictures import noise, photo


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def with_a_bad_profile(picture: Image.Image) -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    return saved(picture, "PNG", icc_profile=profile)


def with_unknown_tags(picture: Image.Image) -> bytes:
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags[42112] = "<GDALMetadata/>"
    return saved(picture, "TIFF", tiffinfo=tags)


@pytest.mark.parametrize("made", [with_a_bad_profile, with_unknown_tags])
def test_libraries_tell_nothing_of_a_picture_whose_pixels_they_understand(
    made: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    pixels = photo(40, 30)
    assert (decode(made(Image.fromarray(pixels[..., ::-1]))) == pixels).all()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("channels", [None, 3, 4])
@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
def test_a_png_is_the_same_once_it_is_decoded(channels: int | None, kind: type) -> None:
    pixels = noise(40, 30, channels, kind)
    found = decode(encode(pixels, "image/png"))
    assert found.dtype == kind
    assert (found == pixels).all()


def test_transparency_that_is_told_apart_from_the_pixels_stays() -> None:
    palette = Image.fromarray(photo(40, 30)).quantize(8)
    found = decode(saved(palette, "PNG", transparency=bytes([255, 0, *range(100, 106)])))
    assert sorted(set(found[..., 3].ravel().tolist())) == [0, *range(100, 106), 255]


def test_a_png_that_ends_too_soon_is_no_picture_or_a_part_of_one() -> None:
    whole = encode(noise(40, 30), "image/png")
    for end in range(8, len(whole), 97):
        with suppress(FormatError):
            assert decode(whole[:end]).shape == (30, 40, 3)
