"""Pictures: whole, of a kind that trainers read, upright; what is hostile or broken is refused with a reason."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image

from setwright.formats.reading.listing import MAX_PIXELS
from setwright.formats.reading.problems import ProblemKind
from setwright.lake.lake import Lake
from setwright.lake.pictures import inspect
from setwright.model.errors import FormatError
from tests.lake.hostile_pictures import chunk, png
from tests.lake.lakes import content, everything, ingest, picture, write

FORMATS = {"BMP": "bmp", "JPEG": "jpeg", "PNG": "png", "TIFF": "tiff", "WEBP": "webp"}


def encoded(image: Image.Image, format: str = "PNG", orientation: int = 1, **options: object) -> bytes:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    buffer = io.BytesIO()
    image.save(buffer, format, exif=exif, **options)
    return buffer.getvalue()


def quarters() -> Image.Image:
    """32 x 16, each quarter of a colour of its own, so that every way of turning it looks different."""
    pixels = np.zeros((16, 32, 3), np.uint8)
    pixels[:8, :16], pixels[:8, 16:], pixels[8:, :16] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return Image.fromarray(pixels)


@pytest.mark.parametrize("format", FORMATS)
def test_an_upright_picture_is_stored_byte_by_byte(format: str) -> None:
    content = picture(1, (7, 5), format)
    found = inspect(content)
    assert found.content is content
    assert (found.width, found.height, found.media_type) == (7, 5, f"image/{FORMATS[format]}")


@pytest.mark.parametrize(
    ("mode", "pixels"), [("L", "L"), ("I;16", "I;16"), ("RGBA", "RGBA"), ("P", "P"), ("1", "1")]
)
def test_the_kind_of_pixels_is_stated(mode: str, pixels: str) -> None:
    assert inspect(encoded(Image.new(mode, (4, 3)))).pixels == pixels


def deep(orientation: int = 1) -> bytes:
    """A PNG of 16 bits a colour, which Pillow can read 8 bits of."""
    rows = zlib.compress((b"\0" + bytes(range(24))) * 3)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    return png(4, 3, rows, chunk(b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0")), depth=16)


def test_16_bits_a_colour_are_stated_and_never_lost_by_turning() -> None:
    assert inspect(deep()).pixels == "RGB;16"
    assert inspect(deep()).content == deep()
    with pytest.raises(FormatError) as refused:
        inspect(deep(orientation=6))
    assert "8 of its 16 bits" in refused.value.detail


def test_16_bits_survive_turning() -> None:
    values = np.arange(12, dtype=np.uint16).reshape(3, 4) * 5000
    found = inspect(encoded(Image.fromarray(values), "TIFF", orientation=6))
    turned = np.asarray(Image.open(io.BytesIO(found.content)))
    assert (found.width, found.height) == (3, 4)
    assert np.array_equal(turned, np.rot90(values, -1))


@pytest.mark.parametrize("orientation", range(2, 9))
@pytest.mark.parametrize("format", ["JPEG", "PNG", "TIFF", "WEBP"])
def test_a_picture_on_its_side_is_turned_once(format: str, orientation: int) -> None:
    found = inspect(encoded(quarters(), format, orientation))
    assert found.orientation == orientation
    again = inspect(found.content)
    assert (again.orientation, again.content) == (1, found.content)
    assert (found.width, found.height) == ((16, 32) if orientation >= 5 else (32, 16))


def boxed(folder: Path, orientation: int, size: tuple[int, int]) -> Path:
    """A picture with the box 0, 0, 16, 8 in VOC, which is the red quarter of the file as it is; `size` is stated."""
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(quarters(), "PNG", orientation))
    (folder / "a.xml").write_text(
        f"<annotation><size><width>{size[0]}</width><height>{size[1]}</height></size><object><name>red</name>"
        "<bndbox><xmin>0</xmin><ymin>0</ymin><xmax>16</xmax><ymax>8</ymax></bndbox></object></annotation>"
    )
    return folder


@pytest.mark.parametrize("orientation", [1, 5, 6, 7, 8])
def test_annotations_are_turned_with_the_picture_that_they_were_drawn_on(
    lake: Lake, tmp_path: Path, orientation: int
) -> None:
    report = ingest(lake, boxed(tmp_path / "in", orientation, (32, 16)), format="voc")
    assert report.problems == ()
    (frame,), (annotation,) = content(lake)
    left, top, right, bottom = map(int, annotation[4])
    with lake.picture(frame[2].decode()) as file:
        pixels = np.asarray(Image.open(file).convert("RGB"))
    red = (pixels == (255, 0, 0)).all(axis=2)
    assert red[top:bottom, left:right].all()
    assert red.sum() == (bottom - top) * (right - left)


@pytest.mark.parametrize(
    ("orientation", "size"), [(2, (32, 16)), (3, (32, 16)), (6, (16, 32)), (8, (16, 32))]
)
def test_annotations_that_state_the_upright_size_were_drawn_upright(
    lake: Lake, tmp_path: Path, orientation: int, size: tuple[int, int]
) -> None:
    ingest(lake, boxed(tmp_path / "in", orientation, size), format="voc")
    assert [annotation[4] for annotation in content(lake)[1]] == [(0, 0, 16, 8)]


def test_a_picture_that_was_turned_is_known_again(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": ["RBC"]})
    (folder / "a.png").write_bytes(encoded(quarters(), "PNG", 6))
    assert ingest(lake, folder).frames_new == 1
    assert ingest(lake, folder).revision is None


def test_exif_that_cannot_be_read_says_nothing() -> None:
    whole = encoded(Image.new("RGB", (4, 3)), "JPEG")
    marked = whole.replace(b"Exif\0\0MM", b"Exif\0\0XX").replace(b"Exif\0\0II", b"Exif\0\0XX")
    assert marked != whole
    assert inspect(marked).orientation == 1


def claimed_png(width: int, height: int) -> bytes:
    """A few bytes that claim a large picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b""))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("hostile", "why"),
    [
        (claimed_png(100_000, 100_000), f"{MAX_PIXELS:,} are the most"),
        (claimed_png(2**31 - 1, 2**31 - 1), "are the most"),
        (claimed_png(50, 50), "cannot be decoded"),
        (picture(1)[:-20], "cannot be decoded"),
        (picture(1, (200, 200), "JPEG")[:400], "cannot be decoded"),
        (b"", "no JPEG, PNG, WebP, BMP or TIFF"),
        (b"<svg/>", "no JPEG"),
        (b"GIF89a" + bytes(100), "no JPEG"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "no JPEG"),
    ],
)
def test_what_cannot_be_decoded_is_refused_with_a_reason(hostile: bytes, why: str) -> None:
    with pytest.raises(FormatError) as refused:
        inspect(hostile)
    assert why in refused.value.detail


def test_several_pictures_in_one_file_are_refused() -> None:
    first, second = (Image.new("RGB", (4, 3), color) for color in ("red", "blue"))
    moving = encoded(first, "WEBP", save_all=True, append_images=[second])
    with pytest.raises(FormatError) as refused:
        inspect(moving)
    assert refused.value.detail == "it holds 2 pictures, not one"


@given(st.binary(max_size=60), st.integers(0, 200), st.sampled_from(sorted(FORMATS)))
def test_whatever_the_bytes_are_the_answer_is_a_picture_or_a_reason(
    noise: bytes, place: int, format: str
) -> None:
    whole = picture(1, (6, 4), format)
    try:
        found = inspect(whole[:place] + noise + whole[place + len(noise) :])
    except FormatError as error:
        assert error.detail
    else:
        assert found.width * found.height <= MAX_PIXELS


def test_the_bytes_decide_what_a_picture_is_whatever_it_is_called(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.jpg": ["RBC"], "b.png": []})
    (folder / "b.png").write_text("hello")
    report = ingest(lake, folder)
    found = lake.membership(everything(lake), 1).frames
    assert found.media_type.tolist() == ["image/png"]
    assert report.problem_counts == {ProblemKind.UNREADABLE_PICTURE: 1}


def test_an_annotation_that_speaks_of_another_size_is_told(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {"a.png": None})
    (folder / "via.json").unlink()
    entry = {"image": "a.png", "width": 640, "height": 480, "annotations": []}
    (folder / "a.json").write_text('{"images": [' + str(entry).replace("'", '"') + "]}")
    report = ingest(lake, folder, format="layernext")
    assert [(each.kind, each.detail) for each in report.problems] == [
        (ProblemKind.OTHER_SIZE, "it speaks of 640×480 pixels, a.png has 20×10")
    ]
