"""Small pictures of frames that a plan changes, with their annotations, for the forms that show them."""

from __future__ import annotations

import base64
import io
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from setwright.model.frames import MASK, RECTANGLE
from setwright.model.shapes import SHAPES
from setwright.model.splits import SPLITS
from setwright.plan import document
from setwright.plan.changes import Create, Follow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray
    from PIL.Image import Image

    from setwright.model.frames import Annotations
    from setwright.model.manifest import Manifest
    from setwright.plan.changes import Change
    from setwright.plan.plan import Plan
    from setwright.remotes.protocol import RemoteReader

LONGEST = 320
"""Pixels of the longer side: sharp at the size of a stamp on a screen with fine pixels."""

MOST_OUTLINES = 80
"""So many annotations of one frame are drawn; of more nobody could tell one from another."""

MOST_POINTS = 200
"""So many points of one outline are kept, evenly chosen."""

MOST_PIXELS = 100_000_000
"""Of a larger picture none is made: a small file can claim any size."""

_QUALITY = 60


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Kind:
    """Frames of one dataset to which the same happens: rows of `manifest`, and of `before` where they are compared."""

    address: str
    happens: Literal["entering", "leaving", "relabelled"]
    manifest: Manifest
    rows: NDArray[np.int64]
    before: Manifest | None = None
    rows_before: NDArray[np.int64] | None = None


def pictures(plan: Plan, remote: RemoteReader, limit: int) -> dict[str, tuple[document.Picture, ...]]:
    """At most `limit` pictures of frames that enter, leave or are relabelled, by address.

    Each kind of each dataset gets its share, chosen evenly along the names, so that the same plan shows the same.
    A picture that the remote cannot give, or that is none, is left out.
    """
    if not remote.capabilities.tells_content:
        return {}
    kinds = [kind for change in plan.changes for kind in _kinds(change)]
    shown: dict[str, list[document.Picture]] = {}
    for kind, share in zip(kinds, _shares([len(kind.rows) for kind in kinds], limit), strict=True):
        for place in np.unique(np.linspace(0, len(kind.rows) - 1, share).round().astype(np.int64)).tolist():
            picture = _picture(kind, place, remote)
            if picture is not None:
                shown.setdefault(kind.address, []).append(picture)
    return {address: tuple(each) for address, each in shown.items()}


def _kinds(change: Change) -> Iterator[_Kind]:
    match change:
        case Create(address=address, content=content):
            yield _Kind(
                address=address, happens="entering", manifest=content, rows=np.arange(len(content.frames))
            )
        case Follow(address=address, content=content, before=before, diff=diff):
            yield _Kind(address=address, happens="entering", manifest=content, rows=diff.entering)
            yield _Kind(address=address, happens="leaving", manifest=before, rows=diff.leaving)
            yield _Kind(
                address=address,
                happens="relabelled",
                manifest=content,
                rows=diff.relabelled[:, 1],
                before=before,
                rows_before=diff.relabelled[:, 0],
            )
        case _:
            pass


def _shares(counts: Sequence[int], limit: int) -> list[int]:
    """How many of each get shown: one in turn each, until `limit` or all are."""
    shares = [0] * len(counts)
    left = limit
    while left > 0 and (waiting := [place for place, count in enumerate(counts) if shares[place] < count]):
        for place in waiting[:left]:
            shares[place] += 1
        left -= len(waiting[:left])
    return shares


def _picture(kind: _Kind, place: int, remote: RemoteReader) -> document.Picture | None:
    frames, row = kind.manifest.frames, int(kind.rows[place])
    small = _small(remote, frames.digest[row].decode())
    if small is None:
        return None
    data, width, height = small
    scale = (width / int(frames.width[row]), height / int(frames.height[row]))
    outlines, left_out = _outlines(kind.manifest.annotations, row, scale)
    before: tuple[document.Outline, ...] = ()
    if kind.before is not None and kind.rows_before is not None:
        before, more = _outlines(kind.before.annotations, int(kind.rows_before[place]), scale)
        left_out += more
    return document.Picture(
        name=str(frames.name[row]),
        happens=kind.happens,
        split=SPLITS[kind.manifest.split[row]].value,
        width=width,
        height=height,
        data=f"data:image/webp;base64,{base64.b64encode(data).decode()}",
        outlines=outlines,
        outlines_before=before,
        outlines_left_out=left_out,
    )


def _small(remote: RemoteReader, digest: str) -> tuple[bytes, int, int] | None:
    """The picture as WebP, with its width and height; None where there is none that can be read."""
    from PIL import Image as images

    from setwright.model.errors import SetwrightError

    try:
        with remote.picture(digest) as file, images.open(file) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            image.draft("RGB", (2 * LONGEST, 2 * LONGEST))  # a JPEG need not be decoded in full
            image.thumbnail((LONGEST, LONGEST))
            made = io.BytesIO()
            _in_colours(image).save(made, "WEBP", quality=_QUALITY, method=4)
            return made.getvalue(), image.width, image.height
    except (SetwrightError, OSError, ValueError, SyntaxError):
        return None


def _in_colours(image: Image) -> Image:
    """`image` as RGB; grey of more than 8 bits from its own darkest to its own brightest."""
    if image.mode[0] not in "IF":
        return image.convert("RGB")
    from PIL import Image as images

    grey = np.asarray(image, np.float64)
    darkest, brightest = float(grey.min()), float(grey.max())
    return images.fromarray(
        ((grey - darkest) * (255 / max(brightest - darkest, 1))).astype(np.uint8)
    ).convert("RGB")


def _outlines(
    annotations: Annotations, row: int, scale: tuple[float, float]
) -> tuple[tuple[document.Outline, ...], int]:
    """The annotations of the frame at `row`, the largest first, below the others, and how many are left out."""
    first, last = np.searchsorted(annotations.frame, [row, row + 1])
    rows = np.arange(first, last)
    box = annotations.box[rows]
    largest = np.argsort(-(box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]), kind="stable")
    kept = rows[largest[:MOST_OUTLINES]]
    drawn = tuple(each for one in kept.tolist() for each in _drawn(annotations, one, scale))
    return drawn, len(rows) - len(kept)


def _drawn(annotations: Annotations, row: int, scale: tuple[float, float]) -> Iterator[document.Outline]:
    shape = int(annotations.shape[row])
    label = annotations.labels[annotations.label[row]]
    for points in _parts(annotations, row, shape):
        step = -(-len(points) // MOST_POINTS)
        yield document.Outline(
            label=label,
            shape=SHAPES[shape],  # type: ignore[arg-type]  # the same words, as a test holds
            points=tuple((round(x * scale[0], 1), round(y * scale[1], 1)) for x, y in points[::step]),
        )


def _parts(annotations: Annotations, row: int, shape: int) -> Iterator[Sequence[tuple[float, float]]]:
    if shape in (RECTANGLE, MASK):
        left, top, right, bottom = annotations.box[row].tolist()
        yield (left, top), (right, bottom)
        return
    outline = json.loads(str(annotations.outline[row]))
    nested = bool(outline) and isinstance(outline[0][0], list)
    yield from outline if nested else [outline]
