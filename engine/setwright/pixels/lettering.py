"""Words below pictures, in whatever letters people write.

The font that comes with Pillow has hardly more than ASCII: it shows a box instead of any other letter, and nobody could
tell two labels apart. The one that comes with OpenCV, from release 5 on, has Latin, Greek, Cyrillic, Hebrew, Arabic,
Chinese, Japanese and Korean; it shows a question mark instead of what it lacks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Callable

_SIZE = 13
_HEIGHT, _BASELINE = 18, 13
"""Of a line in OpenCV's font, in pixels; the latter from its top, where Pillow's font has it too."""


def wide(text: str) -> int:
    """How many pixels `text` takes in a row."""
    if (font := _opencv(text)) is not None:
        return int(cv2.getTextSize((0, 0), text, (0, 0), font, _SIZE)[2])
    return int(_pillow().getlength(text))


def write(
    on: Image.Image, at: tuple[int, int], text: str, ink: tuple[int, int, int], ground: tuple[int, int, int]
) -> None:
    """Write `text`, one line, on a picture of the colour `ground`; `at` is its left upper corner."""
    if (font := _opencv(text)) is None:
        ImageDraw.Draw(on).text(at, text, fill=ink, font=_pillow())
        return
    line = np.full((_HEIGHT, max(1, wide(text) + 2), 3), ground, np.uint8)
    cv2.putText(line, text, (0, _BASELINE), ink, font, _SIZE)
    on.paste(Image.fromarray(line), at)


def _opencv(text: str) -> Any:
    """OpenCV's font, where it is there and `text` needs it."""
    face: Callable[[str], Any] | None = getattr(cv2, "FontFace", None)
    if face is None or text.replace("…", "").isascii():  # an ellipsis Pillow knows
        return None
    return face("sans")


@cache
def _pillow() -> Any:
    return ImageFont.load_default(_SIZE)
