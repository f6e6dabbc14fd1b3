"""Checks of how much there is: frames, annotations of a class, its share, bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.plan.changes import statistics_of
from setwright.plan.check_found import (
    Found,
    listed,
    whole,
)

if TYPE_CHECKING:
    from setwright.model.checks import (
        FewestAnnotations,
        FewestFrames,
        LargestShare,
        MostBytes,
    )
    from setwright.plan.changes import MadeChange


def fewest_frames(check: FewestFrames, change: MadeChange) -> Found:
    """Whether there are enough frames."""
    statistics = statistics_of(change)
    frames = statistics.frames if check.split is None else statistics.splits[check.split.code].frames
    return Found(
        frames >= check.at_least,
        f"{whole(check.split)} has {counted(frames, 'frame')}; at least {check.at_least:,} are asked for.",
    )


def fewest_annotations(check: FewestAnnotations, change: MadeChange) -> Found:
    """Whether there are enough annotations of each class named."""
    statistics = statistics_of(change)
    counts = statistics.labels if check.split is None else dict(statistics.splits[check.split.code].labels)
    few = [
        (label, counts.get(label, 0), least)
        for label, least in check.at_least
        if counts.get(label, 0) < least
    ]
    where = whole(check.split)
    if not few:
        enough = [f"{label} {counts.get(label, 0):,} (at least {least:,})" for label, least in check.at_least]
        return Found(True, f"{where} has enough annotations: {listed(enough)}.")
    told = [f"{label} {count:,} of {least:,}" for label, count, least in few]
    return Found(False, f"{where} has too few annotations: {listed(told)}.")


def largest_share(check: LargestShare, change: MadeChange) -> Found:
    """Whether no class outweighs the others."""
    labels = statistics_of(change).labels
    total = sum(labels.values())
    if not total:
        return Found(True, "There are no annotations.")
    largest = max(labels, key=lambda label: labels[label])
    share = 100 * labels[largest] / total
    return Found(
        share <= check.percent,
        f"{largest} makes {share:.1f} % of {counted(total, 'annotation')}; at most {check.percent:g} % are allowed.",
    )


def most_bytes(check: MostBytes, change: MadeChange) -> Found:
    """Whether the pictures are small enough together."""
    statistics = statistics_of(change)
    if statistics.frames and not statistics.bytes:
        return Found(None, "The remote does not tell how large its pictures are.")
    return Found(
        statistics.bytes <= check.bytes,
        f"The pictures are {statistics.bytes:,} bytes; at most {check.bytes:,} are allowed.",
    )
