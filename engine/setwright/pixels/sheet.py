"""Contact sheets: frames beside their varied copies, with their annotations drawn in the colours of their labels."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from PIL import Image, ImageDraw

from setwright.augment.objects import vary
from setwright.augment.recipes import is_flag
from setwright.augment.vocabulary import unit_of, word_of
from setwright.model.counting import counted
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, Annotations
from setwright.model.runs import runs_cover
from setwright.pixels.codec import decode, of_frame
from setwright.pixels.kernels import varied
from setwright.pixels.lettering import wide, write

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    from setwright.model.manifest import Manifest

SIDE = 360
"""The longer side of a picture on the sheet, in pixels."""
COLUMNS = 4

_GAP, _CAPTION = 10, 22
_LETTERS, _WIDEST = 28, SIDE - 110
"""Of a name, of which letters may be twice as wide as others: so many pixels leave room for a count of objects."""
_BACKGROUND, _INK = (24, 24, 27), (228, 228, 231)
# Colours that are told apart by most people, the colour-blind included (after Okabe and Ito 2008).
_PALETTE = (
    (240, 228, 66),
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
)


@dataclass(frozen=True, slots=True, eq=False)
class Cell:
    """A picture of the sheet, small, with its objects drawn, and what stands below it."""

    picture: Image.Image
    caption: str


def sheet(manifest: Manifest, rows: NDArray[np.int64], read: Callable[[str], bytes]) -> bytes:
    """A PNG with the frames at `rows` of `manifest`, each before its copies, below the colours of their labels; `read`
    gives a picture by its digest.

    The copies are exactly those that a version has.

    Raises:
        FormatError: a picture cannot be decoded; says of which frame.
    """
    blocks = [list(_cells(manifest, row, read)) for row in rows.tolist()]
    columns = min(COLUMNS, max(map(len, blocks)))
    lines = [block[start : start + columns] for block in blocks for start in range(0, len(block), columns)]
    heights = [max(cell.picture.height for cell in line) + _CAPTION + _GAP for line in lines]
    width = columns * (SIDE + _GAP) + _GAP
    legend = _legend(manifest, rows, width)
    top = _GAP + (legend[-1][1] + _CAPTION if legend else 0)
    whole = Image.new("RGB", (width, top + sum(heights)), _BACKGROUND)
    draw = ImageDraw.Draw(whole)
    for left, down, label in legend:
        colour = _PALETTE[label % len(_PALETTE)]
        draw.rectangle((left, _GAP + down + 2, left + 10, _GAP + down + 12), fill=colour)
        name = _short(manifest.annotations.labels[label])
        write(whole, (left + _GAP + 6, _GAP + down), name, _INK, _BACKGROUND)
    for line, height in zip(lines, heights, strict=True):
        for column, cell in enumerate(line):
            left = _GAP + column * (SIDE + _GAP)
            whole.paste(cell.picture, (left + (SIDE - cell.picture.width) // 2, top))
            write(whole, (left, top + height - _CAPTION - _GAP + 4), cell.caption, _INK, _BACKGROUND)
        top += height
    buffer = io.BytesIO()
    whole.save(buffer, "PNG")
    return buffer.getvalue()


def _legend(manifest: Manifest, rows: NDArray[np.int64], width: int) -> list[tuple[int, int, int]]:
    """Where the colour of each label that the frames at `rows` show is told: left, top, and the label."""
    objects = manifest.annotations
    found: list[tuple[int, int, int]] = []
    left, top = _GAP, 0
    for label in np.unique(objects.label[np.isin(objects.frame, rows)]).tolist():
        room = _GAP + 6 + wide(_short(objects.labels[label])) + 2 * _GAP
        if found and left + room > width:
            left, top = _GAP, top + _CAPTION
        found.append((left, top, label))
        left += room
    return found


def _cells(manifest: Manifest, row: int, read: Callable[[str], bytes]) -> Iterator[Cell]:
    frames, copies = manifest.frames, manifest.copies
    name = str(frames.file_name[row])
    with of_frame(str(frames.name[row]), name):
        picture = decode(read(frames.digest[row].decode()))
    own = manifest.annotations.take(manifest.annotations.frame == row)
    yield Cell(_drawn(picture, own), f"{_short(name)}, {_counted(own)}")
    mine = copies.take(copies.source == row)
    objects = vary(manifest.annotations, frames, mine).annotations
    for place in range(len(mine)):
        property, values = mine.properties[mine.property[place]], mine.values[place].tolist()
        there = objects.take(objects.frame == place)
        yield Cell(
            _drawn(varied(picture, property, values), there), f"{_told(property, values)}, {_counted(there)}"
        )


def _short(name: str) -> str:
    """A name in one line that fits below a picture."""
    text = line = " ".join(name.split())
    kept = min(len(line), _LETTERS)
    while len(text) > _LETTERS or wide(text) > _WIDEST:
        kept -= 1
        text = f"{line[: kept - kept // 2]}…{line[-(kept // 2) :]}"
    return text


def _told(property: str, values: list[float]) -> str:
    if is_flag(property):
        return word_of(property)
    return f"{word_of(property)} {values[0]:.4g} {unit_of(property)}"


def _counted(annotations: Annotations) -> str:
    return f"{counted(len(annotations), 'object')}"


def _drawn(picture: NDArray[Any], annotations: Annotations) -> Image.Image:
    """The picture, small, with outlines of its objects; masks are tinted."""
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(cv2.resize(_shown(picture), size, interpolation=cv2.INTER_AREA))
    # Twice as large while drawing, so that lines come out smooth.
    canvas = small.resize((size[0] * 2, size[1] * 2))
    draw = ImageDraw.Draw(canvas)
    columns = zip(
        annotations.shape.tolist(),
        annotations.box.tolist(),
        annotations.outline.tolist(),
        annotations.label.tolist(),
        strict=True,
    )
    for shape, box, outline, label in columns:
        colour = _PALETTE[label % len(_PALETTE)]
        for ring in _rings(shape, box, outline):
            points = [(x * scale * 2, y * scale * 2) for x, y in ring]
            if shape == POINTS:
                for x, y in points:
                    draw.ellipse((x - 5, y - 5, x + 5, y + 5), outline=colour, width=3)
            else:
                draw.line(
                    points if shape == LINE else [*points, points[0]], fill=colour, width=4, joint="curve"
                )
        if shape == MASK:
            counts = json.loads(outline)["counts"]
            covered = runs_cover(counts, width, height).covered
            there = Image.fromarray(covered.astype(np.uint8) * 110).resize(canvas.size)
            canvas.paste(Image.new("RGB", canvas.size, colour), mask=there)
    return canvas.resize(size, Image.Resampling.LANCZOS)


def _rings(shape: int, box: list[float], outline: str) -> list[list[list[float]]]:
    left, top, right, bottom = box
    if shape == POLYGON:
        rings: list[list[list[float]]] = json.loads(outline)
        return rings
    if shape in (LINE, POINTS):
        return [json.loads(outline)]
    return [[[left, top], [right, top], [right, bottom], [left, bottom]]]


def _shown(picture: NDArray[Any]) -> NDArray[np.uint8]:
    """RGB of 8 bits of any picture that can be varied; what is transparent shows what is under it."""
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    return np.ascontiguousarray(picture[..., 2::-1])
