"""Pictures decoded: the pixels alone count, and nothing is told of what stands beside them."""

from __future__ import annotations

import io
import struct
import zlib
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms, TiffImagePlugin

from setwright.model.errors import FormatError, LakeAwayError, LakeError, RemoteError, SetwrightError
from setwright.pixels.codec import decode, encode, of_frame
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


@pytest.mark.parametrize("mode", ["L", "1"])
def test_a_grey_that_is_transparent_stays_so(mode: str) -> None:
    grey = Image.fromarray(noise(40, 30, None)).convert(mode)
    value = 255 if mode == "1" else grey.getpixel((3, 4))
    found = decode(saved(grey, "PNG", transparency=value))
    shades = np.asarray(grey.convert("L"))
    assert (found[..., :3] == shades[..., None]).all()
    assert (found[..., 3] == np.where(shades == value, 0, 255)).all()


def test_letters_that_stand_among_the_pixels_make_nothing_transparent() -> None:
    pixels = np.frombuffer(b"tRNS" * 300, np.uint8).reshape(30, 40)
    plain = zlib.compress(b"".join(b"\0" + row.tobytes() for row in pixels), 0)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 0, 0, 0, 0)), (b"IDAT", plain), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
    assert b"tRNS" in content
    assert (decode(content) == pixels).all()


def test_a_png_that_ends_too_soon_is_no_picture_or_a_part_of_one() -> None:
    whole = encode(noise(40, 30), "image/png")
    for end in range(8, len(whole), 97):
        with suppress(FormatError):
            assert decode(whole[:end]).shape == (30, 40, 3)


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_adobe_deflate"])
def test_the_colours_of_a_tiff_stay_where_it_is_transparent(compression: str | None) -> None:
    pixels = noise(40, 30, 4)
    whole = Image.fromarray(pixels[..., [2, 1, 0, 3]])
    assert (decode(saved(whole, "TIFF", compression=compression)) == pixels).all()


def test_a_grey_tiff_stays_transparent_as_a_png_does() -> None:
    grey = Image.fromarray(noise(40, 30, 2))
    found = decode(saved(grey, "TIFF"))
    assert found.shape == (30, 40, 4)
    assert (found == decode(saved(grey, "PNG"))).all()


def tiff(pixels: Any, *, in_planes: bool) -> bytes:
    """A TIFF that Pillow does not write: of any channels; each of them by itself, as GDAL's INTERLEAVE=BAND has it."""
    height, width, channels = pixels.shape
    planes = np.moveaxis(pixels, 2, 0) if in_planes else pixels[None]
    size, start = planes[0].nbytes, 8
    lists = {
        256: ("H", [width]),
        257: ("H", [height]),
        258: ("H", [8 * pixels.itemsize] * channels),
        262: ("H", [2]),
        273: ("I", [start + size * place for place in range(len(planes))]),
        277: ("H", [channels]),
        278: ("H", [height]),
        279: ("I", [size] * len(planes)),
        284: ("H", [1 + in_planes]),
        338: ("H", [0] * (channels - 3)),
    }
    data = b"".join(np.ascontiguousarray(plane).tobytes() for plane in planes)
    entries = []
    for tag, (kind, values) in lists.items():
        packed = struct.pack(f"<{len(values)}{kind}", *values)
        if len(packed) > 4:
            packed, data = struct.pack("<I", start + len(data)), data + packed
        if values:
            entries.append(
                struct.pack("<HHI", tag, 3 if kind == "H" else 4, len(values)) + packed.ljust(4, b"\0")
            )
    directory = struct.pack("<H", len(entries)) + b"".join(entries) + bytes(4)
    return b"II*\0" + struct.pack("<I", start + len(data)) + data + directory


def test_a_tiff_of_planes_is_read_as_it_is_or_not_at_all() -> None:
    pixels = noise(40, 30)
    assert (decode(tiff(pixels, in_planes=True)) == pixels[..., ::-1]).all()
    with pytest.raises(FormatError) as caught:
        decode(tiff(noise(40, 30, 3, np.uint16), in_planes=True))
    assert "colours of 16 bits lie in a plane each" in caught.value.detail


def test_of_a_picture_with_too_many_channels_only_the_error_tells(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FormatError) as caught:
        decode(tiff(noise(40, 30, 5), in_planes=False))
    assert caught.value.detail == "It has 5 channels; 4 are the most."
    with pytest.raises(FormatError):
        decode(saved(Image.fromarray(photo(40, 30)), "TIFF")[:200])
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", [LakeError, RemoteError])
def test_of_a_picture_that_is_gone_the_frame_is_named(kind: type[SetwrightError]) -> None:
    with pytest.raises(kind) as caught, of_frame("party_a.jpg", "a.jpg"):
        raise kind("There is no such thing", "There is no picture 7900d25c.", "look")
    assert caught.value.detail == "There is no picture 7900d25c. It is the picture of party_a.jpg."
    assert caught.value.hint == "look"


def test_of_a_lake_that_is_away_no_frame_is_named() -> None:
    with pytest.raises(LakeAwayError) as caught, of_frame("party_a.jpg", "a.jpg"):
        raise LakeAwayError("The lake is away", "It does not answer.")
    assert caught.value.detail == "It does not answer."


def bmp(bits: int, data: bytes, masks: tuple[int, ...] = (), *, os2: bool = False) -> bytes:
    """A BMP of 4 × 2 pixels as other programs write it; with `masks` it says which bits are which colour's."""
    if os2:
        head = struct.pack("<IHHHH", 12, 4, 2, 1, bits)
    else:
        head = struct.pack("<IiiHHIIiiII", 40, 4, 2, 1, bits, 3 if masks else 0, len(data), 1, 1, 0, 0)
        head += struct.pack(f"<{len(masks)}I", *masks)
    start = 14 + len(head)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + head + data


@pytest.mark.parametrize(
    "content",
    [
        bmp(32, noise(4, 2, 4).tobytes(), (0xFF0000, 0xFF00, 0xFF)),
        bmp(16, noise(4, 2, None, np.uint16).tobytes()),
        bmp(16, bytes([255] * 16), (0xF800, 0x7E0, 0x1F)),
        bmp(24, noise(4, 2, 3).tobytes(), os2=True),
        bmp(24, noise(4, 2, 3).tobytes()),
        saved(Image.fromarray(noise(40, 30, 3)).quantize(8), "BMP"),
        saved(Image.fromarray(noise(40, 30, 4)), "BMP"),
    ],
    ids=["bits-for-nothing", "5-bits", "white-of-5-bits", "os2", "plain", "palette", "transparent"],
)
def test_a_bmp_has_the_colours_that_pillow_finds_in_it(content: bytes) -> None:
    with Image.open(io.BytesIO(content)) as image:
        whole = np.asarray(image if image.mode == "RGBA" else image.convert("RGB"))
    found = decode(content)
    assert found.shape == whole.shape
    assert (found[..., [2, 1, 0, *range(3, found.shape[2])]] == whole).all()


def test_a_grey_bmp_stays_one() -> None:
    pixels = noise(40, 30, None)
    assert (decode(saved(Image.fromarray(pixels), "BMP")) == pixels).all()
