"""The contact sheet: frames that enter, leave or are relabelled, small, with their annotations drawn."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from setwright.plan.document import PICTURE_DATA
from setwright.views.markup import Markup, joined, tag

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.plan.document import DatasetChange, Outline, Picture

COLOURS = 8
"""So many classes are told apart by colour, and all others have one together; a picture's words name them all."""

_OTHER = "c-other"
_BEFORE = "was"


def sheet(change: DatasetChange) -> Iterator[Markup]:
    """The pictures of one dataset, by what happens to them; nothing where there are none."""
    if not change.pictures or change.frames is None:
        return
    labels = {label.label: place for place, label in enumerate(change.labels)}
    drawn = {outline.label for picture in change.pictures for outline in _all(picture)}
    now = {outline.label for picture in change.pictures for outline in picture.outlines}
    counts = {
        "entering": change.frames.entering.count,
        "leaving": change.frames.leaving.count,
        "relabelled": change.frames.relabelled.count,
    }
    yield tag("h3", "Pictures")
    yield tag(
        "p",
        *(
            tag("span", _key(_colour(place)), label, class_="key")
            for label, place in labels.items()
            if label in drawn and place < COLOURS
        ),
        tag("span", _key(_OTHER), "other classes", class_="key")
        if any(labels.get(label, COLOURS) >= COLOURS for label in now)
        else None,
        tag("span", _key(_BEFORE), "before", class_="key")
        if any(picture.outlines_before for picture in change.pictures)
        else None,
        class_="keys",
    )
    for happens, count in counts.items():
        shown = [picture for picture in change.pictures if picture.happens == happens]
        if shown:
            yield tag("h4", f"{len(shown):,} of {count:,} {happens}")
            yield tag("ul", *(tag("li", _figure(picture, labels)) for picture in shown), class_="sheet")


def _figure(picture: Picture, labels: dict[str, int]) -> Markup:
    wide, high = picture.width, picture.height
    # The document's schema asks for it; a picture that came another way would be markup of somebody else's.
    data = picture.data if re.fullmatch(PICTURE_DATA, picture.data) else None
    drawing = tag(
        "svg",
        tag("title", _words(picture)),
        tag("image", href=data, width=wide, height=high),
        *(_outline(outline, _BEFORE) for outline in picture.outlines_before),
        *(_outline(outline, _colour(labels.get(outline.label, COLOURS))) for outline in picture.outlines),
        viewBox=f"0 0 {wide} {high}",
        role="img",
    )
    caption = joined(
        tag("span", picture.name, class_="name"),
        tag("span", picture.split, class_=f"split {picture.split}"),
        tag("span", f"+{picture.outlines_left_out:,} not drawn", class_="faint")
        if picture.outlines_left_out
        else None,
    )
    return tag("figure", drawing, tag("figcaption", caption))


def _words(picture: Picture) -> str:
    """What the picture shows, for those who do not see it."""
    counts = Counter(outline.label for outline in picture.outlines)
    labels = ", ".join(f"{count} {label}" for label, count in counts.items()) or "no annotation"
    was = Counter(outline.label for outline in picture.outlines_before)
    before = ", ".join(f"{count} {label}" for label, count in was.items())
    return f"{picture.name}, {picture.happens}, {picture.split}: {labels}" + (
        f"; before: {before}" if before else ""
    )


def _colour(place: int) -> str:
    """The look of the class at `place` of a dataset's classes."""
    return f"c{place}" if place < COLOURS else _OTHER


def _outline(outline: Outline, look: str) -> Markup:
    points = outline.points
    name = tag("title", outline.label)
    if outline.shape in ("rectangle", "mask") and len(points) == 2:
        (left, top), (right, bottom) = points
        return tag(
            "rect",
            name,
            x=left,
            y=top,
            width=max(right - left, 0),
            height=max(bottom - top, 0),
            class_=f"{look} mask" if outline.shape == "mask" else look,
        )
    if outline.shape == "points":
        return tag("g", name, *(tag("circle", cx=x, cy=y, r=3) for x, y in points), class_=f"{look} dots")
    joint = " ".join(f"{x:g},{y:g}" for x, y in points)
    return tag("polygon" if outline.shape == "polygon" else "polyline", name, points=joint, class_=look)


def _key(look: str) -> Markup:
    mark = tag("rect", x=1.5, y=1.5, width=13, height=9, class_=look)
    return tag("svg", mark, viewBox="0 0 16 12", class_="mark", aria_hidden="true")


def _all(picture: Picture) -> tuple[Outline, ...]:
    return (*picture.outlines, *picture.outlines_before)
