"""Pictures that OpenCV decodes to other colours than they have, as Pillow sees them, by which the lake knows them."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

PNG = b"\x89PNG\r\n\x1a\n"
BMP = b"BM"
TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
TRANSPARENT = b"tRNS"
"""The chunk of a PNG that tells which colours are transparent."""
_BITS, _PLANES, _EXTRA = 258, 284, 338
"""Tags of a TIFF: the bits of each channel; 2 where they lie one after the other; what those beside colours are."""
_CHANNELS = 4
"""More of them OpenCV does not decode."""


def transparent_tiff(content: bytes) -> NDArray[Any] | None:
    """A TIFF with transparency, of 8 bits, as it is stored; None for any other that OpenCV reads right.

    OpenCV multiplies its colours by the transparency, and leaves that of a grey picture out.
    """
    with _opened(content) as image:
        tags = image.tag_v2  # type: ignore[attr-defined]
        each = tags.get(_BITS, (1,))
        bits = set(each)
        if len(each) > _CHANNELS:
            raise FormatError(
                "A picture cannot be varied", f"It has {len(each)} channels; {_CHANNELS} are the most."
            )
        if tags.get(_PLANES) == 2 and len(each) > 1 and bits != {8}:
            # It takes the planes for one with all the colours, and shows the picture three times, small.
            raise FormatError(
                "A picture cannot be varied",
                f"Its colours of {max(bits)} bits lie in a plane each, which OpenCV does not read.",
            )
        if bits != {8} or not tags.get(_EXTRA) or image.mode not in ("LA", "RGBA"):
            return None
        return cv2.cvtColor(np.asarray(image.convert("RGBA")), cv2.COLOR_RGBA2BGRA)


def with_a_transparent_grey(content: bytes, found: NDArray[Any] | None) -> NDArray[Any] | None:
    """What OpenCV found in a PNG, transparent where it has the grey that is: OpenCV heeds that of colours alone."""
    if found is None or found.ndim != 2 or found.dtype != np.uint8:
        return found
    with _opened(content) as image:
        if "transparency" not in image.info:
            return found  # the letters stand among the pixels
        return cv2.cvtColor(np.asarray(image.convert("RGBA")), cv2.COLOR_RGBA2BGRA)


def bmp_as_pillow_sees_it(content: bytes, found: NDArray[Any] | None) -> NDArray[Any]:
    """What OpenCV found in a BMP if it is what Pillow finds, by which the lake knows the picture; else the latter.

    OpenCV takes bits that mean nothing for transparency, white of 5 bits for 248 of 255, and colours of OS/2 for grey.
    """
    with _opened(content) as image:
        if image.mode == "RGBA":
            seen = cv2.cvtColor(np.asarray(image), cv2.COLOR_RGBA2BGRA)
        else:
            seen = cv2.cvtColor(np.asarray(image.convert("RGB")), cv2.COLOR_RGB2BGR)
    if found is not None and found.ndim == 2 and (found[..., None] == seen).all():
        return found
    return seen


def _opened(content: bytes) -> ImageFile:
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # the lake has a limit of its own
    return Image.open(io.BytesIO(content))
