"""Colours changed pixel by pixel, in whole numbers, so that the result is the same everywhere.

Pictures are `(H, W)`, `(H, W, 3)` BGR or `(H, W, 4)` BGR with transparency, which stays as it is; uint8, or uint16
which is computed slowly.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

_PERCENT = 1_000_000  # a drawn value has four decimals; so a share of 1 is a million of its last ones
_DOUBT = _PERCENT // 10_000  # of a colour
_COARSE = 1 << 12
"""What shares of 8-bit colours are parts of: times twice a colour they have 21 bits, and so a float's 24 hold them."""
_AHEAD = 1 << 16
"""Places of noise drawn at most before they are asked for."""
_BAND = 50 << 10
"""Pixels changed at a time, so that what lies between the old and the new ones stays in the processor's cache."""


def brightened(picture: NDArray[Any], percent: float) -> NDArray[Any]:
    """Every colour times 1 + `percent`/100."""
    factor = _PERCENT + round(percent * _PERCENT / 100)
    most = int(np.iinfo(picture.dtype).max)
    values = np.arange(most + 1, dtype=np.int64)
    table = np.minimum((values * factor + _PERCENT // 2) // _PERCENT, most).astype(picture.dtype)
    colours, rest = _colours(picture)
    if most != 255:
        return _whole(table[colours], rest)
    # OpenCV multiplies faster than it looks up. It does so in floats of 32 bits, which differ between machines by
    # less than `_DOUBT`; so where no colour comes that near to a half, all of them round to the same.
    beside_half = np.abs(values * factor % _PERCENT - _PERCENT // 2)[table < most]
    if beside_half.min() > _DOUBT:
        return _whole(cv2.convertScaleAbs(colours, alpha=factor / _PERCENT), rest)
    return _whole(cv2.LUT(colours, table), rest)


def saturated(picture: NDArray[Any], factor: float) -> NDArray[Any]:
    """Every colour moved from the pixel's grey (luma, ITU-R 601): `factor`, up to 2, leaves the grey
    where it is 0, and changes nothing where it is 1. Of 8-bit colours it is taken to 1/4096.
    """
    colours, rest = _colours(picture)
    if colours.ndim == 2:
        return picture.copy()
    if picture.dtype != np.uint8:
        found = np.empty_like(colours)
        for band in _bands(colours):
            found[band] = _saturated_exactly(colours[band], factor)
        return _whole(found, rest)
    greys = cv2.cvtColor(cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    share = round(factor * _COARSE)
    if share:
        # OpenCV mixes in floats of 32 bits, which hold all of these sums. Half a last place more, and none lies in the
        # middle between two colours, which some processors round up and some down.
        shares = share / _COARSE, (_COARSE - share) / _COARSE
        cv2.addWeighted(colours, shares[0], greys, shares[1], 1 / (2 * _COARSE), dst=greys)
    return _whole(greys, rest)


def turned(picture: NDArray[Any], degrees: float) -> NDArray[Any]:
    """Every hue shifted by `degrees` of the 360 round the colour wheel; grey stays grey.

    Of 8-bit colours the hue is told to 1/256 of the wheel, so that a colour may come out 5 of 255 beside the exact
    one; how bright and how colourful it is stays exact.
    """
    colours, rest = _colours(picture)
    if colours.ndim == 2:
        return picture.copy()
    if picture.dtype != np.uint8:
        found = np.empty_like(colours)
        for band in _bands(colours):
            found[band] = _turned_exactly(colours[band], degrees)
        return _whole(found, rest)
    sixths = (np.arange(256, dtype=np.float64) * 360 / 256 + degrees) / 60
    # Of blue, green and red, and nothing: a number of 32 bits for a hue.
    missing = [*(_missing(sixths, place) for place in (1, 3, 5)), np.zeros(256, np.uint8)]
    table = np.stack(missing, axis=1).view(np.int32)

    changed = _apart(1, colours.shape)[0]
    rows, width = _band(colours)
    planes = _apart(10, (rows, width))
    wheels, packed = np.empty((rows, width, 3), np.uint8), np.empty((rows, width), np.int32)
    for start in range(0, len(colours), rows):
        some = colours[start : start + rows]
        count = len(some)
        hue, blue, green, red, chroma, most, *lacks = (plane[:count] for plane in planes)
        # OpenCV's way to a hue is one of whole numbers, the way back is not; so the way back is ours.
        cv2.split(cv2.cvtColor(some, cv2.COLOR_BGR2HSV_FULL, dst=wheels[:count]), [hue, chroma, most])
        cv2.split(some, [blue, green, red])
        cv2.min(cv2.min(blue, green, dst=chroma), red, dst=chroma)
        cv2.subtract(most, chroma, dst=chroma)
        cv2.LUT(hue, table, dst=packed[:count])
        cv2.split(packed[:count].view(np.uint8).reshape(count, width, 4), lacks)
        for lack in lacks[:3]:
            cv2.subtract(most, cv2.multiply(chroma, lack, dst=lack, scale=1 / 255), dst=lack)
        cv2.merge(lacks[:3], dst=changed[start : start + count])
    return _whole(changed, rest)


def noisy(picture: NDArray[Any], percent: float, seed: int) -> NDArray[Any]:
    """`percent` of the pixels, rounded down to a whole number of them, half white and half black.

    All distinct; of an odd number one more is white.
    """
    height, width = picture.shape[:2]
    count = height * width * round(percent * _PERCENT / 100) // _PERCENT
    colours, rest = _colours(picture)
    # By whole planes, for to pick pixels out takes four times as long.
    white, black = (
        plane.reshape(height, width) for plane in _hit(height * width, count, seed, picture.dtype)
    )
    changed = np.empty_like(colours)
    for band in _bands(colours):
        lit, unlit = white[band], black[band]
        if colours.ndim == 3:
            lit, unlit = (cv2.cvtColor(plane, cv2.COLOR_GRAY2BGR) for plane in (lit, unlit))
        cv2.subtract(cv2.add(colours[band], lit, dst=changed[band]), unlit, dst=changed[band])
    return _whole(changed, rest)


def _colours(picture: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any] | None]:
    """The colours, and the transparency where there is one."""
    if picture.ndim == 3 and picture.shape[2] == 4:
        return np.ascontiguousarray(picture[..., :3]), picture[..., 3:]
    return picture, None


def _band(colours: NDArray[Any]) -> tuple[int, int]:
    """How many rows are changed at a time, always in the same arrays; and how long they are."""
    height, width = colours.shape[:2]
    return min(height, max(1, _BAND // width)), width


def _bands(colours: NDArray[Any]) -> Iterator[slice]:
    """Some rows at a time, where what lies between the old and the new colours takes many times their room."""
    rows = _band(colours)[0]
    for start in range(0, len(colours), rows):
        yield slice(start, start + rows)


def _apart(count: int, shape: tuple[int, ...]) -> list[NDArray[np.uint8]]:
    """So many arrays, each of which begins elsewhere beside the borders of 32 bytes, and none at one.

    Where channels are taken apart or put together at such borders, OpenCV writes past the processor's cache, which
    takes three times as long, and as long again where they are read.
    """
    size = math.prod(shape)
    step = -(-size // 32) * 32 + 1
    room = np.empty(count * step + 1, np.uint8)
    return [room[1 + start : 1 + start + size].reshape(shape) for start in range(0, count * step, step)]


def _whole(colours: NDArray[Any], rest: NDArray[Any] | None) -> NDArray[Any]:
    return colours if rest is None else np.concatenate([colours, rest], axis=2)


def _missing(sixths: NDArray[np.float64], place: int) -> NDArray[np.uint8]:
    """What a channel lacks of the brightest one, in 1/255 of the chroma, by hue in sixths of the wheel."""
    way = (sixths + place) % 6
    return np.asarray(np.rint(np.clip(np.minimum(way, 4 - way), 0, 1) * 255).astype(np.uint8))


def _saturated_exactly(colours: NDArray[Any], factor: float) -> NDArray[Any]:
    """The same without rounding the factor to 1/4096."""
    share = round(factor * _PERCENT)
    grey = cv2.cvtColor(colours, cv2.COLOR_BGR2GRAY)[..., None].astype(np.int64)
    exact = colours.astype(np.int64) * share + grey * (_PERCENT - share)
    found = np.clip((exact + _PERCENT // 2) // _PERCENT, 0, np.iinfo(colours.dtype).max)
    return np.asarray(found.astype(colours.dtype))


def _turned_exactly(colours: NDArray[Any], degrees: float) -> NDArray[Any]:
    """The same without rounding the hue: along the wheel, a way of six times the chroma."""
    fine = 600_000  # a sixth of the wheel, in the last decimal of a drawn angle
    blue, green, red = np.moveaxis(colours.astype(np.int64), 2, 0)
    most, least = colours.max(axis=2).astype(np.int64), colours.min(axis=2).astype(np.int64)
    chroma = most - least
    hue = np.where(
        most == red,
        green - blue,
        np.where(most == green, 2 * chroma + blue - red, 4 * chroma + red - green),
    )
    around = np.maximum(1, 6 * chroma * fine)
    shifted = hue * fine + chroma * round(degrees * fine / 60)
    found = np.empty_like(colours)
    for channel, place in ((0, 1), (1, 3), (2, 5)):
        way = (shifted + place * chroma * fine) % around
        lacks = np.clip(np.minimum(way, 4 * chroma * fine - way), 0, chroma * fine)
        found[..., channel] = most - (lacks + fine // 2) // fine
    return found


def _hit(pixels: int, count: int, seed: int, type: np.dtype[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Which pixels turn white, and which black, `count` of them together: all bits set for each, none for others."""
    chance = _Chance(seed, pixels)
    bits = np.iinfo(type).max
    white, other = np.zeros(pixels, type), np.zeros(pixels, type)
    chance.choose(white, bits, (count + 1) // 2)
    if count <= pixels // 2:
        chance.choose(other, bits, count // 2)
        return white, other
    # Of so many it is quicker to choose those that stay.
    chance.choose(other, bits, pixels - count)
    return white, np.invert(white | other)


class _Chance:
    """Numbers by SplitMix64 (Steele, Lea and Flood 2014): whole, and no library's to change."""

    def __init__(self, seed: int, pixels: int) -> None:
        self._seed = np.uint64(seed)
        self._pixels = pixels
        self._taken = np.zeros(pixels, bool)
        self._count = 0
        self._places = np.empty(0, np.int64)
        self._used = self._begin = 0

    def choose(self, chosen: NDArray[Any], value: int, count: int) -> None:
        """Set `count` further places of `chosen`, which were not taken before, to `value`, and take them."""
        wanted = self._count + count
        while self._count < wanted:
            # As many as are missing, so never too many; those that were taken already are drawn again.
            places = self._next(wanted - self._count)
            places = places[~self._taken[places]]
            chosen[places] = value
            self._taken[places] = True
            self._count = int(np.count_nonzero(self._taken))

    def _next(self, count: int) -> NDArray[np.int64]:
        """The next `count` places. Some are drawn beyond, for each call of NumPy is one for which threads wait."""
        if self._used + count > len(self._places):
            self._begin += self._used
            self._used = 0
            self._places = self._below(count + min(count + count // 8, _AHEAD))
        places = self._places[self._used : self._used + count]
        self._used += count
        return places

    def _below(self, count: int) -> NDArray[np.int64]:
        number = np.arange(self._begin + 1, self._begin + 1 + count, dtype=np.uint64)
        number *= np.uint64(0x9E3779B97F4A7C15)
        number += self._seed
        number ^= number >> np.uint64(30)
        number *= np.uint64(0xBF58476D1CE4E5B9)
        number ^= number >> np.uint64(27)
        number *= np.uint64(0x94D049BB133111EB)
        number ^= number >> np.uint64(31)
        number >>= np.uint64(32)
        number *= np.uint64(self._pixels)
        number >>= np.uint64(32)
        return number.view(np.int64)
