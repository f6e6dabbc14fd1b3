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


@dataclass(frozen=True, slots=True, eq=False)
class MaskPicture:
    """What a mask holds: `values` `(H, W) int64`, with how many pixels have each in `counts`.

    They are classes by themselves, or colours as one number each if `coloured`. `palette` has the colour of each value
    where the file has one.
    """

    values: NDArray[np.int64]
    counts: Mapping[int, int]
    coloured: bool
    palette: Mapping[int, int]


def mask_picture(content: bytes) -> MaskPicture:
    """The mask in a file's bytes.

    Raises:
        FormatError: it is no PNG, BMP or TIFF, too large, or damaged.
    """
    from PIL import Image

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
            pixels = np.asarray(image.convert("RGB") if coloured else image).astype(np.int64)
    except FormatError:
        raise
    except Exception as error:  # decoders let all sorts escape when bytes are hostile
        raise FormatError("The mask cannot be read", f"It is no picture: {error}.") from error
    if coloured:
        pixels = pixels[..., 0] << 16 | pixels[..., 1] << 8 | pixels[..., 2]
    elif pixels.ndim == 3:  # grey and how opaque it is
        pixels = pixels[..., 0]
    values, counts = np.unique(pixels, return_counts=True)
    colours = np.array(palette[: len(palette) // 3 * 3], np.int64).reshape(-1, 3) @ [1 << 16, 1 << 8, 1]
    return MaskPicture(
        values=pixels,
        counts=dict(zip(values.tolist(), counts.tolist(), strict=True)),
        coloured=coloured,
        palette=dict(enumerate(colours.tolist())),
    )


def masks_of(values: NDArray[np.int64], named: Mapping[int, str]) -> Iterator[tuple[str, Mask]]:
    """A mask for each of the names that pixels have, in their order; of values without one there is none."""
    height, width = values.shape
    names = list(dict.fromkeys(named.values()))
    keys = np.array(sorted(named), np.int64)
    if not len(keys):
        return
    codes = np.array([names.index(named[key]) + 1 for key in keys.tolist()], np.int64)
    flat = values.T.ravel()
    starts = _changes(flat)
    place = np.minimum(np.searchsorted(keys, flat[starts]), len(keys) - 1)
    code = np.where(keys[place] == flat[starts], codes[place], 0)
    # Neighbours of two values may be of one class.
    again = _changes(code)
    starts, code = starts[again], code[again]
    ends = np.append(starts[1:], flat.size)
    for number, name in enumerate(names, start=1):
        here = code == number
        if here.any():
            edges = np.stack([starts[here], ends[here]], axis=1).ravel()
            counts = np.diff(edges, prepend=0, append=flat.size).tolist()
            yield name, Mask(height, width, tuple(counts if counts[-1] else counts[:-1]))


def _changes(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """Where a value is another than the one before."""
    return np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
