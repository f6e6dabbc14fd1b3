"""PNG files of masks: one channel of 8 bits, packed by our own hand.

A mask is long runs of few values, and this packer knows nothing else, so it is faster than general ones. And it
always gives the same bytes, which no library promises: zlib and its faster twins pack the same picture differently.

PNG is RFC 2083, what is in it zlib (RFC 1950) around deflate (RFC 1951): one block with the fixed code, in which a
run is a literal and copies from one byte back.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_LONGEST = 258  # bytes that one copy may give
_SHORTEST = 3


def png(start: NDArray[np.int64], value: NDArray[np.int64], width: int, height: int) -> bytes:
    """A grey picture of 8 bits, told by its runs: from place `start` on, up to the next one, there is `value`.

    Places count along the rows, each of which is a zero, which says that it is told as it is, and `width` pixels.
    """
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    content = packed(start, value, height * (width + 1))
    return SIGNATURE + _chunk(b"IHDR", head) + _chunk(b"IDAT", content) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(content, zlib.crc32(kind))
    return len(content).to_bytes(4, "big") + kind + content + check.to_bytes(4, "big")


def packed(start: NDArray[np.int64], value: NDArray[np.int64], total: int) -> bytes:
    """A zlib stream of `total` bytes, told by runs; the first begins at 0."""
    length = np.diff(start, append=total)
    codes, bits = _codes(value, length - 1)
    return b"\x78\x01" + _joined(codes, bits) + _adler(value, start, length, total).to_bytes(4, "big")


def _codes(value: NDArray[np.int64], more: NDArray[np.int64]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """The codes of one block, and their bits, for runs of `value` that go on for `more` bytes after the first.

    A run is the code of its first byte, copies of 258 bytes, and the rest, a copy or one or two literals. Without long
    copies the first and the rest are put together, at most 27 bits.
    """
    long, rest = np.divmod(more, _LONGEST)
    code, bits = _LITERAL[value], _LITERAL_BITS[value]
    twice = np.where(rest == 2, code | code << bits.astype(np.uint64), code)
    copied = rest >= _SHORTEST
    rest_code = np.where(copied, _COPY[rest], np.where(rest > 0, twice, 0))
    rest_bits = np.where(copied, _COPY_BITS[rest], rest * bits)
    apart = long > 0
    count = np.where(apart, long + 2, 1)
    end = np.cumsum(count)
    total = int(end[-1]) + 2
    # Between the head of the block, whose two numbers say that it is the last and of the fixed code, and its end.
    codes = np.full(total, _COPY[_LONGEST])
    all_bits = np.full(total, _COPY_BITS[_LONGEST])
    codes[0], all_bits[0] = 0b011, 3
    codes[-1], all_bits[-1] = 0, 7
    first = end - count + 1
    codes[first] = np.where(apart, code, code | rest_code << bits.astype(np.uint64))
    all_bits[first] = np.where(apart, bits, bits + rest_bits)
    codes[end[apart]] = rest_code[apart]
    all_bits[end[apart]] = rest_bits[apart]
    return codes, all_bits


def _joined(codes: NDArray[np.uint64], bits: NDArray[np.int64]) -> bytes:
    """The codes one after the other, from the lowest bit of the first byte on."""
    end = np.cumsum(bits)
    at = end - bits
    word = at >> 6
    shift = (at & 63).astype(np.uint64)
    # Codes are shorter than words, so one begins in every word, and only the last of a word reaches into the next.
    begin = np.concatenate([[0], np.flatnonzero(word[1:] != word[:-1]) + 1])
    words = np.zeros(len(begin) + 1, "<u8")
    words[:-1] = np.bitwise_or.reduceat(codes << shift, begin)
    last = np.append(begin[1:], len(codes)) - 1
    # In two steps, for a shift by 64 is none.
    words[1:] |= codes[last] >> np.uint64(1) >> (np.uint64(63) - shift[last])
    return words.tobytes()[: (int(end[-1]) + 7) // 8]


def _adler(value: NDArray[np.int64], start: NDArray[np.int64], length: NDArray[np.int64], total: int) -> int:
    """Adler-32 of the runs, from their sums rather than byte by byte."""
    once = 1 + int((value * length).sum())
    # A byte counts once for itself and once for each byte after it.
    twice = total + int((value * (length * (total - start) - length * (length - 1) // 2)).sum())
    return twice % 65521 << 16 | once % 65521


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


_LITERAL, _LITERAL_BITS = _literals()
_COPY, _COPY_BITS = _copies()
