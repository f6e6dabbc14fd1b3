"""The rings of many polygons as columns, read from their outlines and written as such by NumPy.

A parser makes an object of each number and holds the interpreter's lock all the while, so that no other thread goes on;
NumPy lets it go. Outlines are canonical JSON, so that only numbers have to be understood: one of at most 15 digits is a
whole number by a power of ten, both of which doubles hold exactly, and so their quotient is the nearest double to what
is written, the one that every parser gives. Where a number is longer, or has an exponent, the parser reads them all.

What is written has a few decimals, so that its digits are those of a whole number.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from setwright.model.outline import all_parsed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DECIMALS = 4
"""Of the coordinates of what was moved: finer than any annotation is, and coarser than machines differ."""

_DIGITS = 15
_TENS = 10.0 ** np.arange(_DIGITS + 1)
_OPEN, _CLOSE, _COMMA, _MINUS, _POINT = b"[],-."


@dataclass(frozen=True, slots=True, eq=False)
class RingPoints:
    """`points` `(P, 2) float64`, ring by ring; for each ring how many of them are its, and the place of its outline."""

    points: NDArray[np.float64]
    length: NDArray[np.int64]
    outline: NDArray[np.int64]

    def bounds(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Of O outlines that all have a ring: where the points of each begin, and its rings, and where the last ones'
        end; both `(O + 1,)`.
        """
        rings = np.append(np.flatnonzero(np.diff(self.outline, prepend=-1)), len(self.outline))
        return np.append(0, np.cumsum(self.length))[rings], rings


def ring_points(outlines: Sequence[str]) -> RingPoints:
    """The rings of polygons, each an outline `[[[x,y],…],…]`."""
    return _quickly(outlines) or _parsed(outlines)


def _parsed(outlines: Sequence[str]) -> RingPoints:
    polygons = all_parsed(outlines)
    rings = [ring for polygon in polygons for ring in polygon]
    flat = chain.from_iterable(chain.from_iterable(rings))
    return RingPoints(
        points=np.fromiter(flat, np.float64).reshape(-1, 2),
        length=np.array([len(ring) for ring in rings], np.int64),
        outline=np.repeat(np.arange(len(polygons)), np.array([len(each) for each in polygons], np.int64)),
    )


def _quickly(outlines: Sequence[str]) -> RingPoints | None:
    """The same; None where there is more than plain short numbers in pairs."""
    text = "".join(outlines)
    if not text.isascii():
        return None
    # So many zeros that whoever reads the digits of the last number may read beyond its end.
    told = np.frombuffer(text.encode() + bytes(_DIGITS + 3), np.uint8)
    inside = told > _COMMA  # digits, minus and point; and brackets, of which there are two
    inside &= told != _OPEN
    inside &= told != _CLOSE
    changes = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    start, end = changes[0::2], changes[1::2]
    if not len(start) or len(start) % 2 or not _in_pairs(told, start, end):
        return None
    number = _numbers(told, start, end)
    if number is None:
        return None
    closed = told == _CLOSE
    # A point is closed once, the last of a ring twice, the last of a polygon three times.
    last = end[1::2]
    of_ring = np.flatnonzero(closed[last + 1])
    upto = np.append(-1, of_ring)
    of_polygon = np.cumsum(closed[last[of_ring] + 2])
    if not len(of_ring) or of_polygon[-1] != len(outlines):
        return None
    return RingPoints(number.reshape(-1, 2), np.diff(upto), np.append(0, of_polygon[:-1]))


def _in_pairs(told: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]) -> bool:
    """Whether every two numbers are a point, `[x,y]`."""
    return bool(
        (told[start[0::2] - 1] == _OPEN).all()
        and (end[0::2] + 1 == start[1::2]).all()
        and (told[end[1::2]] == _CLOSE).all()
    )


def _numbers(
    told: NDArray[np.uint8], start: NDArray[np.int64], end: NDArray[np.int64]
) -> NDArray[np.float64] | None:
    """The numbers that are told from `start` to before `end`; None where one is not plain, or too long."""
    negative = told[start] == _MINUS
    first = start + negative
    length = end - first
    most = int(length.max())
    if most > _DIGITS + 1:
        return None
    points = np.flatnonzero(told == _POINT)
    of = np.searchsorted(start, points, "right") - 1
    behind = np.zeros(len(start), np.int64)
    behind[of] = end[of] - points - 1
    value = np.zeros(len(start), np.int64)
    at = first.copy()
    read = np.zeros(len(start), np.int64)
    for place in range(most):
        digit = told[at] - np.uint8(ord("0"))
        meant = (digit < 10) & (length > place)
        read += meant
        value = np.where(meant, value * 10 + digit, value)
        at += 1
    if (read != length - (behind > 0)).any() or read.max() > _DIGITS:
        return None
    found = value / _TENS[behind]
    return np.negative(found, out=found, where=negative)


def rings_written(
    points: NDArray[np.float64], length: NDArray[np.int64], rings: NDArray[np.int64]
) -> list[str]:
    """Polygons as outlines `[[[x,y],…],…]`, as short as a number can be told: 3 for 3.0.

    `points` `(P, 2)` are rounded to `DECIMALS`, and below 10¹⁴. Of each ring `length` says how many points are its, of
    each outline `rings` how many rings; there is no ring without a point, and no outline without a ring.
    """
    if not len(points):
        return []
    parts = np.rint(points.T * 10**DECIMALS)
    left = np.abs(parts).astype(np.uint64)
    digits = max(DECIMALS + 1, len(str(left.max())))
    if digits < len(str(np.iinfo(np.uint32).max)):
        left = left.astype(np.uint32)
    # A row for each character that a point may take: brackets, and two numbers after a mark each, of which the first
    # is a bracket. What a point does not need of them is left out at the end.
    whole = digits - DECIMALS
    number = b"-" + b"0" * whole + b"." + b"0" * DECIMALS
    marks = np.frombuffer(b"]]],[[[" + number + b"," + number, np.uint8)
    told = np.repeat(marks[:, None], len(points), axis=1)
    needed = np.zeros(told.shape, bool)
    needed[[2, 3, 4, 7 + len(number)]] = True
    ring = np.cumsum(length) - length
    needed[[[1], [5]], ring] = True
    needed[[[0], [6]], ring[np.cumsum(rings) - rings]] = True
    characters, wanted = (each[6:].reshape(2, 1 + len(number), -1)[:, 1:] for each in (told, needed))
    wanted[:, 0] = parts < 0
    some = np.zeros(left.shape, bool)  # of the decimals that follow is not 0
    for place in (*range(len(number) - 1, whole + 1, -1), *range(whole, 0, -1)):
        rest = left // left.dtype.type(10)
        digit = (left - rest * left.dtype.type(10)).astype(np.uint8)
        characters[:, place] += digit
        if place > whole:
            some |= digit != 0
            wanted[:, place] = some
        else:
            wanted[:, place] = left > 0
        left = rest
    wanted[:, whole] = True
    wanted[:, whole + 1] = some
    text = told.T[needed.T].tobytes().decode()
    return [f"{each}]]]" for each in text[len("]]],") :].split("]]],")]
