"""One picture, from a file's bytes to what the lake stores: whole, of a kind that trainers read, and upright."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from setwright.formats.reading.listing import MAX_PIXELS
from setwright.lake.phash import perceptual_hash
from setwright.model.errors import FormatError

MEDIA_TYPES = {
    "BMP": "image/bmp",
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with more pictures behind it, as phones make them; the first is the picture
    "PNG": "image/png",
    "TIFF": "image/tiff",
    "WEBP": "image/webp",
}

# Pillow would warn, and refuse, at numbers of its own; the comparison with MAX_PIXELS is ours.
Image.MAX_IMAGE_PIXELS = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it is to be stored.

    `content` are its bytes; `width` and `height` its upright pixels; `pixels` Pillow's word for their kind, such as
    RGB, L (grey), I;16 (grey, 16 bits) or RGB;16; `orientation` the EXIF orientation (1 to 8) that the file had;
    `phash` the perceptual hash of what is stored.
    """

    content: bytes
    width: int
    height: int
    media_type: str
    pixels: str
    orientation: int
    phash: int


def inspect(content: bytes) -> Picture:
    """The picture in a file's bytes, decoded to the end to be sure that it is whole.

    The bytes are kept as they are, except where EXIF says that the picture lies on its side: then it is turned and
    encoded anew, PNG, WebP, BMP and TIFF without loss, JPEG at quality 95 without thinning the colours.

    Raises:
        FormatError: it is no picture that can be stored; `detail` says why.
    """
    try:
        return _inspect(content)
    except FormatError:
        raise
    except UnidentifiedImageError as error:
        raise _refused("it is no JPEG, PNG, WebP, BMP or TIFF") from error
    # Decoders let all sorts of exceptions escape when bytes are hostile, and each means the same.
    except Exception as error:
        raise _refused(f"it cannot be decoded: {error}") from error


def _inspect(content: bytes) -> Picture:
    formats = [name for name in MEDIA_TYPES if name != "MPO"]
    with Image.open(io.BytesIO(content), formats=formats) as header:
        pixels = header.width * header.height
        if pixels > MAX_PIXELS:
            raise _refused(
                f"{header.width}×{header.height} are {pixels:,} pixels; {MAX_PIXELS:,} are the most"
            )
        several: int = getattr(header, "n_frames", 1)
        if header.format != "MPO" and several > 1:
            raise _refused(f"it holds {several} pictures, not one")
        media_type, kind = MEDIA_TYPES[header.format or ""], _kind(header)
        header.verify()
    with Image.open(io.BytesIO(content), formats=formats) as image:
        # Not of `header`: a PNG is decoded to find its EXIF, and can then no longer be verified. And decoded here,
        # because whatever goes wrong while EXIF is looked for would be taken for broken EXIF.
        if media_type == "image/png":
            image.load()
        orientation = _orientation(image)
        image.load()
        if orientation == 1:
            phash = perceptual_hash(image)
            return Picture(content, image.width, image.height, media_type, kind, orientation, phash)
        if kind != image.mode:
            raise _refused(
                "it lies on its side, and turning it would cost 8 of its 16 bits a colour; turn it first"
            )
        # Pillow turns a TIFF by itself while loading; then there is nothing left to do here.
        upright = ImageOps.exif_transpose(image)
        encoded = _encode(upright, media_type, image)
    # Of the stored bytes, not of the pixels before they were encoded, so that anybody can compute it again.
    phash = hash_of_stored(encoded)
    return Picture(encoded, upright.width, upright.height, media_type, kind, orientation, phash)


def _kind(header: Image.Image) -> str:
    """Pillow's word for the kind of pixels; with `;16` where the file has 16 bits and Pillow reads 8 of them."""
    tiles = getattr(header, "tile", [])
    raw = tiles[0].args if tiles else ""
    raw = raw[0] if isinstance(raw, tuple) and raw else raw
    deep = isinstance(raw, str) and ";16" in raw and ";16" not in header.mode
    return header.mode + ";16" if deep else header.mode


def hash_of_stored(content: bytes) -> int:
    """The perceptual hash of a stored picture, from its bytes."""
    with Image.open(io.BytesIO(content)) as image:
        image.load()
        return perceptual_hash(image)


def _orientation(image: Image.Image) -> int:
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1)
    except Exception:  # EXIF that cannot be read says nothing; the picture may be fine
        return 1
    return orientation if orientation in range(1, 9) else 1


def _encode(upright: Image.Image, media_type: str, original: Image.Image) -> bytes:
    buffer = io.BytesIO()
    kept = {"icc_profile": original.info["icc_profile"]} if original.info.get("icc_profile") else {}
    match media_type:
        case "image/jpeg":
            upright.save(buffer, "JPEG", quality=95, subsampling=0, **kept)
        case "image/png":
            upright.save(buffer, "PNG", **kept)
        case "image/webp":
            upright.save(buffer, "WEBP", lossless=True, exact=True, **kept)
        case "image/tiff":
            upright.save(buffer, "TIFF", compression="tiff_adobe_deflate", **kept)
        case _:
            upright.save(buffer, "BMP")
    return buffer.getvalue()


def _refused(why: str) -> FormatError:
    return FormatError("Not a picture that can be stored", why)
