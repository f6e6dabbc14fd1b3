"""Bars, drawn as SVG that takes the width it is given. Each says in words what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from setwright.views.markup import Markup, tag

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from setwright.plan.document import DatasetChange, LabelChange

Stack: TypeAlias = "list[tuple[str, float]]"
"""One bar: how much each split has of it."""

WIDE = 1000
"""The width of a drawing in its own units."""


def split_bars(change: DatasetChange) -> Markup:
    """How the frames are divided: as asked for, before and after, each bar the whole of its frames."""
    rows: list[tuple[str, Stack]] = [
        ("asked for", [(split.split, split.target) for split in change.splits if not split.official]),
        ("before", [(split.split, split.before) for split in change.splits]),
        ("after", [(split.split, split.after) for split in change.splits]),
    ]
    return tag(
        "dl",
        *(
            tag(
                "div",
                tag("dt", name),
                tag("dd", _bar([parts], sum(count for _, count in parts), _shares(name, parts))),
            )
            for name, parts in rows
            if sum(count for _, count in parts)
        ),
        class_="split-bars",
    )


def label_bars(label: LabelChange, most: int) -> Markup:
    """The annotations of one class by split: before, as a thin bar, above after. `most` fills the whole width."""
    before: Stack = [(split.split, split.before) for split in label.splits]
    after: Stack = [(split.split, split.after) for split in label.splits]
    was, becomes = (sum(split.before for split in label.splits), sum(split.after for split in label.splits))
    return _bar(
        [before, after] if was else [after], most, f"{label.label}: {was:,} before, {becomes:,} after"
    )


def _shares(name: str, parts: Stack) -> str:
    whole = sum(count for _, count in parts)
    told = ", ".join(f"{split} {100 * count / whole:.1f} %" for split, count in parts)
    return f"{name}: {told}"


def _bar(stacks: Sequence[Stack], whole: float, words: str) -> Markup:
    heights = [14] if len(stacks) == 1 else [5, 14]
    tops = [0] if len(stacks) == 1 else [0, 7]
    return tag(
        "svg",
        tag("title", words),
        *(
            segment
            for stack, top, height in zip(stacks, tops, heights, strict=True)
            for segment in _segments(stack, whole, top, height)
        ),
        viewBox=f"0 0 {WIDE} {tops[-1] + heights[-1]}",
        preserveAspectRatio="none",
        role="img",
        aria_label=words,
        class_="bar" if len(stacks) == 1 else "bar two",
    )


def _segments(stack: Stack, whole: float, top: int, height: int) -> Iterable[Markup]:
    left = 0.0
    for split, count in stack:
        width = WIDE * count / whole if whole else 0
        if width:
            yield tag(
                "rect",
                x=round(left, 2),
                y=top,
                width=round(max(width, 1.5), 2),
                height=height,
                class_=f"{split}{' was' if height < 14 else ''}",
            )
        left += width
