"""What happens to one dataset, as a section of the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.views import plan_words as words
from setwright.views.markup import Child, Markup, joined, tag
from setwright.views.numbers import delta, size
from setwright.views.plan_page.charts import label_bars, split_bars
from setwright.views.plan_page.sheet import sheet
from setwright.views.plan_page.tables import folded, placed, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.plan.document import DatasetChange, FrameLine

MOST_FRAMES = 1_000
"""So many frames of one kind are listed: a browser would not like to lay out a million rows."""

MOST_BARS = 24
"""So many classes get bars; the table below them has all."""


def dataset(change: DatasetChange, anchor: str) -> Markup:
    """The section of one dataset, which can be linked to by `anchor`."""
    return tag(
        "section",
        *_head(change, anchor),
        *parts(change),
        class_=f"dataset {change.actions[0]}",
    )


def parts(change: DatasetChange, *, written: bool = True) -> Iterator[Markup]:
    """What changes, part by part, below the title; `written` tells where a spec says so."""
    yield from _fields(change, written=written)
    yield from pin(change)
    yield from _content(change)
    yield from _copies(change)
    yield from _exports(change)
    yield from _dependents(change)
    yield from sheet(change)
    yield from _more(change)


def _content(change: DatasetChange) -> list[Markup]:
    """Frames, splits and labels; folded where none of them changes, but for what is wrong with the splits."""
    frames, splits, labels = _frames(change), _splits(change), _labels(change)
    wrong = [*_unmet(change), *_leakage(change)]
    if change.actions[0] in ("update", "adopt") and change.frames is not None:
        still = "The frames, splits and labels, which stay as they are"
        return [folded(still, *frames, *splits, *labels), *wrong]
    return [*frames, *splits, *wrong, *labels]


def badge(change: DatasetChange) -> Markup:
    """The sign of what happens."""
    action = change.actions[0]
    return tag("span", words.SIGNS[action], class_=f"sign {action}", title=", ".join(change.actions))


def severity(change: DatasetChange) -> Markup | None:
    """What the change means, in one word."""
    return tag("span", change.severity, class_=f"severity {change.severity}") if change.severity else None


def _head(change: DatasetChange, anchor: str) -> Iterator[Markup]:
    yield tag("h2", badge(change), words.headline(change), severity(change), id=anchor)
    told: list[Child] = []
    if means := words.meaning(change):
        told.append(tag("strong", f"{means.capitalize()}. "))
    if because := words.because(change):
        told.append(f"Because {because}. ")
    named = tag("span", "Named ", tag("b", change.name), class_="faint")
    yield tag("p", *told, named, ", " if change.place else None, placed(change.place), class_="lead")


def _fields(change: DatasetChange, *, written: bool) -> Iterator[Markup]:
    if change.fields:
        yield tag("h3", "Spec")
        yield table(
            ["field", "before", "after", *(["where"] if written else [])],
            [
                [
                    tag("code", field.path),
                    tag("del", before),
                    tag("ins", after),
                    *([placed(field.place) or tag("span", "by default", class_="faint")] if written else []),
                ]
                for field in change.fields
                for before, after in [words.sides(field.before, field.after, field.path)]
            ],
            class_="words",
        )


def pin(change: DatasetChange) -> Iterator[Markup]:
    """What the lock file holds the dataset to, and what is beyond."""
    held = change.pin
    if held is None:
        return
    yield tag("h3", "Pin")
    yield tag("p", f"{change.address} is pinned {words.pin(held)}.", class_="warn" if held.broken else None)
    facts = [("frames", f"{held.frames:,}"), ("selection", held.selection), ("membership", held.membership)]
    if (beyond := held.upgrade) is not None:
        yield tag("p", words.pin_upgrade(change.address, beyond), ".")
        facts += [
            ("an upgrade is to revision", f"{beyond.revision:,}"),
            ("would mean", beyond.severity),
            ("entering", f"{beyond.entering:,}"),
            ("leaving", f"{beyond.leaving:,}"),
            ("moving", f"{beyond.moving:,}"),
            ("relabelled", f"{beyond.relabelled:,}"),
            ("with another picture", f"{beyond.repainted:,}"),
        ]
    rows = [joined(tag("dt", name), tag("dd", value)) for name, value in facts]
    yield folded("What is pinned", tag("dl", *rows, class_="facts"))


def _frames(change: DatasetChange) -> Iterator[Markup]:
    frames = change.frames
    if frames is None:
        return
    yield tag("h3", "Frames")
    kinds = [
        (frames.entering, "+", "entering"),
        (frames.leaving, "-", "leaving"),
        (frames.moving, "", "moving to another split"),
        (frames.relabelled, "", "relabelled"),
        (frames.repainted, "", "with another picture"),
    ]
    told = [
        tag("li", tag("b", f"{sign}{kind.count:,}"), f" {word}", class_=word.split()[0])
        for kind, sign, word in kinds
        if kind.count
    ]
    grows = [f"{frames.before:,}", " → "] if frames.before not in (0, frames.after) else []
    yield tag("p", *grows, tag("b", f"{frames.after:,}"), " frames", _bytes(change), class_="figures")
    if told:
        yield tag("ul", *told, class_="figures")
    if dropped := words.dropped(frames):
        yield tag("p", f"{dropped}.")
    if change.content == "frames":
        yield tag("p", f"{words.HIDDEN.capitalize()}.", class_="faint")
    yield from _annotations(change)
    if frames.causes:
        yield table(
            ["because of", "entering", "leaving", "where"],
            [
                [
                    words.cause(cause).partition(" (")[0] if cause.place else words.cause(cause),
                    _signed(f"+{cause.entering:,}" if cause.entering else ""),
                    _signed(f"-{cause.leaving:,}" if cause.leaving else ""),
                    placed(cause.place),
                ]
                for cause in frames.causes
            ],
        )
    for kind, _, word in kinds:
        if kind.listed:
            shown = kind.listed[:MOST_FRAMES]
            more = tag("p", "In JSON all are listed.") if len(shown) < len(kind.listed) else None
            yield folded(f"{len(shown):,} of {kind.count:,} {word}", _listed(shown), more)


def _annotations(change: DatasetChange) -> Iterator[Markup]:
    changes = change.annotations
    if changes is None:
        return
    grows = [f"{changes.before:,}", " → "] if changes.before not in (0, changes.after) else []
    told = [
        tag("li", tag("b", f"+{changes.entering:,}"), " with frames that enter", class_="entering")
        if changes.entering and changes.before
        else None,
        tag("li", tag("b", f"-{changes.leaving:,}"), " with frames that leave", class_="leaving")
        if changes.leaving
        else None,
    ]
    yield tag("p", *grows, tag("b", f"{changes.after:,}"), " annotations", class_="figures")
    if any(told):
        yield tag("ul", *told, class_="figures")
    if changed := words.annotation_changes(changes):
        yield tag("p", f"In frames that stay: {changed}.")
    if changes.flips:
        flips = [[flip.before, flip.after, f"{flip.count:,}"] for flip in changes.flips]
        yield folded("Labels that became others", table(["before", "after", "annotations"], flips))


def _bytes(change: DatasetChange) -> str | None:
    if change.bytes is None:
        return None
    before, after = size(change.bytes.before), size(change.bytes.after)
    return (
        f", {after} of pictures"
        if before == after or not change.bytes.before
        else f", {before} → {after} of pictures"
    )


def _listed(frames: Sequence[FrameLine]) -> Markup:
    return table(
        ["frame", "collection", "file", "before", "after"],
        [
            [line.name, line.collection, line.file_name, _split(line, "before"), _split(line, "after")]
            for line in frames
        ],
        class_="words",
    )


def _split(line: FrameLine, side: str) -> Child:
    split = line.before if side == "before" else line.after
    return tag("span", split, class_=f"split {split}") if split else None


def _new(change: DatasetChange) -> bool:
    """Whether there was nothing before, so that differences say nothing."""
    return change.version is not None and change.version.before is None


def _splits(change: DatasetChange) -> Iterator[Markup]:
    if not change.splits or change.frames is None:
        return
    whole = change.frames.after
    new = _new(change)
    some_background = any(split.background for split in change.splits)
    yield tag("h3", "Splits")
    yield split_bars(change)
    yield table(
        [
            "split",
            "asked for",
            *([] if new else ["before"]),
            "after",
            *([] if new else [""]),
            "share",
            *(["no annotation"] if some_background else []),
        ],
        [
            [
                tag("span", split.split, class_=f"split {split.split}"),
                tag(
                    "span",
                    words.asked_for(split),
                    title="the splits that frames came with"
                    if split.official
                    else f"{counted(split.quota, 'frame')} by largest remainder",
                ),
                *([] if new else [f"{split.before:,}"]),
                f"{split.after:,}",
                *([] if new else [_signed(delta(split.before, split.after))]),
                f"{100 * split.after / whole:.1f} %" if whole else "",
                *([f"{split.background:,}"] if some_background else []),
            ]
            for split in change.splits
        ],
    )


def _leakage(change: DatasetChange) -> Iterator[Markup]:
    for found in change.leakage:
        sample = found.frames
        more = f" and {sample.count - len(sample.listed):,} more" if sample.count > len(sample.listed) else ""
        yield tag(
            "p",
            tag("b", "Leakage"),
            f": {words.leak(found)}. {counted(sample.count, 'frame')}: {', '.join(sample.listed)}{more}.",
            title=f"{found.kind}, {found.divided:,}",
            class_="alarm",
        )


def _unmet(change: DatasetChange) -> Iterator[Markup]:
    for sentence in words.unmet(change):
        yield tag("p", f"{sentence[0].upper()}{sentence[1:]}.", class_="warn")


def _labels(change: DatasetChange) -> Iterator[Markup]:
    if not change.labels:
        return
    totals = {
        label.label: (sum(split.before for split in label.splits), sum(split.after for split in label.splits))
        for label in change.labels
    }
    most = max(max(counts) for counts in totals.values())
    # With many classes those that change most are worth the room.
    shown = sorted(change.labels, key=lambda label: -abs(totals[label.label][1] - totals[label.label][0]))
    chosen = {label.label for label in shown[:MOST_BARS]}
    yield tag("h3", "Labels")
    rows, new = [], _new(change)
    for label in change.labels:
        before, after = totals[label.label]
        if label.label in chosen:
            rows.append(
                tag(
                    "li",
                    tag(
                        "span",
                        label.label,
                        None if new else _ids(label.id_before, label.id_after),
                        class_="name",
                    ),
                    label_bars(label, most),
                    tag(
                        "span",
                        tag("b", f"{after:,}"),
                        " ",
                        None if new else _signed(delta(before, after)),
                        class_="count",
                    ),
                )
            )
    yield tag("ul", *rows, class_="label-bars")
    if len(chosen) < len(change.labels):
        yield tag(
            "p", f"The {len(chosen):,} that change most of {len(change.labels):,} classes.", class_="faint"
        )
    splits = [split.split for split in change.splits] or [split.split for split in change.labels[0].splits]
    heads = [
        "class",
        "id before",
        "id after",
        *(f"{split} {side}" for split in splits for side in ("before", "after")),
    ]
    yield folded(
        f"{counted(len(change.labels), 'class', 'classes')} by split",
        table(
            heads,
            [
                [
                    label.label,
                    _id(label.id_before),
                    _id(label.id_after),
                    *(count for split in label.splits for count in (f"{split.before:,}", f"{split.after:,}")),
                ]
                for label in change.labels
            ],
        ),
    )


def _ids(before: int | None, after: int | None) -> Markup | None:
    if before == after:
        return None
    if after is None:
        return tag("span", "no longer a class", class_="chip gone")
    if before is None:
        return tag("span", "new", class_="chip new")
    return tag("span", f"id {before} → {after}", class_="chip moved")


def _id(number: int | None) -> str:
    return "" if number is None else str(number)


def _copies(change: DatasetChange) -> Iterator[Markup]:
    copies = change.copies
    if copies is None:
        return
    yield tag("h3", "Copies")
    grows = [f"{copies.before:,}", " → "] if copies.before not in (0, copies.after) else []
    yield tag("p", *grows, tag("b", f"{copies.after:,}"), " varied copies of train frames", class_="figures")
    facts = [
        (copies.entering, f"+{copies.entering:,} entering"),
        (copies.leaving, f"-{copies.leaving:,} leaving"),
        (copies.pictures_to_make, f"{counted(copies.pictures_to_make or 0, 'picture')} to make"),
        (copies.pictures_there, f"{counted(copies.pictures_there or 0, 'picture')} there already"),
        (copies.clipped, f"{counted(copies.clipped, 'object')} cut by an edge"),
        (copies.dropped, f"{counted(copies.dropped, 'object')} left out because too little of them stays"),
        (copies.background, words.copies_without_objects(copies)),
    ]
    yield tag("ul", *(tag("li", told) for count, told in facts if count), class_="figures")
    if copies.augmentations:
        rows = [[tag("code", each.augmentation), f"{each.copies:,}"] for each in copies.augmentations]
        yield table(["augmentation", "copies"], rows)


def _dependents(change: DatasetChange) -> Iterator[Markup]:
    if change.dependents:
        yield tag("h3", "Made of it")
        yield tag("p", f"These datasets follow: {', '.join(change.dependents)}.")


def _exports(change: DatasetChange) -> Iterator[Markup]:
    if not change.exports:
        return
    yield tag("h3", "Exports")
    yield tag(
        "ul",
        *(
            tag(
                "li",
                tag("b", export.export),
                " ",
                tag("span", export.action, class_=f"chip {export.action}"),
                *(
                    tag("div", f"loses {loss.what} ({words.lost(loss, change)})", class_="loss")
                    for loss in export.losses
                ),
            )
            for export in change.exports
        ),
        class_="exports",
    )


def _more(change: DatasetChange) -> Iterator[Markup]:
    facts: list[tuple[str, Child]] = []
    if change.version is not None:
        version = change.version
        facts += [
            ("version", f"{version.before or 'none'} → {words.number(version.after)}"),
            ("id of the version before", version.id_before),
            ("content before", version.manifest_before),
            ("content after", version.manifest_after),
        ]
    facts += [("version that must still be there", change.follows), ("configuration", change.config_digest)]
    rows = [joined(tag("dt", name), tag("dd", tag("code", value))) for name, value in facts if value]
    config = json.dumps(change.config, indent=2, ensure_ascii=False) if change.config else None
    if rows or config:
        yield folded(
            "Digests and the resolved configuration",
            tag("dl", *rows, class_="facts"),
            tag("pre", *_lines(config)) if config else None,
        )


def _lines(text: str) -> Iterator[Child]:
    """The lines of our own layout; what stands in one was escaped by JSON, and is once more."""
    for line in text.split("\n"):
        yield line
        yield Markup("\n")


def _signed(text: str) -> Markup | None:
    return tag("span", text, class_="plus" if text.startswith("+") else "minus") if text else None
