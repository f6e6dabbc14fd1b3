"""Pictures as bytes, decoded and encoded so that the same pixels give the same bytes."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from setwright.model.errors import FormatError, LakeError, RemoteError
from setwright.query.keys import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PIL.ImageFile import ImageFile

JPEG_QUALITY = 95
"""Of every JPEG that is made; its colours are not thinned out (4:4:4)."""

# Many pictures are worked on at a time, so that several threads for one would only be in each other's way.
cv2.setNumThreads(1)
# A tag that libtiff does not know, as every GeoTIFF has some, is nothing to tell for each of thousands of pictures; and
# which one cannot be decoded we say ourselves.
cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

_PNG = b"\x89PNG\r\n\x1a\n"
_TRANSPARENT = b"tRNS"
"""The chunk of a PNG that tells which colours are transparent."""
_BMP = b"BM"
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BITS, _PLANES, _EXTRA = 258, 284, 338
"""Tags of a TIFF: the bits of each channel; 2 where they lie one after the other; what those beside colours are."""
_CHANNELS = 4
"""More of them OpenCV does not decode."""

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
        if content.startswith(_TIFF) and (transparent := _transparent_tiff(content)) is not None:
            return transparent
        bare = _bare(content)
        picture = cv2.imdecode(np.frombuffer(bare, np.uint8), cv2.IMREAD_UNCHANGED)
        if bare.startswith(_PNG) and _TRANSPARENT in bare:
            picture = _with_a_transparent_grey(bare, picture)
        if content.startswith(_BMP):
            picture = _as_pillow_sees_it(content, picture)
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


def _transparent_tiff(content: bytes) -> NDArray[Any] | None:
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


def _with_a_transparent_grey(content: bytes, found: NDArray[Any] | None) -> NDArray[Any] | None:
    """What OpenCV found in a PNG, transparent where it has the grey that is: OpenCV heeds that of colours alone."""
    if found is None or found.ndim != 2 or found.dtype != np.uint8:
        return found
    with _opened(content) as image:
        if "transparency" not in image.info:
            return found  # the letters stand among the pixels
        return cv2.cvtColor(np.asarray(image.convert("RGBA")), cv2.COLOR_RGBA2BGRA)


def _as_pillow_sees_it(content: bytes, found: NDArray[Any] | None) -> NDArray[Any]:
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


def _bare(content: bytes) -> bytes:
    """A PNG without what only describes its pixels: colour profiles, dates, texts. Anything else as it is.

    Of what is amiss in these, as in the profiles of very many, libpng tells on the standard error for each picture.
    """
    if not content.startswith(_PNG):
        return content
    kept, start = [_PNG], len(_PNG)
    while start < len(content):
        length, kind = content[start : start + 4], content[start + 4 : start + 8]
        end = start + int.from_bytes(length) + 12
        if kind[:1].isupper() or kind == _TRANSPARENT:  # by which a chunk is critical
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
