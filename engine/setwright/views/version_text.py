"""A version for people: where it is from, and what it holds, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.views.escape import terminal
from setwright.views.measure import flowed
from setwright.views.numbers import size
from setwright.views.plan_words import division_words
from setwright.views.table import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.model.profile import Profile, Spread
    from setwright.model.statistics import Statistics
    from setwright.model.versions import Version
    from setwright.split.division import Division

_LISTED = 85
"""Columns for exports one after the other."""


def version_text(
    address: str, version: Version, parent: str | None, spec: str, division: Division, profile: Profile
) -> Iterator[str]:
    """The lines. `parent` is the number of the version before, `spec` the digest of the configuration."""
    named = "" if version.dataset == address else f"  named {terminal(version.dataset)}"
    yield f"{address} {version.number}{named}"
    told = [
        # A remote that has no revisions gives the frames' names alone.
        "" if version.statistics.undivided else f"revision {version.revision:,}",
        f"after {parent}" if parent else "",
    ]
    facts = [
        ("made", f"{version.created_at:%Y-%m-%d %H:%M:%S} UTC by {terminal(version.author)}"),
        *(("from", words) for words in [", ".join(filter(None, told))] if words),
        ("spec", spec),
        ("content", version.manifest_digest),
        ("id", terminal(version.id)),
    ]
    exports = flowed([*map(terminal, version.exports)], _LISTED) or [["none"]]
    last = len(exports) - 1
    facts += [
        ("" if place else "exports", ", ".join(names) + ("," if place < last else ""))
        for place, names in enumerate(exports)
    ]
    yield from (f"  {name:9}{fact}" for name, fact in facts)
    yield ""
    if version.statistics.undivided:
        yield f"  {counted(version.statistics.frames, 'frame')}; the remote tells their names alone"
        return
    yield from (f"  {line}" for line in aligned(list(_counted(version.statistics))))
    for sentence in division_words(division.targets, division.why, division.apart):
        yield f"  ! {sentence}"
    if (astray := profile.astray) is not None and abs(astray.share - astray.asked) >= 0.1:
        yield (
            f"  furthest from its share: {terminal(astray.label)}, {astray.share:.1f} % in {astray.split} "
            f"where {astray.asked:g} % were asked for"
        )
    yield ""
    yield from _profile(profile, version.statistics)


def _counted(statistics: Statistics) -> Iterator[list[str]]:
    splits = statistics.splits
    yield ["", *(split.split for split in splits), "total"]
    yield ["frames", *(f"{split.frames:,}" for split in splits), f"{statistics.frames:,}"]
    bare = [split.background for split in splits]
    yield ["without annotation", *(f"{count:,}" for count in bare), f"{sum(bare):,}"]
    yield ["pictures", *(size(split.bytes) for split in splits), size(statistics.bytes)]
    if statistics.copies:
        yield ["varied copies", *(f"{split.copies:,}" for split in splits), f"{statistics.copies:,}"]
    yield ["annotations", *(f"{split.annotations:,}" for split in splits), f"{statistics.annotations:,}"]
    for label, total in statistics.labels.items():
        by_split = [f"{dict(split.labels)[label]:,}" for split in splits]
        yield [f"  {terminal(label)}", *by_split, f"{total:,}"]


def _profile(profile: Profile, statistics: Statistics) -> Iterator[str]:
    rows = [["", "smallest", "median", "mean", "largest"]]
    measured = [
        ("annotations a frame", profile.objects),
        ("frame width", profile.width),
        ("frame height", profile.height),
        ("annotation width", profile.box_width),
        ("annotation height", profile.box_height),
    ]
    rows += [[name, *_numbers(spread)] for name, spread in measured if spread is not None]
    if len(rows) > 1:
        yield from (f"  {line}" for line in aligned(rows))
    if profile.sizes:
        common = ", ".join(
            f"{width}x{height} ({counted(count, 'frame')})" for width, height, count in profile.sizes
        )
        more = profile.size_count - len(profile.sizes)
        yield f"  frame sizes: {common}" + (f" and {counted(more, 'other')}" if more else "")
    pictures = statistics.bytes / statistics.frames if statistics.frames else 0
    yield f"  a picture takes {size(round(pictures))} on average"


def _numbers(spread: Spread) -> list[str]:
    return [
        f"{spread.smallest:,.0f}",
        f"{spread.median:,.0f}",
        f"{spread.mean:,.1f}",
        f"{spread.largest:,.0f}",
    ]
