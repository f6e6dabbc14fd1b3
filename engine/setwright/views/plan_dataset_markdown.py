"""What changes of one dataset, in a comment: its row in the table, and its particulars, folded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.counting import counted, listed
from setwright.views import plan_words as words
from setwright.views.markdown import MOST_ROWS, folded, name, placed, prose, some, table
from setwright.views.numbers import delta, size

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.plan.document import DatasetChange, FrameLine, FrameList
    from setwright.views.markdown import Block

MOST_FLIPS = 8
"""So many changes of labels are listed."""

TABLE = [
    "| | dataset | version | means | frames | entering | leaving | moving | relabelled |",
    "| :-: | :-- | :-- | :-- | --: | --: | --: | --: | --: |",
]
"""The head of the table that `row` is of."""


def row(change: DatasetChange) -> str:
    """The dataset in the table of all that change."""
    version, frames = change.version, change.frames
    numbers = ["", "", "", "", ""]
    if frames is not None:
        grows = not _new(change) and frames.before != frames.after
        whole = f"{frames.before:,} → {frames.after:,}" if grows else f"{frames.after:,}"
        kinds = (frames.entering, frames.leaving, frames.moving, frames.relabelled)
        signs = ("+", "-", "", "")
        numbers = [
            whole,
            *(some(sign, kind.count) for sign, kind in zip(signs, kinds, strict=True)),
        ]
    number = ""
    if version is not None:
        numbered = [] if version.before in (None, version.after) else [name(version.before)]
        number = " → ".join([*numbered, name(words.number(version.after))])
    means = f"**{change.severity}**" if change.severity in ("eval", "schema") else name(change.severity)
    cells = [f"`{words.SIGNS[change.actions[0]]}`", name(change.address), number, means, *numbers]
    return f"| {' | '.join(cells)} |"


def details(change: DatasetChange) -> Iterator[Block]:
    """The particulars of one dataset: all, then without single frames, then without classes."""
    facts = [*_facts(change), *_splits(change)]
    yield folded(words.headline(change), [*facts, *_labels(change), *_exports(change), *_frames(change)])
    yield folded(words.headline(change), [*facts, *_labels(change), *_exports(change)])
    yield folded(words.headline(change), facts)


def _new(change: DatasetChange) -> bool:
    """Whether there was nothing before, so that differences say nothing."""
    return change.version is not None and change.version.before is None


def _facts(change: DatasetChange) -> Iterator[str]:
    if means := words.meaning(change):
        yield f"**{change.severity}**: {means}."
        yield ""
    if because := words.because(change):
        yield f"Because {prose(because)}.{placed(change.place)}"
        yield ""
    if change.fields:
        yield from table(
            ["field", "before", "after", "line"],
            [
                [
                    name(field.path),
                    *map(name, words.sides(field.before, field.after, field.path)),
                    str(field.place.line) if field.place else "",
                ]
                for field in change.fields
            ],
        )
    if change.pin is not None:
        yield f"Pinned {prose(words.pin(change.pin))}."
        yield ""
    if change.annotations is not None and (told := words.annotation_changes(change.annotations)):
        flips = [
            f"{name(flip.before)} → {name(flip.after)} {flip.count:,}" for flip in change.annotations.flips
        ]
        more = f": {listed(flips, MOST_FLIPS)}" if flips else ""
        yield f"Annotations in frames that stay: {told}{more}."
        yield ""
    frames = change.frames
    if frames is not None and (dropped := words.dropped(frames)):
        yield f"{prose(dropped)}."
        yield ""
    if frames is not None and frames.causes:
        yield from table(
            ["frames change because of", "entering", "leaving"],
            [
                [name(words.cause(cause)), some("+", cause.entering), some("-", cause.leaving)]
                for cause in frames.causes
            ],
            right=2,
        )
    if (copies := change.copies) is not None:
        grows = f"{copies.before:,} → " if copies.before not in (0, copies.after) else ""
        made = (
            ""
            if copies.pictures_to_make is None
            else f", {counted(copies.pictures_to_make, 'picture')} to make"
        )
        there = f", {copies.pictures_there:,} there already" if copies.pictures_there else ""
        yield f"{grows}{copies.after:,} varied copies of train frames{made}{there}."
        if left_out := words.copies_without_objects(copies):
            yield f"{prose(left_out)}."
        yield ""
    if change.dependents:
        yield f"Followed by {prose(', '.join(change.dependents))}."
        yield ""
    if change.content == "frames":
        yield f"{words.HIDDEN.capitalize()}."
        yield ""
    if change.bytes is not None:
        yield f"{size(change.bytes.after)} of pictures."
        yield ""


def _splits(change: DatasetChange) -> Iterator[str]:
    if not change.splits or change.frames is None:
        return
    whole, new = change.frames.after, _new(change)
    rows = [
        [
            split.split,
            words.asked_for(split),
            *([] if new else [f"{split.before:,}"]),
            f"{split.after:,}",
            *([] if new else [delta(split.before, split.after)]),
            f"{100 * split.after / whole:.1f} %" if whole else "",
            f"{split.background:,}" if split.background else "",
        ]
        for split in change.splits
    ]
    counts = ["frames"] if new else ["before", "after", ""]
    heads = ["split", "asked for", *counts, "share", "without annotation"]
    yield from table(heads, rows, right=len(heads) - 1)
    for found in change.leakage:
        yield f"- ⚠️ leakage: {prose(words.leak(found))}"
        yield ""
    for sentence in words.unmet(change):
        yield f"- {prose(sentence)}"
        yield ""


def _labels(change: DatasetChange) -> Iterator[str]:
    if not change.labels:
        return
    rows, by_change = [], []
    for label in change.labels:
        counts = [(split.before, split.after) for split in label.splits]
        total = (sum(before for before, _ in counts), sum(after for _, after in counts))
        new = _new(change)
        cells = [
            f"{after:,} {'' if new else delta(before, after)}".rstrip() for before, after in [*counts, total]
        ]
        moved = not new and label.id_before != label.id_after
        ids = f" ({_id(label.id_before)} → {_id(label.id_after)})" if moved else ""
        rows.append([f"{name(label.label)}{ids}", *cells])
        by_change.append(abs(total[1] - total[0]))
    heads = ["class", *(split.split for split in change.labels[0].splits), "total"]
    chosen = sorted(sorted(range(len(rows)), key=lambda place: -by_change[place])[:MOST_ROWS])
    yield from table(heads, [rows[place] for place in chosen], right=len(heads) - 1)
    if len(chosen) < len(rows):
        yield f"The {len(chosen):,} that change most of {len(rows):,} classes."
        yield ""


def _id(number: int | None) -> str:
    return "none" if number is None else f"id {number}"


def _exports(change: DatasetChange) -> Iterator[str]:
    for export in change.exports:
        yield f"- {name(export.export)}: {export.action}"
        for loss in export.losses:
            yield f"  - loses {prose(loss.what)} ({words.lost(loss, change)})"
    if change.exports:
        yield ""


def _frames(change: DatasetChange) -> Iterator[str]:
    frames = change.frames
    if frames is None:
        return
    kinds: list[tuple[FrameList, str]] = [
        (frames.entering, "entering"),
        (frames.leaving, "leaving"),
        (frames.moving, "moving to another split"),
        (frames.repainted, "with another picture"),
        (frames.relabelled, "relabelled"),
    ]
    for kind, word in kinds:
        if kind.listed:
            names = ", ".join(_named(line) for line in kind.listed)
            yield f"- {kind.count:,} {word}: {names}{', …' if kind.count > len(kind.listed) else ''}"
    if any(kind.listed for kind, _ in kinds):
        yield ""


def _named(line: FrameLine) -> str:
    journey = _journey(line.before, line.after)
    return f"{name(line.name)} ({journey})" if journey else name(line.name)


def _journey(before: str | None, after: str | None) -> str:
    return f"{before} → {after}" if before and after and before != after else after or before or ""
