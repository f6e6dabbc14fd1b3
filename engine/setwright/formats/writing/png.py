"""PNG files of masks: one channel of 8 bits, packed by our own hand.

A mask is long runs of few values, and this packer knows nothing else, so it is faster than general ones. And it
always gives the same bytes, which no library promises: zlib and its faster twins pack the same picture differently.

PNG is RFC 2083, what is in it zlib (RFC 1950) around deflate (RFC 1951): one block with the fixed code, in which a
run is a literal and copies from one byte back.
"""

from __future__ import annotations

import zlib
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST = 258  # bytes that one copy may give
_SHORTEST = 3
_END_BITS = 7
_PRIME = 65521  # of Adler-32


def pngs(
    start: NDArray[np.int32],
    value: NDArray[np.int32],
    bounds: NDArray[np.int64],
    width: NDArray[np.int64],
    height: NDArray[np.int64],
    codes: int,
) -> Iterator[bytes]:
    """Grey pictures of 8 bits, told by their runs: from place `start` on, up to the next one, there is `value`.

    Those of picture `p` are at `bounds[p]:bounds[p + 1]`. Places count along its rows, each of which is a zero, which
    says that it is told as it is, and `width` pixels. Small pictures are packed several at once, as many as take about
    so many `codes`, since most of the time for one would go into calling NumPy.
    """
    total = height * (width + 1)
    # About how many codes a picture takes: one for each run, and one for each longest copy.
    upto = np.append(0, np.cumsum(np.diff(bounds) + total // _LONGEST))
    sizes = list(zip(width.tolist(), height.tolist(), strict=True))
    begin = 0
    while begin < len(total):
        end = max(int(np.searchsorted(upto, upto[begin] + codes, "right")) - 1, begin + 1)
        first, last = bounds[begin], bounds[end]
        streams = packed(
            start[first:last], value[first:last], bounds[begin : end + 1] - first, total[begin:end]
        )
        for size, stream in zip(sizes[begin:end], streams, strict=True):
            yield _file(*size, *stream)
        begin = end


def _file(width: int, height: int, block: memoryview, check: bytes) -> bytes:
    length = len(_ZLIB) + len(block) + len(check)
    crc = zlib.crc32(check, zlib.crc32(block, _STREAM_CRC)).to_bytes(4, "big")
    # Joined once, for to copy bytes holds the interpreter's lock.
    return b"".join(
        (_head(width, height), length.to_bytes(4, "big"), b"IDAT", _ZLIB, block, check, crc, _END)
    )


@lru_cache
def _head(width: int, height: int) -> bytes:
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return SIGNATURE + _chunk(b"IHDR", size + b"\x08\x00\x00\x00\x00")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return len(content).to_bytes(4, "big") + kind + content + check.to_bytes(4, "big")


def packed(
    start: NDArray[np.int32], value: NDArray[np.int32], bounds: NDArray[np.int64], total: NDArray[np.int64]
) -> list[tuple[memoryview, bytes]]:
    """Zlib streams of `total` bytes each, told by runs; those of stream `s` are at `bounds[s]:bounds[s + 1]`, and the
    first of them begins at 0. Of each the block and the Adler-32, which follow `_ZLIB`.
    """
    length = np.diff(start, append=0)
    length[bounds[1:] - 1] = total - start[bounds[1:] - 1]
    codes, bits, begin = _codes(value, length - 1, bounds)
    blocks = _joined(codes, bits, begin)
    sums = _adler(value, start, length, bounds, total)
    return [(block, check.to_bytes(4, "big")) for block, check in zip(blocks, sums, strict=True)]


def _codes(
    value: NDArray[np.int32], more: NDArray[np.int32], bounds: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64]]:
    """The codes of a block for each stream, their bits, and where the codes of each begin.

    They are for runs of `value` that go on for `more` bytes after the first: what is not a multiple of 258 as one code
    of `_SHORT`, and copies of 258 bytes.
    """
    copies = more // _LONGEST
    short = value * _LONGEST + more - copies * _LONGEST
    count = copies + 1
    # Between the head of the block, whose two numbers say that it is the last and of the fixed code, and its end. After
    # this a code without bits, for what reaches into the last word.
    count[bounds[:-1]] += 1
    count[bounds[1:] - 1] += 2
    upto = np.append(0, np.cumsum(count, dtype=np.int64))
    begin, end = upto[bounds[:-1]], upto[bounds[1:]] - 2
    codes = np.full(int(upto[-1]), _COPY[_LONGEST], np.uint32)
    bits = np.full(int(upto[-1]), _COPY_BITS[_LONGEST], np.uint8)
    codes[begin], bits[begin] = 0b011, 3
    codes[end], bits[end] = 0, _END_BITS
    codes[end + 1], bits[end + 1] = 0, 0
    first = upto[:-1]
    first[bounds[:-1]] += 1
    codes[first], bits[first] = _SHORT.take(short), _SHORT_BITS.take(short)
    return codes, bits, begin


def _joined(codes: NDArray[np.uint32], bits: NDArray[np.uint8], begin: NDArray[np.int64]) -> list[memoryview]:
    """The codes one after the other, from the lowest bit of the first byte on, anew from each place in `begin` on."""
    size = np.add.reduceat(bits, begin, dtype=np.int64)
    # Each stream begins with a word of its own. Its last word is that after the one in which its last code begins.
    words_of = (size - _END_BITS >> 6) + 2
    first = np.cumsum(words_of) - words_of
    at = np.empty(len(bits), np.uint32)  # enough for the bits of the largest picture that a lake takes
    at[0], at[1:] = 0, bits[:-1]
    at[np.append(begin[1:], len(bits)) - 1] += ((words_of - 1 << 6) - size).astype(np.uint32)
    at[begin[1:]] += np.uint32(64)
    at = at.cumsum(dtype=np.uint32)  # in place it would hold the interpreter's lock
    word = at >> np.uint32(6)
    shift = at.astype(np.uint8) & np.uint8(63)
    # Codes are shorter than words, so one begins in every word, and only the last of a word reaches into the next.
    new = np.append(0, np.flatnonzero(word[1:] != word[:-1]) + 1)
    last = np.append(new[1:], len(codes)) - 1
    # As no two codes share a bit, words are sums, and differences of sums, whatever these are beyond 64 bits.
    words = np.diff(np.left_shift(codes, shift, dtype=np.uint64).cumsum()[last], prepend=np.uint64(0))
    last = last[:-1]
    # In two steps, for a shift by 64 is none.
    words[1:] |= codes[last].astype(np.uint64) >> np.uint64(1) >> (np.uint64(63) - shift[last])
    content = words.astype("<u8", copy=False).view(np.uint8).data
    ends = (first << 3) + (size + 7 >> 3)
    return [content[low:high] for low, high in zip((first << 3).tolist(), ends.tolist(), strict=True)]


def _adler(
    value: NDArray[np.int32],
    start: NDArray[np.int32],
    length: NDArray[np.int32],
    bounds: NDArray[np.int64],
    total: NDArray[np.int64],
) -> list[int]:
    """Adler-32 of the runs of each stream, from their sums rather than byte by byte."""
    value, long = value.astype(np.int64), length.astype(np.int64)
    once = (1 + np.add.reduceat(value * long, bounds[:-1])) % _PRIME
    # A byte counts once for itself and once for each byte after it: as often as there are bytes, but for its place.
    places = (2 * start + long - 1) * long >> 1
    twice = (total % _PRIME * once - np.add.reduceat(value * places, bounds[:-1])) % _PRIME
    checks: list[int] = (twice << 16 | once).tolist()
    return checks


def _reversed(code: int, bits: int) -> int:
    """Codes of Huffman begin with their highest bit, all else with the lowest."""
    return int(f"{code:0{bits}b}"[::-1], 2)


def _literals() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    codes = [
        _reversed(0x30 + byte, 8) if byte < 144 else _reversed(0x190 + byte - 144, 9) for byte in range(256)
    ]
    return np.array(codes, np.uint64), np.array([8] * 144 + [9] * 112, np.int64)


def _copies() -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Code and bits of copies from one byte back, by how many bytes they give."""
    codes, bits = np.zeros(_LONGEST + 1, np.uint64), np.zeros(_LONGEST + 1, np.int64)
    length = _SHORTEST
    for symbol in range(257, 286):
        extra = 0 if symbol < 265 or symbol == 285 else (symbol - 261) // 4
        own = 7 if symbol < 280 else 8
        code = _reversed(symbol - 256, 7) if symbol < 280 else _reversed(0xC0 + symbol - 280, 8)
        length = _LONGEST if symbol == 285 else length
        for place in range(1 << extra):
            # 284 with all extra bits would be 258, which has a code of its own. The distance of 1 is five zeros.
            codes[length], bits[length] = code | place << own, own + extra + 5
            length += 1
            if symbol == 284 and length == _LONGEST:
                break
    return codes, bits


def _shorts() -> tuple[NDArray[np.uint32], NDArray[np.uint8]]:
    """Code and bits of a byte and of up to 257 more, by its value times 258 and how many more they are.

    A literal, and a copy or one or two literals: at most 27 bits.
    """
    once = _LITERAL_BITS.astype(np.uint64)[:, None]
    codes = np.repeat(_COPY[None, :_LONGEST], 256, axis=0)
    bits = np.repeat(_COPY_BITS[None, :_LONGEST], 256, axis=0)
    literal = _LITERAL[:, None]
    codes[:, :_SHORTEST] = np.concatenate(
        [np.zeros_like(literal), literal, literal | literal << once], axis=1
    )
    bits[:, :_SHORTEST] = np.outer(_LITERAL_BITS, np.arange(_SHORTEST))
    return (
        (literal | codes << once).ravel().astype(np.uint32),
        (bits + _LITERAL_BITS[:, None]).ravel().astype(np.uint8),
    )


_END = _chunk(b"IEND", b"")
_ZLIB = b"\x78\x01"
_STREAM_CRC = zlib.crc32(_ZLIB, zlib.crc32(b"IDAT"))
_LITERAL, _LITERAL_BITS = _literals()
_COPY, _COPY_BITS = _copies()
_SHORT, _SHORT_BITS = _shorts()
