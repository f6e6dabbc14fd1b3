"""The perceptual hash: the same on every machine, near for what looks alike, far for what does not."""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageEnhance

from setwright.demo.paint import paint
from setwright.demo.scene import scene
from setwright.lake.lake import Lake
from setwright.lake.phash import NOTHING, hash_of_grey, perceptual_hash
from setwright.lake.pictures import hash_of_stored, inspect
from setwright.model.manifest_file import decode, encode
from tests.formats.writing.manifests import Frame, manifest_of
from tests.lake.lakes import NOON, everything, write


@cache
def scenes(count: int) -> tuple[Image.Image, ...]:
    return tuple(paint(scene(3, number)) for number in range(count))


def distance(one: int, other: int) -> int:
    return (one ^ other).bit_count()


def encoded(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def recompressed(image: Image.Image) -> Image.Image:
    return Image.open(io.BytesIO(encoded(image, "JPEG", quality=50)))


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [
        (64, 64, 1235554220506043847),
        (480, 640, 6473178812149946824),
        (33, 1000, 6064706984036624725),
        (7, 5, 2954361355555045504),
        (1, 1, NOTHING),
    ],
)
def test_its_bits_are_these_for_ever(height: int, width: int, expected: int) -> None:
    rows, columns = np.mgrid[:height, :width]
    assert hash_of_grey(((rows * 7 + columns * columns * 3) % 251).astype(np.uint8)) == expected


def by_the_book(grey: NDArray[np.uint8]) -> int:
    """As the module's docstring has it, pixel by pixel and wave by wave."""
    height, width = grey.shape
    means = shares(height) @ grey.astype(np.int64) @ shares(width).T * 256 // (height * width)
    if means.max() - means.min() < 2 * 256:
        return 0
    cosines = [
        [round(4096 * float(np.cos(np.pi * u * (2 * x + 1) / 64))) for x in range(32)] for u in range(8)
    ]
    waves = [
        sum(int(means[y, x]) * cosines[v][y] * cosines[u][x] for y in range(32) for x in range(32))
        for v in range(8)
        for u in range(8)
    ]
    median = sorted(waves[1:])[31]
    return int("0" + "".join(str(int(wave > median)) for wave in waves[1:]), 2)


def shares(pixels: int) -> NDArray[np.int64]:
    """How many 32nds of each pixel lie in each of 32 cells: `(32, pixels)`."""

    def share(cell: int, pixel: int) -> int:
        return max(0, min((cell + 1) * pixels, (pixel + 1) * 32) - max(cell * pixels, pixel * 32))

    return np.array([[share(cell, pixel) for pixel in range(pixels)] for cell in range(32)])


@settings(max_examples=20)
@given(seed=st.integers(0, 2**32), height=st.integers(1, 40), width=st.integers(1, 40))
def test_it_is_what_its_description_says(seed: int, height: int, width: int) -> None:
    grey = np.random.default_rng(seed).integers(0, 256, (height, width), np.uint8)
    assert hash_of_grey(grey) == by_the_book(grey)


@pytest.mark.parametrize(
    "vary",
    [
        recompressed,
        lambda image: image.resize((image.width // 2, image.height // 2)),
        lambda image: image.resize((200, 200)),
        lambda image: ImageEnhance.Brightness(image).enhance(1.1),
        lambda image: ImageEnhance.Contrast(image).enhance(0.8),
        lambda image: image.convert("L"),
    ],
    ids=["recompressed", "half the size", "another aspect", "brighter", "paler", "grey"],
)
def test_a_picture_that_is_worked_over_differs_in_few_bits(vary: object) -> None:
    assert callable(vary)
    assert max(distance(perceptual_hash(one), perceptual_hash(vary(one))) for one in scenes(8)) <= 6


def test_different_pictures_differ_in_many_bits() -> None:
    hashes = [perceptual_hash(one) for one in scenes(8)]
    assert min(distance(one, other) for one in hashes for other in hashes if one != other) > 6
    assert len(set(hashes)) == 8


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "I;16", "I", "F"]
)
def test_the_kind_of_pixels_matters_little(mode: str) -> None:
    image = scenes(8)[0]
    if mode in ("I;16", "I", "F"):
        grey = np.asarray(image.convert("L"))
        other = Image.fromarray(grey.astype({"I;16": np.uint16, "I": np.int32, "F": np.float32}[mode]) * 100)
    elif mode == "LAB":
        other = Image.merge("LAB", [image.convert("L")] * 3)
    else:
        other = image.convert(mode)
    assert other.mode == mode
    assert distance(perceptual_hash(image), perceptual_hash(other)) <= 6


@pytest.mark.parametrize("value", [0, 7, 255])
def test_a_picture_that_shows_nothing_is_like_no_other(value: int) -> None:
    flat = np.full((50, 60), value, np.uint8)
    flat[10, 10] ^= 1
    assert hash_of_grey(flat) == NOTHING
    assert perceptual_hash(Image.fromarray(np.full((5, 6), np.nan, np.float32))) == NOTHING


def test_a_picture_on_its_side_has_the_hash_of_what_is_stored() -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    upright = scenes(8)[0]
    found = inspect(encoded(upright.transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif))
    assert found.phash == hash_of_stored(found.content)
    assert distance(found.phash, perceptual_hash(upright)) <= 4


def test_the_lake_keeps_all_64_bits(lake: Lake, tmp_path: Path) -> None:
    folder = write(tmp_path / "in", {f"{number}.png": None for number in range(8)})
    images = scenes(8)
    for number, image in enumerate(images):
        (folder / f"{number}.png").write_bytes(encoded(image))
    (folder / "via.json").unlink()
    lake.ingest(folder, collection="cells", author="test", at=NOON, format="folder")
    frames = lake.membership(everything(lake), lake.revision()).frames
    by_name = dict(zip(frames.file_name.tolist(), frames.phash.tolist(), strict=True))
    assert by_name == {f"{number}.png": perceptual_hash(image) for number, image in enumerate(images)}


def test_a_manifest_of_before_there_were_hashes_can_still_be_read() -> None:
    manifest = manifest_of([Frame(file_name="a"), Frame(file_name="b")])
    old = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(encode(manifest))) as new, zipfile.ZipFile(old, "w") as archive:
        for member in new.namelist():
            if member != "frames.phash.npy":
                archive.writestr(member, new.read(member))
    found = decode(old.getvalue())
    assert found.frames.phash.tolist() == [NOTHING, NOTHING]
    assert found.digest == manifest.digest
