"""Pictures as bytes, decoded and encoded so that the same pixels give the same bytes."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.model.errors import FormatError, LakeError, RemoteError
from setwright.pixels.misread import (
    BMP,
    PNG,
    TIFF,
    TRANSPARENT,
    bmp_as_pillow_sees_it,
    transparent_tiff,
    with_a_transparent_grey,
)
from setwright.query.keys import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

JPEG_QUALITY = 95
"""Of every JPEG that is made; its colours are not thinned out (4:4:4)."""

# Many pictures are worked on at a time, so that several threads for one would only be in each other's way.
cv2.setNumThreads(1)
# A tag that libtiff does not know, as every GeoTIFF has some, is nothing to tell for each of thousands of pictures; and
# which one cannot be decoded we say ourselves.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_JPEG = [
    cv2.IMWRITE_JPEG_QUALITY,
    JPEG_QUALITY,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]


def decode(content: bytes) -> NDArray[Any]:
    """The pixels of a stored picture: `(H, W)` grey, `(H, W, 3)` BGR or `(H, W, 4)` BGR and transparency.

    uint8 or uint16. What EXIF says of the orientation is not asked: the lake's pictures are upright.

    Raises:
        FormatError: it cannot be decoded, or its pixels are no whole numbers of 8 or 16 bits.
    """
    try:
        if content.startswith(TIFF) and (transparent := transparent_tiff(content)) is not None:
            return transparent
        bare = _bare(content)
        picture = cv2.imdecode(np.frombuffer(bare, np.uint8), cv2.IMREAD_UNCHANGED)
        if bare.startswith(PNG) and TRANSPARENT in bare:
            picture = with_a_transparent_grey(bare, picture)
        if content.startswith(BMP):
            picture = bmp_as_pillow_sees_it(content, picture)
    except cv2.error as error:
        raise FormatError("A picture cannot be varied", f"OpenCV cannot decode it: {error.err}.") from error
    except OSError as error:
        raise FormatError("A picture cannot be varied", "It cannot be decoded.") from error
    if picture is None:
        raise FormatError("A picture cannot be varied", "OpenCV cannot decode it.")
    if picture.dtype not in (np.uint8, np.uint16):
        raise FormatError(
            "A picture cannot be varied",
            f"Its pixels are of the type {picture.dtype}; varied copies are made of 8 or 16 bits a colour.",
        )
    return picture


def _bare(content: bytes) -> bytes:
    """A PNG without what only describes its pixels: colour profiles, dates, texts. Anything else as it is.

    Of what is amiss in these, as in the profiles of very many, libpng tells on the standard error for each picture.
    """
    if not content.startswith(PNG):
        return content
    kept, start = [PNG], len(PNG)
    while start < len(content):
        length, kind = content[start : start + 4], content[start + 4 : start + 8]
        end = start + int.from_bytes(length) + 12
        if kind[:1].isupper() or kind == TRANSPARENT:  # by which a chunk is critical
            kept.append(content[start:end])
        start = end
    return b"".join(kept)


@contextmanager
def of_frame(name: str, file_name: str) -> Iterator[None]:
    """Where the picture of a frame is varied: says of which one it cannot be, and how to go on without it."""
    try:
        yield
    except (LakeError, RemoteError) as error:
        kind = type(error)
        if kind not in (LakeError, RemoteError):  # the lake is away, or busy
            raise
        # It knows the picture by its digest, and nobody else does.
        raise kind(error.summary, f"{error.detail} It is the picture of {name}.", error.hint) from error
    except FormatError as error:
        hint = (
            f"leave it out by `metadata.name!={quoted(file_name)}` in the spec's query, or take it in again as a JPEG,"
            " or a PNG of 8 or 16 bits a colour"
        )
        raise FormatError(f"{name} cannot be varied", error.detail, error.hint or hint) from error


def encode(picture: NDArray[Any], media_type: str) -> bytes:
    """The bytes of `picture` as `image/jpeg`, or as `image/png`, which loses nothing."""
    if media_type == "image/jpeg":
        done, content = cv2.imencode(".jpg", picture, _JPEG)
    else:
        done, content = cv2.imencode(".png", picture)
    if not done:
        raise FormatError("A picture cannot be varied", f"OpenCV cannot encode it as {media_type}.")
    return content.tobytes()
