"""What changes of one dataset, as people read it on a terminal: the lines below its title in a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.model.counting import counted
from setwright.views import escape
from setwright.views import plan_words as words
from setwright.views.measure import flowed, width_of
from setwright.views.numbers import delta, size
from setwright.views.style import Role, paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.plan.document import DatasetChange, FrameChanges, FrameLine

LISTED = 96
"""Columns for names one after the other, beside what they are indented by."""
_EXPORTS = "exports  "


def body(change: DatasetChange, color: bool, command: str = "plan") -> Iterator[str]:
    """The parts of a dataset that change, below its title. `command` is the one that lists all with `--frames`.

    It is named, for a plan that was saved is also shown by commands that can list no more than it holds.
    """
    yield from _fields(change, color)
    yield from _pin(change)
    if change.actions[0] != "update":
        yield from _frames(change, color, command)
        yield from _annotations(change)
        yield from _splits(change, color)
        yield from _labels(change, color)
        yield from _copies(change, color)
    elif words.unmet(change):
        yield from _splits(change, color)
    yield from _exports(change, color)
    yield from _dependents(change)


def _dependents(change: DatasetChange) -> Iterator[str]:
    if change.dependents:
        yield f"followed by  {escape.terminal(', '.join(change.dependents))}"


def _pin(change: DatasetChange) -> Iterator[str]:
    if change.pin is not None:
        yield f"pinned  {words.pin(change.pin)}"
        if change.pin.upgrade is not None:
            yield f"  {escape.terminal(words.pin_upgrade(change.address, change.pin.upgrade))}"


def _fields(change: DatasetChange, color: bool) -> Iterator[str]:
    rows = [(escape.terminal(field.path), field) for field in change.fields]
    wide = max((width_of(path) for path, _ in rows), default=0)
    for path, field in rows:
        line = f"  (line {field.place.line})" if field.place else ""
        before, after = map(escape.terminal, words.sides(field.before, field.after, field.path))
        sign = paint("~", "changed", color=color)
        if len(before) + len(after) <= 50:
            yield f"{sign} {path:{wide}}  {before} -> {after}{line}"
        else:
            yield f"{sign} {path:{wide}}  {before}"
            yield f"{'':{wide}}->  {after}{line}"


def _frames(change: DatasetChange, color: bool, command: str) -> Iterator[str]:
    frames = change.frames
    if frames is None:
        return
    kinds: list[tuple[int, str, Role]] = [
        (frames.entering.count, f"+{frames.entering.count:,} entering", "added"),
        (frames.leaving.count, f"-{frames.leaving.count:,} leaving", "removed"),
        (frames.moving.count, f"{frames.moving.count:,} moving", "moved"),
        (frames.repainted.count, f"{frames.repainted.count:,} with another picture", "changed"),
        (frames.relabelled.count, f"{frames.relabelled.count:,} relabelled", "changed"),
    ]
    told = ", ".join(paint(text, role, color=color) for count, text, role in kinds if count)
    pictures = f"{size(change.bytes.after)} of pictures" if change.bytes else ""
    if change.actions == ("create",):
        yield f"frames  {frames.after:,}{', ' if pictures else ''}{pictures}"
    else:
        grows = (
            f"{frames.before:,} -> {frames.after:,}" if frames.before != frames.after else f"{frames.after:,}"
        )
        yield f"frames  {grows}  {told or 'none change'}{'; ' if pictures else ''}{pictures}"
    if change.content == "frames":
        yield f"  {words.HIDDEN}"
    if dropped := words.dropped(frames):
        yield f"  {dropped}"
    yield from (f"  {line}" for line in _causes(frames, color))
    yield from (f"  {line}" for line in _listed(frames, color, command))


def _causes(frames: FrameChanges, color: bool) -> Iterator[str]:
    """Why frames enter and leave, a line for each cause."""
    counts = [(_some("+", cause.entering), _some("-", cause.leaving)) for cause in frames.causes]
    wide = [max(map(len, column)) for column in zip(*counts, strict=True)]
    for cause, pair in zip(frames.causes, counts, strict=True):
        cells = [
            " " * (width - len(cell)) + _signed(cell, color)
            for cell, width in zip(pair, wide, strict=True)
            if width
        ]
        yield f"{' '.join(cells)}  because of {escape.terminal(words.cause(cause))}"


def _some(sign: str, count: int) -> str:
    return f"{sign}{count:,}" if count else ""


_WIDEST = 60
"""Columns that are lined up for the names of frames; what is longer stands out."""


def _listed(frames: FrameChanges, color: bool, command: str) -> Iterator[str]:
    """The frames that are listed, as many lines as there are, and how many are not."""
    kinds: list[tuple[Any, str, Role, str]] = [
        (frames.entering, "+", "added", "entering"),
        (frames.leaving, "-", "removed", "leaving"),
        (frames.moving, "~", "moved", "moving"),
        (frames.repainted, "~", "changed", "with another picture"),
        (frames.relabelled, "~", "changed", "relabelled"),
    ]
    widths = [width_of(_name(line)) for kind, *_ in kinds for line in kind.listed]
    # One long name does not move what stands behind all the others.
    wide = max((width for width in widths if width <= _WIDEST), default=0)
    more = []
    for kind, sign, role, word in kinds:
        for line in kind.listed:
            name = _name(line)
            pad = " " * (wide - width_of(name))
            yield f"{paint(sign, role, color=color)} {name}{pad}  {_journey(line, word)}".rstrip()
        if kind.count > len(kind.listed):
            more.append(f"{kind.count - len(kind.listed):,} more {word}")
    if more:
        yield f"… {', '.join(more)}; `{command} --frames` lists all"


def _name(line: FrameLine) -> str:
    return escape.terminal(line.name)


def _journey(line: FrameLine, word: str) -> str:
    if line.before is None and line.after is None:
        return ""
    if line.before is None:
        return f"into {line.after}"
    if line.after is None:
        return f"from {line.before}"
    if line.before == line.after:
        return f"{word}, in {line.after}"
    return f"{'' if word == 'moving' else f'{word}, '}{line.before} -> {line.after}"


_FLIPS = 5
"""So many changes of labels are listed."""


def _annotations(change: DatasetChange) -> Iterator[str]:
    """What happens to the annotations of frames that stay."""
    changes = change.annotations
    if changes is None or not (told := words.annotation_changes(changes)):
        return
    yield f"annotations  {told}, in frames that stay"
    for labels in changes.flips[:_FLIPS]:
        yield f"  {escape.terminal(words.flip(labels))}"
    if len(changes.flips) > _FLIPS:
        yield f"  … {counted(len(changes.flips) - _FLIPS, 'more change')} of labels"


def _splits(change: DatasetChange, color: bool) -> Iterator[str]:
    frames = change.frames
    if frames is None or not change.splits:
        return
    new = change.actions == ("create",)
    rows = [["splits", "asked for", *([] if new else ["before"]), "frames" if new else "after", "share"]]
    deltas = [[""] * len(rows[0])]
    for split in change.splits:
        share = f"{100 * split.after / frames.after:.1f} %" if frames.after else "-"
        before = [] if new else [f"{split.before:,}"]
        rows.append([f"  {split.split}", words.asked_for(split), *before, f"{split.after:,}", share])
        deltas.append(["", "", *([] if new else ["", delta(split.before, split.after)]), *([""] * (1 + new))])
    yield from _with_deltas(rows, deltas, color)
    background = sum(split.background for split in change.splits)
    if background:
        where = ", ".join(
            f"{split.background:,} in {split.split}" for split in change.splits if split.background
        )
        yield f"  {counted(background, 'frame')} without any annotation: {where}"
    yield from (f"  ! {sentence}" for sentence in words.unmet(change))
    for found in change.leakage:
        names = ", ".join(found.frames.listed[:3])
        yield f"  ! leakage: {escape.terminal(f'{words.leak(found)}: {names}')}{', …' * (found.frames.count > 3)}"


def _labels(change: DatasetChange, color: bool) -> Iterator[str]:
    if not change.labels:
        return
    names = [split.split for split in change.splits]
    rows = [["labels", *names, "total"]]
    deltas = [[""] * (len(names) + 2)]
    for label in change.labels:
        counts = [(split.before, split.after) for split in label.splits]
        counts.append((sum(before for before, _ in counts), sum(after for _, after in counts)))
        new = change.actions == ("create",)
        became = "" if new else words.class_id(label)
        rows.append([f"  {escape.terminal(label.label)}{became}", *(f"{after:,}" for _, after in counts)])
        deltas.append(["", *("" if new else delta(before, after) for before, after in counts)])
    yield from _with_deltas(rows, deltas, color)


def _copies(change: DatasetChange, color: bool) -> Iterator[str]:
    """Varied copies: how many, what it takes to make them, and what becomes of objects in them."""
    copies = change.copies
    if copies is None:
        return
    told = f"copies  {copies.after:,}"
    if change.actions != ("create",):
        moves = [paint(f"+{copies.entering:,}", "added", color=color)] if copies.entering else []
        moves += [paint(f"-{copies.leaving:,}", "removed", color=color)] if copies.leaving else []
        told = f"copies  {copies.before:,} -> {copies.after:,}  {' '.join(moves)}".rstrip()
    if copies.pictures_to_make is not None:
        told += f"; {counted(copies.pictures_to_make, 'picture')} to make"
        told += f", {copies.pictures_there:,} there already" if copies.pictures_there else ""
    yield told
    kinds = [f"{escape.terminal(each.augmentation)} {each.copies:,}" for each in copies.augmentations]
    lines = flowed(kinds, LISTED - 2)
    for number, line in enumerate(lines):
        yield f"  {', '.join(line)}{',' if number < len(lines) - 1 else ''}"
    if copies.clipped or copies.dropped:
        lost = f"{copies.dropped:,} left out because too little of them stays"
        yield f"  {counted(copies.clipped, 'object')} cut by an edge, {lost}"
    if left_out := words.copies_without_objects(copies):
        yield f"  {left_out}"


def _with_deltas(rows: list[list[str]], deltas: list[list[str]], color: bool) -> Iterator[str]:
    """A table in whose columns a difference may stand behind each number."""
    columns: list[list[str]] = []
    for cells, differences in zip(zip(*rows, strict=True), zip(*deltas, strict=True), strict=True):
        wide, wide_delta = max(map(width_of, cells)), max(map(width_of, differences))
        column = []
        for cell, difference in zip(cells, differences, strict=True):
            pad = " " * (wide - width_of(cell))
            behind = _signed(difference, color) + " " * (wide_delta - width_of(difference))
            text = pad + cell if columns else cell + pad
            column.append(f"{text} {behind}" if wide_delta else text)
        columns.append(column)
    for cells in zip(*columns, strict=True):
        yield "  ".join(cells).rstrip()


def _signed(text: str, color: bool) -> str:
    return paint(text, "added" if text.startswith("+") else "removed", color=color)


def _exports(change: DatasetChange, color: bool) -> Iterator[str]:
    if not change.exports:
        return
    looks: dict[str, tuple[str, Role]] = {
        "add": ("+", "added"),
        "remove": ("-", "removed"),
        "rebuild": ("", "faint"),
        "keep": ("", "faint"),
    }
    told = {}
    for export in change.exports:
        sign, role = looks[export.action]
        if change.actions == ("create",):
            sign = ""
        name = f"{sign}{escape.terminal(export.export)}"
        told[name] = paint(name, role, color=color and bool(sign))
    lines = flowed(list(told), LISTED - len(_EXPORTS))
    for number, names in enumerate(lines):
        begin = " " * len(_EXPORTS) if number else _EXPORTS
        comma = "," if number < len(lines) - 1 else ""
        yield begin + ", ".join(told[name] for name in names) + comma
    for export in change.exports:
        for loss in export.losses:
            lost = words.lost(loss, change)
            yield f"  ! {escape.terminal(export.export)}: {escape.terminal(loss.what)} ({lost})"
