"""A plan as one comment on a pull request: the outcome first, tables next, particulars folded, never too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import quote

from setwright.model.counting import counted
from setwright.views import escape
from setwright.views import plan_words as words
from setwright.views.numbers import delta, size

if TYPE_CHECKING:
    from setwright.plan.document import (
        Check,
        DatasetChange,
        Finding,
        FrameLine,
        FrameList,
        Place,
        PlanDocument,
    )

MOST_BYTES = 65_000
"""GitHub takes 65,536 characters in a comment, and refuses a longer one whole."""

MOST_FINDINGS = 20
"""So many findings come before the datasets; further warnings have the room that these leave."""

MOST_FLIPS = 8
"""So many changes of labels are listed."""

MOST_ROWS = 40
"""So many rows of one table are read; of classes those that change most."""

MOST_NAME = 120
"""So many characters of a name are shown."""

_ELSEWHERE = "`setwright plan` shows the whole, `setwright plan --html FILE` as a page."
_COUNTED = 500
"""Bytes kept for the count of what had no room."""

_DIGEST = re.compile(r"[a-z]+-\d+:[0-9a-f]+")

_SMALLEST = 200
"""Bytes that the shortest block has, about."""

Block: TypeAlias = "list[str]"
"""Lines that are shown together or not at all."""


def render(document: PlanDocument, *, limit: int = MOST_BYTES) -> str:
    """The comment, in at most `limit` bytes; what had no room is counted, and where it is to be found is said.

    The first line is a mark that nobody sees, the same for every plan of one project and environment: whoever posts
    the comment finds the earlier one by it.
    """
    kept, used, left_out = [], 0, dict[str, int]()
    afterword = _text(_afterword(document))
    room = limit - len(afterword.encode()) - _COUNTED
    for what, choices in _blocks(document):
        # Where next to nothing is left, nothing fits; then the rest is only counted.
        blocks = map(_text, choices()) if room - used > _SMALLEST else ()
        fitting = next((block for block in blocks if used + len(block.encode()) <= room), None)
        if fitting is None:
            left_out[what] = left_out.get(what, 0) + 1
        else:
            kept.append(fitting)
            used += len(fitting.encode())
    return "".join([*kept, _text(_left_out(left_out)), afterword])


def marker(document: PlanDocument) -> str:
    """The comment's mark: an HTML comment that names the project and its environment."""
    names = " ".join(_quoted(name) for name in (document.project, document.environment or "") if name)
    return f"<!-- setwright:plan {names} -->"


def _quoted(name: str) -> str:
    return quote(name.encode("utf-8", "replace"), safe="").replace("-", "%2D")


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


_Choices: TypeAlias = Callable[[], Iterable[Block]]


def _blocks(document: PlanDocument) -> Iterator[tuple[str, _Choices]]:
    """What to show, the most important first: what it is, and forms of it from the fullest to the shortest."""
    changing = [change for change in document.changes if change.actions != ("no-op",)]
    yield "headline", lambda: [_top(document)]
    for line in _denied(document):
        yield "check", lambda line=line: [line]  # type: ignore[misc]
    if changing:
        rows = [_row(change) for change in changing]
        yield (
            "table",
            lambda: [[*_TABLE, *rows, ""], [*_TABLE, *rows[:MOST_ROWS], *_more(rows, "dataset"), ""]],
        )
    errors = sum(finding.severity == "error" for finding in document.findings)
    worst = sorted(document.findings, key=lambda finding: finding.severity != "error")
    first = max(errors, MOST_FINDINGS)
    for finding in worst[:first]:
        yield "finding", lambda finding=finding: [_finding(finding)]  # type: ignore[misc]
    for change in changing:
        yield "dataset", lambda change=change: _details(change)  # type: ignore[misc]
    if any(check.status == "pass" for check in document.checks):
        yield "the checks that hold", lambda: [_checks(document)]
    if any(change.pin is not None and change.pin.upgrade is not None for change in document.changes):
        yield "the upgrades of pins", lambda: [_upgrades(document)]
    if document.untold:
        yield "what the remote does not tell", lambda: [_untold(document)]
    if document.drift:
        yield "the drift", lambda: [_drift(document)]
    if document.steps:
        yield "the steps", lambda: [_steps(document)]
    for finding in worst[first:]:
        yield "finding", lambda finding=finding: [_finding(finding)]  # type: ignore[misc]


# --- The top ------------------------------------------------------------------------------------------------------


def _top(document: PlanDocument) -> Block:
    for_ = f" ({_name(document.environment)})" if document.environment else ""
    head = f"### setwright: {_name(document.project)}{for_}" if document.project else "### setwright"
    lines = [marker(document), head, ""]
    if document.errored:
        return [*lines, "**No plan could be made: the specs hold mistakes.**", ""]
    if all(change.actions == ("no-op",) for change in document.changes):
        lines += ["**No changes.** The datasets are as their specs ask.", ""]
    # As it is, for other programs look for this line.
    return [*lines, words.summary(document), "", words.data_summary(document, escape.markdown), ""]


def _denied(document: PlanDocument) -> Iterator[Block]:
    if told := words.refusal(document):
        yield [f"**{_prose(told)}.**", ""]
    signs = {"fail": "❌", "warn": "⚠️", "unknown": "❔"}
    for status, sign in signs.items():
        for check in document.checks:
            if check.status == status:
                yield [f"- {sign} {_check(check)}"]
    if any(check.status != "pass" for check in document.checks):
        yield [""]


def _check(check: Check) -> str:
    sample = check.frames
    frames = (
        f" ({', '.join(map(_name, sample.listed[:5]))}{', …' if sample.count > 5 else ''})"
        if sample.listed
        else ""
    )
    unsure = "could not be evaluated: " if check.status == "unknown" else ""
    found = f"{unsure}{_prose(check.message)}{frames}{_placed(check.place)}"
    return f"{_name(check.address)}, {_name(check.check)} ({_name(check.code)}): {found}"


_TABLE = [
    "| | dataset | version | means | frames | entering | leaving | moving | relabelled |",
    "| :-: | :-- | :-- | :-- | --: | --: | --: | --: | --: |",
]


def _row(change: DatasetChange) -> str:
    version, frames = change.version, change.frames
    numbers = ["", "", "", "", ""]
    if frames is not None:
        grows = not _new(change) and frames.before != frames.after
        whole = f"{frames.before:,} → {frames.after:,}" if grows else f"{frames.after:,}"
        kinds = (frames.entering, frames.leaving, frames.moving, frames.relabelled)
        signs = ("+", "-", "", "")
        numbers = [
            whole,
            *(_some(sign, kind.count) for sign, kind in zip(signs, kinds, strict=True)),
        ]
    number = ""
    if version is not None:
        numbered = [] if version.before in (None, version.after) else [_name(version.before)]
        number = " → ".join([*numbered, _name(words.number(version.after))])
    means = f"**{change.severity}**" if change.severity in ("eval", "schema") else _name(change.severity)
    cells = [f"`{words.SIGNS[change.actions[0]]}`", _name(change.address), number, means, *numbers]
    return f"| {' | '.join(cells)} |"


def _some(sign: str, count: int) -> str:
    return f"{sign}{count:,}" if count else ""


def _new(change: DatasetChange) -> bool:
    """Whether there was nothing before, so that differences say nothing."""
    return change.version is not None and change.version.before is None


def _finding(finding: Finding) -> Block:
    hint = f" Hint: {_prose(finding.hint)}" if finding.hint else ""
    head = f"**{finding.severity} {_name(finding.code)}**{_placed(finding.place)}"
    return [f"- {head}: {_prose(finding.summary)}. {_prose(finding.detail)}{hint}", ""]


# --- One dataset --------------------------------------------------------------------------------------------------


def _details(change: DatasetChange) -> Iterator[Block]:
    """The particulars of one dataset: all, then without single frames, then without classes."""
    facts = [*_facts(change), *_splits(change)]
    yield _folded(words.headline(change), [*facts, *_labels(change), *_exports(change), *_frames(change)])
    yield _folded(words.headline(change), [*facts, *_labels(change), *_exports(change)])
    yield _folded(words.headline(change), facts)


def _folded(summary: str, lines: Sequence[str]) -> Block:
    return [f"<details><summary>{_prose(summary)}</summary>", "", *lines, "</details>", ""]


def _facts(change: DatasetChange) -> Iterator[str]:
    if means := words.meaning(change):
        yield f"**{change.severity}**: {means}."
        yield ""
    if because := words.because(change):
        yield f"Because {_prose(because)}.{_placed(change.place)}"
        yield ""
    if change.fields:
        yield from _table(
            ["field", "before", "after", "line"],
            [
                [
                    _name(field.path),
                    *map(_name, words.sides(field.before, field.after, field.path)),
                    str(field.place.line) if field.place else "",
                ]
                for field in change.fields
            ],
        )
    if change.pin is not None:
        yield f"Pinned {_prose(words.pin(change.pin))}."
        yield ""
    if change.annotations is not None and (told := words.annotation_changes(change.annotations)):
        flips = [
            f"{_name(flip.before)} → {_name(flip.after)} {flip.count:,}" for flip in change.annotations.flips
        ]
        more = f": {', '.join(flips[:MOST_FLIPS])}{', …' * (len(flips) > MOST_FLIPS)}" if flips else ""
        yield f"Annotations in frames that stay: {told}{more}."
        yield ""
    frames = change.frames
    if frames is not None and frames.causes:
        yield from _table(
            ["frames change because of", "entering", "leaving"],
            [
                [_name(words.cause(cause)), _some("+", cause.entering), _some("-", cause.leaving)]
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
        yield ""
    if change.dependents:
        yield f"Followed by {_prose(', '.join(change.dependents))}."
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
    yield from _table(heads, rows, right=len(heads) - 1)
    for found in change.leakage:
        yield f"- ⚠️ leakage: {_prose(words.leak(found))}"
        yield ""
    for sentence in words.unmet(change):
        yield f"- {_prose(sentence)}"
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
        rows.append([f"{_name(label.label)}{ids}", *cells])
        by_change.append(abs(total[1] - total[0]))
    heads = ["class", *(split.split for split in change.labels[0].splits), "total"]
    chosen = sorted(sorted(range(len(rows)), key=lambda place: -by_change[place])[:MOST_ROWS])
    yield from _table(heads, [rows[place] for place in chosen], right=len(heads) - 1)
    if len(chosen) < len(rows):
        yield f"The {len(chosen):,} that change most of {len(rows):,} classes."
        yield ""


def _id(number: int | None) -> str:
    return "none" if number is None else f"id {number}"


def _exports(change: DatasetChange) -> Iterator[str]:
    for export in change.exports:
        yield f"- {_name(export.export)}: {export.action}"
        for loss in export.losses:
            yield f"  - loses {_prose(loss.what)} ({words.lost(loss, change)})"
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
    return f"{_name(line.name)} ({journey})" if journey else _name(line.name)


def _journey(before: str | None, after: str | None) -> str:
    return f"{before} → {after}" if before and after and before != after else after or before or ""


# --- The rest -----------------------------------------------------------------------------------------------------


def _checks(document: PlanDocument) -> Block:
    held = [check for check in document.checks if check.status == "pass"]
    lines = [f"- ✅ {_check(check)}" for check in held[:MOST_ROWS]]
    told = f"{len(held):,} of {counted(len(document.checks), 'check')} hold{'s' * (len(held) == 1)}"
    return _folded(told, [*lines, *_more(held, "check"), ""])


def _untold(document: PlanDocument) -> Block:
    """What the remote keeps to itself."""
    return _folded(
        "What this remote does not tell", [*(f"- {_prose(sentence)}" for sentence in document.untold), ""]
    )


def _upgrades(document: PlanDocument) -> Block:
    """What the lake has beyond the pins of the lock file."""
    lines = [
        f"- {_prose(words.pin_upgrade(change.address, change.pin.upgrade))}"
        for change in document.changes
        if change.pin is not None and change.pin.upgrade is not None
    ]
    return _folded("Beyond what is pinned", [*lines[:MOST_ROWS], *_more(lines, "line"), ""])


def _drift(document: PlanDocument) -> Block:
    lines = [f"- {_prose(words.drift(found))}" for found in document.drift]
    return _folded("Changed by others since it was applied", [*lines[:MOST_ROWS], *_more(lines, "line"), ""])


def _steps(document: PlanDocument) -> Block:
    lines = [f"1. {_prose(words.step(step))}" for step in document.steps]
    told = f": {calls}" if (calls := words.calls(document)) else ""
    return _folded(f"{words.steps_title(document)}{told}", [*lines[:MOST_ROWS], *_more(lines, "step"), ""])


def _left_out(counts: dict[str, int]) -> Iterator[str]:
    """What had no room: so many of each kind, and what there is one of by its name."""
    if counts:
        told = ", ".join(
            what if what.startswith(("the ", "what ")) else counted(count, what)
            for what, count in counts.items()
        )
        yield f"**Left out, for a comment has no room for more: {told}.** {_ELSEWHERE}"
        yield ""


def _afterword(document: PlanDocument) -> Iterator[str]:
    if document.left_out:
        yield escape.markdown(_clipped(words.left_out(document), 600))
        yield ""
    if not document.errored:
        where = (
            f"revision {document.revision:,} of {_name(document.remote)}"
            if words.has_revisions(document)
            else _name(document.remote)
        )
        yield f"<sub>{where}, digest {_digest(document.digest)}, setwright {_name(document.setwright_version)}</sub>"


def _digest(digest: str) -> str:
    """The digest as code, so that jobs find in the comment's text what people see."""
    return f"`{digest}`" if _DIGEST.fullmatch(digest) else _name(digest)


def _more(rows: Sequence[object], what: str) -> list[str]:
    return ["", f"… and {counted(len(rows) - MOST_ROWS, what)} more."] if len(rows) > MOST_ROWS else []


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: int = 0) -> Iterator[str]:
    """A table whose last `right` columns are numbers."""
    left = len(heads) - right
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join(':--' if place < left else '--:' for place in range(len(heads)))} |"
    yield from (f"| {' | '.join(row)} |" for row in rows)
    yield ""


def _placed(place: Place | None) -> str:
    return f" {_name(place.file)}:{place.line}" if place else ""


def _name(text: str | None) -> str:
    """What somebody chose to write, cut where it is longer than a name."""
    # Blanks at the edge, which nobody sees there, would change what a list looks like.
    return escape.markdown(_clipped((text or "").strip(" "), MOST_NAME))


def _prose(text: str) -> str:
    return escape.markdown(_clipped(text.strip(" "), 1000))


def _clipped(text: str, most: int) -> str:
    """At most so many characters of it, those counted that a sign which is not seen is spelt with."""
    text = escape.terminal(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"
