"""Broken pictures and bombs, made here. As a program: inspect them all, and tell what became of each and of memory.

    python hostile_pictures.py

Prints as JSON why each was refused, null where it was taken, and the most memory that was in use, in bytes.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

FORMATS = ("BMP", "JPEG", "PNG", "TIFF", "WEBP")
PNG = b"\x89PNG\r\n\x1a\n"


def drawn(size: tuple[int, int] = (40, 30), mode: str = "RGB") -> Image.Image:
    pixels = np.random.default_rng(1).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels).convert(mode)


def saved(image: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, format, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, data: bytes, *chunks: bytes, depth: int = 8, colour: int = 2) -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))
    return PNG + header + b"".join(chunks) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def rows(width: int, height: int) -> bytes:
    return zlib.compress((b"\0" + bytes(3 * width)) * height)


def tiff(*tags: tuple[int, int, int, int]) -> bytes:
    """A TIFF of one directory with these tags: number, type, count, value."""
    entries = b"".join(struct.pack("<HHII", *tag) for tag in sorted(tags))
    return b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", len(tags)) + entries + bytes(4) + bytes(64)


def refused() -> Iterator[tuple[str, bytes]]:
    """What must not come in."""
    for format in FORMATS:
        whole = saved(drawn(), format)
        for share in (0.02, 0.1, 0.5, 0.9):
            yield f"{format} cut at {share:.0%}", whole[: int(len(whole) * share)]
        yield f"{format} of which the beginning is gone", whole[8:]
    yield "empty", b""
    yield "zeros", bytes(1000)
    yield "text", b"hello, I am a picture"
    yield "SVG", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "HTML", b"<html><img src=x onerror=alert(1)></html>"
    yield "PDF", b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n"
    yield "PostScript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) run\n"
    yield "zip", b"PK\x03\x04" + bytes(200)
    yield "GIF", saved(drawn(), "GIF")
    yield "GIF of many frames", saved(drawn(), "GIF", save_all=True, append_images=[drawn((40, 30))] * 50)
    yield "ICO", saved(drawn((32, 32)), "ICO")
    yield "PPM", saved(drawn(), "PPM")
    yield "TGA", saved(drawn(), "TGA")
    yield (
        "WebP that moves",
        saved(drawn(), "WEBP", save_all=True, append_images=[drawn(mode="L").convert("RGB")] * 20),
    )
    yield (
        "PNG that moves",
        saved(drawn(), "PNG", save_all=True, append_images=[Image.new("RGB", (40, 30))] * 20),
    )
    yield "TIFF of several pages", saved(drawn(), "TIFF", save_all=True, append_images=[drawn()] * 5)
    yield "PNG that claims 50,000²", png(50_000, 50_000, rows(100, 100))
    yield "PNG that is 50,000²", png(50_000, 50_000, zlib.compress(bytes(150_001) * 2000, 9))
    yield "PNG that claims 2³¹", png(2**31 - 1, 2**31 - 1, b"")
    yield "PNG of no width", png(0, 10, rows(0, 10))
    yield "PNG of no height", png(10, 0, b"")
    yield "PNG with rows that are no zlib", png(10, 10, b"rubbish")
    yield "PNG of an unknown colour type", png(10, 10, rows(10, 10), colour=5)
    yield "PNG of depth 3", png(10, 10, rows(10, 10), depth=3)
    yield "PNG whose pixels fail their checksum", saved(drawn(), "PNG").replace(b"IDAT", b"IDAT\x01", 1)
    yield (
        "PNG text bomb",
        png(9, 9, rows(9, 9), chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(200_000_000), 9))),
    )
    yield (
        "PNG profile bomb",
        png(9, 9, rows(9, 9), chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(200_000_000), 9))),
    )
    yield (
        "PNG international text bomb",
        png(9, 9, rows(9, 9), chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(bytes(200_000_000), 9))),
    )
    yield "PNG with a chunk longer than the file", PNG + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(50)
    bmp = saved(drawn(), "BMP")
    yield "BMP that claims 2³⁰ columns", bmp[:18] + struct.pack("<i", 2**30) + bmp[22:]
    yield "BMP of a negative width", bmp[:18] + struct.pack("<i", -40) + bmp[22:]
    yield "BMP of no width", bmp[:18] + struct.pack("<i", 0) + bmp[22:]
    yield "BMP of 77 bits", bmp[:28] + struct.pack("<H", 77) + bmp[30:]
    yield "BMP compressed in an unknown way", bmp[:30] + struct.pack("<I", 99) + bmp[34:]
    yield "TIFF without tags", tiff()
    yield (
        "TIFF that claims 2³²",
        tiff((256, 4, 1, 2**32 - 1), (257, 4, 1, 2**32 - 1), (258, 3, 1, 8), (262, 3, 1, 1)),
    )
    yield "TIFF without pixels", tiff((256, 4, 1, 10), (257, 4, 1, 10), (258, 3, 1, 8), (262, 3, 1, 1))
    yield "TIFF whose directory is itself", b"II*\0" + struct.pack("<I", 0) + bytes(50)
    yield "TIFF whose directory is beyond its end", b"II*\0" + struct.pack("<I", 10**9) + bytes(50)
    yield "TIFF with 65,535 tags", b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 65535) + bytes(100)
    jpeg = saved(drawn(), "JPEG")
    at = jpeg.index(b"\xff\xc0")
    yield "JPEG that claims 65,535²", jpeg[: at + 5] + b"\xff\xff\xff\xff" + jpeg[at + 9 :]
    yield "JPEG of no height", jpeg[: at + 5] + b"\0\0" + jpeg[at + 7 :]
    yield "JPEG without a frame", jpeg[:at] + jpeg[at + 19 :]
    yield "JPEG of 9 bits", jpeg[: at + 4] + b"\x09" + jpeg[at + 5 :]
    yield "JPEG 2000", b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(100)
    yield "WebP that claims 16,384²", b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f" + b"\xff\xff\xff\x0f" + bytes(9)
    yield "WebP of an unknown kind", b"RIFF\x1a\0\0\0WEBPVP9 \x0d\0\0\0" + bytes(13)
    yield "HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100)


def taken() -> Iterator[tuple[str, bytes]]:
    """What looks odd and is fine."""
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield (
            f"PNG of mode {mode}",
            saved(
                Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30))
                if mode == "I;16"
                else drawn(mode=mode),
                "PNG",
            ),
        )
    yield "JPEG of CMYK", saved(drawn(mode="CMYK"), "JPEG")
    yield "JPEG in grey", saved(drawn(mode="L"), "JPEG")
    yield "JPEG that builds up", saved(drawn(), "JPEG", progressive=True)
    yield "TIFF of floats", saved(Image.fromarray(np.full((9, 9), np.nan, np.float32)), "TIFF")
    yield "TIFF of 16 bits", saved(Image.fromarray(np.arange(600, dtype=np.uint16).reshape(20, 30)), "TIFF")
    yield "a page behind a PNG", saved(drawn(), "PNG") + b"<html><script>alert(1)</script></html>"
    yield "a zip behind a JPEG", saved(drawn(), "JPEG") + b"PK\x03\x04" + bytes(100)
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 77
    yield "an orientation that there is not", saved(drawn(), "JPEG", exif=exif)
    yield "EXIF that is rubbish", saved(drawn(), "JPEG", exif=b"Exif\0\0II*\0\xff\xff\xff\xff" + bytes(50))
    told = PngImagePlugin.PngInfo()
    told.add_text("Comment", "\x1b[2J <script>")
    yield "text with control characters", saved(drawn(), "PNG", pnginfo=told)
    yield "one pixel", saved(Image.new("RGB", (1, 1)), "PNG")
    yield "a line of 60,000 pixels", saved(Image.new("L", (60_000, 1)), "PNG")


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from setwright.lake.pictures import inspect
    from setwright.model.errors import FormatError

    cases = [*refused(), *taken()]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answers: dict[str, str | None] = {}
    for name, content in cases:
        try:
            inspect(content)
            answers[name] = None
        except FormatError as error:
            answers[name] = error.detail
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    json.dump({"answers": answers, "before": before * 1024, "most": most * 1024}, sys.stdout)


if __name__ == "__main__":
    main()
