"""Manifests of every kind: shapes in, over and outside small pictures, with and without area, under odd names."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from setwright.model.canonical import canonical_json
from setwright.model.frames import LINE, MASK, POINTS, POLYGON, RECTANGLE
from setwright.model.manifest import Manifest
from setwright.model.splits import SPLITS
from tests.formats.writing.manifests import NAN, Frame, Shape, manifest_of

LABELS = ("Balloon", "Kite", 'a class, "quoted" & <tagged>: ü')

EXTRAS = (
    "",
    '{"attributes":{"Color":[{"value":"Red"}]}}',
    '{"attributes":{"difficult":[{"value":"true"}],"pose":[{"value":"Left"}]}}',
    '{"attributes":{"iscrowd":[{"value":"true"}]}}',
    '{"attributes":{"n":[{"value":1},{"value":2.5}],"truncated":[{"confidence":0.5,"value":true}]}}',
    '{"metadata":{"note":"x"}}',
)

file_names = st.sampled_from(
    [
        "a.jpg",
        "A.JPG",
        "a.jpeg",
        "b c.png",
        "ü.jpg",
        "con.jpg",
        ".hidden",
        "..",
        "a/b.jpg",
        "a,b.jpg",
        "100%.jpg",
        "\n.png",
    ]
) | st.text("aA.é /\\:*\t\u2028", min_size=1, max_size=5)

# Everything below is drawn from few small strategies that are made once, which is many times faster than strategies
# made for each frame; what a number means is decided by the frame's size afterwards.
_SIZES = st.integers(1, 24)
_COORDINATES = st.one_of(
    st.integers(-3, 27).map(float),
    st.integers(-12, 108).map(lambda quarter: quarter / 4),
    st.integers(-3000, 27000).map(lambda thousandth: thousandth / 1000),
)
"""On the grid of pixels, between its lines, and outside on both sides, of large pictures and of small ones."""
_POINTS = st.lists(st.tuples(_COORDINATES, _COORDINATES), min_size=1, max_size=6)
_RINGS = st.lists(_POINTS, min_size=1, max_size=2)
_CUTS = st.lists(st.integers(0, 24 * 24), max_size=6)
_CONFIDENCES = st.sampled_from([NAN, NAN, 0.0, 0.25, 1.0, 0.1 + 0.2])
_LABELS = st.integers(0, len(LABELS) - 1)


@st.composite
def frames(draw: st.DrawFn, extras: tuple[str, ...] = EXTRAS, kinds: str = "rplom") -> Frame:
    """A frame with up to four shapes of `kinds`: rectangle, polygon, line, points (o), mask."""
    width, height = draw(_SIZES), draw(_SIZES)
    shapes = [
        Shape(
            label=draw(_LABELS),
            confidence=draw(_CONFIDENCES),
            extra=draw(st.sampled_from(extras)),
            **_geometry(draw, kind, width, height),
        )
        for kind in draw(st.text(kinds, max_size=4))
    ]
    return Frame(
        file_name=draw(file_names),
        collection=draw(st.sampled_from(["party", "Party", "x/y"])),
        width=width,
        height=height,
        split=draw(st.sampled_from(SPLITS)),
        media_type=draw(st.sampled_from(["image/jpeg", "image/png"])),
        shapes=tuple(shapes),
    )


def manifests(extras: tuple[str, ...] = EXTRAS, kinds: str = "rplom") -> st.SearchStrategy[Manifest]:
    """Up to three frames."""
    some = st.lists(frames(extras, kinds), max_size=3, unique_by=lambda frame: frame.name)
    return some.map(lambda chosen: manifest_of(chosen, labels=LABELS))


def _geometry(draw: st.DrawFn, kind: str, width: int, height: int) -> dict[str, Any]:
    if kind == "m":
        return _mask(draw(_CUTS), width, height)
    if kind == "p":
        rings = draw(_RINGS)
        points = [point for ring in rings for point in ring]
        return {"code": POLYGON, "box": _hull(points), "outline": _canonical(rings)}
    points = draw(_POINTS)
    if kind == "r":
        return {"code": RECTANGLE, "box": _hull(points)}
    return {"code": LINE if kind == "l" else POINTS, "box": _hull(points), "outline": _canonical(points)}


def _hull(points: list[tuple[float, float]]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return (min(xs), min(ys), max(xs), max(ys))


def _canonical(outline: Any) -> str:
    """As the lake writes it: 3 rather than 3.0."""

    def whole(value: Any) -> Any:
        if isinstance(value, float):
            return int(value) if value == int(value) else value
        return [whole(each) for each in value]

    return canonical_json(whole(outline))


def _mask(cuts: list[int], width: int, height: int) -> dict[str, Any]:
    bounds = [0, *sorted(cut % (width * height + 1) for cut in cuts), width * height]
    counts = [after - before for before, after in pairwise(bounds)]
    # The hull of the runs, column by column.
    covered = [place for run in range(1, len(counts), 2) for place in range(bounds[run], bounds[run + 1])]
    columns = [place // height for place in covered] or [0]
    rows = [place % height for place in covered] or [0]
    return {
        "code": MASK,
        "box": (min(columns), min(rows), max(columns) + 1, max(rows) + 1),
        "outline": canonical_json({"counts": counts, "size": [height, width]}),
    }
