"""From the picture of a mask to run lengths, one mask for each class."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from setwright.formats.reading.listing import MAX_PIXELS
from setwright.formats.reading.protocol import Mask
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

_JPEG = "It is JPEG, which changes the values of a mask, so it has to be PNG."


@dataclass(frozen=True, slots=True, eq=False)
class Runs:
    """The pixels of a mask column by column.

    From each place in `start` `(R,) int64` up to the next one they are `value` `(R,)`, whole numbers.
    """

    height: int
    width: int
    start: NDArray[np.int64]
    value: NDArray[np.integer]

    @classmethod
    def of(cls, pixels: NDArray[np.integer]) -> Runs:
        """Those of `pixels` `(H, W)`."""
        flat = pixels.T.ravel()
        start = _changes(flat)
        height, width = pixels.shape
        return cls(height, width, start, flat[start])

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many pixels each run has."""
        return np.diff(self.start, append=self.height * self.width)

    def counts(self) -> dict[int, int]:
        """How many pixels have each value, sorted by value."""
        values, which = np.unique(self.value, return_inverse=True)
        # Counted in doubles, which are exact for any number of pixels.
        pixels = np.bincount(which, weights=self.lengths, minlength=len(values))
        return dict(zip(values.tolist(), map(int, pixels.tolist()), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class MaskPicture:
    """What a mask holds, with how many pixels have each value in `counts`.

    Values are classes, or colours as one number each if `coloured`. `palette` has the colour of each value where the
    file has one.
    """

    runs: Runs
    counts: Mapping[int, int]
    coloured: bool
    palette: Mapping[int, int]


def mask_picture(content: bytes) -> MaskPicture:
    """The mask in a file's bytes.

    Raises:
        FormatError: it is no PNG, BMP or TIFF, too large, or damaged.
    """
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(content), formats=["PNG", "BMP", "TIFF"]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise FormatError(
                    "The mask is too large",
                    f"It has {image.width}×{image.height} pixels; {MAX_PIXELS:,} are the most.",
                )
            image.load()
            palette = image.getpalette("RGB") or [] if image.mode == "P" else []
            coloured = image.mode not in ("1", "I", "I;16", "I;16B", "L", "LA", "P")
            pixels = np.asarray(image.convert("RGB") if coloured else image)
    except FormatError:
        raise
    except UnidentifiedImageError as error:  # whose own words hold an address in memory
        lossy = content.startswith(b"\xff\xd8")
        raise FormatError(
            "The mask cannot be read", _JPEG if lossy else "It is no PNG, BMP or TIFF."
        ) from error
    except Exception as error:  # decoders let all sorts escape when bytes are hostile
        raise FormatError("The mask cannot be read", f"It is no picture: {error}.") from error
    if coloured:
        red, green, blue = (pixels[..., channel].astype(np.int32) for channel in range(3))
        pixels = red << 16 | green << 8 | blue
    elif pixels.ndim == 3:  # grey and how opaque it is
        pixels = pixels[..., 0]
    if pixels.dtype == bool:  # the bytes of which Pillow makes 0 and 255
        pixels = np.where(pixels, np.uint8(1), np.uint8(0))
    runs = Runs.of(pixels)
    colours = np.array(palette[: len(palette) // 3 * 3], np.int64).reshape(-1, 3) @ [1 << 16, 1 << 8, 1]
    return MaskPicture(runs, runs.counts(), coloured, dict(enumerate(colours.tolist())))


def masks_of(runs: Runs, named: Mapping[int, str]) -> Iterator[tuple[str, Mask]]:
    """A mask for each of the names that values have, in their order; of values without one there is none."""
    names = list(dict.fromkeys(named.values()))
    values, which = np.unique(runs.value, return_inverse=True)
    codes = [names.index(named[value]) + 1 if value in named else 0 for value in values.tolist()]
    code = np.array(codes, np.int64)[which]
    # Neighbours of two values may be of one class.
    again = _changes(code)
    start, code = runs.start[again], code[again]
    size = runs.height * runs.width
    end = np.append(start[1:], size)
    for number, name in enumerate(names, start=1):
        here = code == number
        if here.any():
            edges = np.stack([start[here], end[here]], axis=1).ravel()
            counts = np.diff(edges, prepend=0, append=size).tolist()
            yield name, Mask(runs.height, runs.width, tuple(counts if counts[-1] else counts[:-1]))


def _changes(values: NDArray[np.integer]) -> NDArray[np.int64]:
    """Where a value is another than the one before."""
    changes = np.empty(len(values), bool)
    changes[:1] = True
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return np.flatnonzero(changes)
