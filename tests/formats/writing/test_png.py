"""Our own PNG files, unpacked by others."""

from __future__ import annotations

import io
import zlib
from itertools import pairwise

import cv2
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from setwright.formats.writing.png import packed, pngs

runs = st.lists(
    st.tuples(st.integers(0, 255), st.one_of(st.integers(1, 5), st.integers(255, 262), st.integers(1, 3000))),
    min_size=1,
    max_size=60,
)


def begun(lengths: list[int]) -> NDArray[np.int32]:
    return np.cumsum([0, *lengths[:-1]], dtype=np.int32)


def alone(lengths: list[int], values: list[int]) -> bytes:
    """The stream of these runs, packed with no others."""
    bounds, total = np.array([0, len(lengths)]), np.array([sum(lengths)])
    (stream,) = packed(begun(lengths), np.array(values, np.int32), bounds, total)
    return joined(*stream)


def joined(block: memoryview, check: bytes) -> bytes:
    return b"\x78\x01" + block + check


def png(start: NDArray[np.int32], value: NDArray[np.int32], width: int, height: int) -> bytes:
    (file,) = pngs(start, value, np.array([0, len(start)]), np.array([width]), np.array([height]), 1)
    return file


@given(runs=runs)
def test_what_is_packed_is_what_zlib_unpacks(runs: list[tuple[int, int]]) -> None:
    values, lengths = [value for value, _ in runs], [length for _, length in runs]
    stream = alone(lengths, values)
    assert zlib.decompress(stream) == b"".join(bytes((value,)) * length for value, length in runs)


@given(several=st.lists(runs, min_size=1, max_size=4))
def test_what_is_packed_with_others_is_what_it_is_alone(several: list[list[tuple[int, int]]]) -> None:
    values = [[value for value, _ in runs] for runs in several]
    lengths = [[length for _, length in runs] for runs in several]
    streams = packed(
        np.concatenate([begun(each) for each in lengths]),
        np.concatenate([np.array(each, np.int32) for each in values]),
        np.cumsum([0, *map(len, lengths)]),
        np.array([sum(each) for each in lengths]),
    )
    assert [joined(*stream) for stream in streams] == [
        alone(*each) for each in zip(lengths, values, strict=True)
    ]


def test_every_length_of_a_run_and_every_value_is_packed() -> None:
    lengths = [*range(1, 600), *[1] * 256]
    values = [each % 2 for each in range(599)] + list(range(256))
    content = b"".join(bytes((value,)) * length for value, length in zip(values, lengths, strict=True))
    assert zlib.decompress(alone(lengths, values)) == content


@given(
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    cuts=st.lists(st.tuples(st.integers(0, 1640), st.integers(0, 255)), max_size=30),
)
def test_pillow_and_opencv_read_the_picture_that_was_written(
    width: int, height: int, cuts: list[tuple[int, int]]
) -> None:
    pixels = np.zeros((height, width), np.uint8)
    for (begin, value), (end, _) in pairwise([*sorted(cuts), (1641, 0)]):
        pixels.reshape(-1)[begin:end] = value
    rows = np.pad(pixels, ((0, 0), (1, 0))).reshape(-1)
    start = np.flatnonzero(np.diff(rows, prepend=rows[0] + np.uint8(1)))
    file = png(start.astype(np.int32), rows[start].astype(np.int32), width, height)
    with Image.open(io.BytesIO(file)) as image:
        image.verify()  # the check sums
    with Image.open(io.BytesIO(file)) as image:
        assert image.mode == "L"
        assert np.array_equal(np.array(image), pixels)
    decoded = cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_UNCHANGED)
    assert decoded is not None
    assert np.array_equal(decoded, pixels)


def test_the_bytes_are_those_they_were() -> None:
    # As no library decides them, they may only change with a new version of the export.
    start, value = np.array([[0, 3, 5, 9], [0, 1, 0, 200]], np.int32)
    file = png(start, value, 4, 3)
    assert file.hex() == (
        "89504e470d0a1a0a0000000d4948445200000004000000030800000000919ff11a"
        "00000012494441547801636060606464008213600000108e04b33361a6d50000000049454e44ae426082"
    )
