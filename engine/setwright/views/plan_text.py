"""A plan as people read it on a terminal, rendered from its document."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING

from setwright.model.counting import counted
from setwright.model.diagnostics import Severity
from setwright.plan.told import checked, diagnostic
from setwright.views import escape, findings_text
from setwright.views import plan_words as words
from setwright.views.measure import width_of
from setwright.views.plan_dataset_text import LISTED, body
from setwright.views.style import Role, paint
from setwright.views.table import aligned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.plan.document import Action, DatasetChange, PlanDocument

_UNCHANGED = 20
"""So many datasets that stay as they are are named: in a plan of a thousand they are what nobody looks for."""

ROLES: dict[Action, Role] = {
    "create": "added",
    "new-version": "changed",
    "update": "changed",
    "adopt": "moved",
    "forget": "faint",
    "delete": "removed",
    "no-op": "faint",
}


def render(
    document: PlanDocument, *, color: bool, width: int, explain: bool = False, drift: bool = False
) -> str:
    """The plan: a block for each dataset that changes, then what it comes to. `width` is the terminal's, in columns.

    With `explain` the steps of apply are listed, with `drift` all that others changed.
    """
    if document.errored:
        return findings_text.render(map(diagnostic, document.findings), color=color, width=width)
    changing = [change for change in document.changes if change.actions != ("no-op",)]
    still = [change for change in document.changes if change.actions == ("no-op",)]
    if not changing:
        lines = [
            *_nothing(document, still),
            *([words.UNSEEN] if document.untold else []),
            *(_drift(document, color) if drift else ()),
            *_left_out(document),
        ]
        if document.checks:
            lines += [
                "",
                *_broken(document, color, width),
                paint(words.checks(document), "strong", color=color),
            ]
        lines += _refusal(document, color)
        return "\n".join(lines) + "\n"
    where = escape.terminal(document.remote)
    where += f" (revision {document.revision:,})" if words.has_revisions(document) else ""
    lines = [f"These changes would be made at {where}:", ""]
    for change in changing:
        lines += [*_dataset(change, color, width), ""]
    if still:
        names = ", ".join(escape.terminal(change.address) for change in still[:_UNCHANGED])
        lines += [f"Unchanged: {names}{_and_more(still)}."]
        lines += [*_upgrades(still), ""]
    if drift:
        lines += [*_drift(document, color), ""]
    if explain:
        lines += [*_steps(document), ""]
    lines += _broken(document, color, width)
    return "\n".join([*lines, *_end(document, color)]) + "\n"


def _nothing(document: PlanDocument, still: list[DatasetChange]) -> Iterator[str]:
    yield f"No changes. The datasets {'that were chosen ' if document.left_out else ''}are as their specs ask."
    rows = [
        (f"  {escape.terminal(change.address)}", change.version.after, counted(change.frames.after, "frame"))
        for change in still[:_UNCHANGED]
        if change.version is not None and change.frames is not None
    ]
    yield from aligned(rows, left=2)
    if more := _and_more(still):
        yield f" {more}; `setwright plan --json` lists all"
    yield from _upgrades(still)


def _and_more(still: list[DatasetChange]) -> str:
    more = len(still) - _UNCHANGED
    return f" and {counted(more, 'dataset')} more" if more > 0 else ""


def _upgrades(still: list[DatasetChange]) -> Iterator[str]:
    """What the lake has beyond the pins of datasets that do not change, and which of them nobody asks for any more."""
    lines = list(_beyond(still))
    yield from lines[:_UNCHANGED]
    if len(lines) > _UNCHANGED:
        yield f"… {counted(len(lines) - _UNCHANGED, 'line')} more; `setwright plan --json` tells all"


def _beyond(still: list[DatasetChange]) -> Iterator[str]:
    for change in still:
        if "protected" in change.reasons:
            yield escape.terminal(f"{change.address} has no spec any more, and stays, for it is protected.")
        if change.pin is not None and change.pin.upgrade is not None:
            told = words.pin_upgrade(change.address, change.pin.upgrade)
            yield escape.terminal(f"{change.address} is pinned {words.pin(change.pin)}; {told}.")


def _dataset(change: DatasetChange, color: bool, width: int) -> Iterator[str]:
    action = change.actions[0]
    sign, role = words.SIGNS[action], ROLES[action]
    yield paint(f"  # {escape.terminal(words.headline(change))}", "strong", color=color)
    if means := words.meaning(change):
        yield f"  # {change.severity}: {means}"
    if because := words.because(change):
        yield f"  # because {escape.terminal(because)}"
    address, name = escape.terminal(change.address), escape.terminal(change.name)
    title = f'dataset "{address}"' + ("" if name == address else f"  named {name}")
    place = f"{escape.terminal(change.place.file)}:{change.place.line}" if change.place else ""
    room = max(min(width, 100) - 2 - width_of(title) - width_of(place), 2)
    yield f"{paint(sign, role, color=color)} {title}{' ' * room}{place}".rstrip()
    if action == "delete" and change.frames is not None:
        yield f"    frames  {change.frames.before:,} -> 0"
    if action in ("adopt", "forget", "delete"):
        return
    yield from (f"    {line}" for line in body(change, color))


# --- Checks -------------------------------------------------------------------------------------------------------


def _broken(document: PlanDocument, color: bool, width: int) -> Iterator[str]:
    """The checks that do not hold or could not be evaluated, the errors first, as many as a person reads."""
    found = [told for check in document.checks if (told := checked(check)) is not None]
    found.sort(key=lambda told: told.severity is not Severity.ERROR)
    for told in found[: findings_text.READABLE]:
        yield findings_text.block(told, color=color, width=width)
        yield ""
    more = len(found) - findings_text.READABLE
    if more > 0:
        yield f"… {counted(more, 'check')} more, which --json lists with the others."
        yield ""


# --- The end ------------------------------------------------------------------------------------------------------


def render_drift(document: PlanDocument, *, color: bool) -> str:
    """What others changed, by itself."""
    return "\n".join(_drift(document, color)) + "\n"


def _drift(document: PlanDocument, color: bool) -> Iterator[str]:
    if not document.drift:
        yield "Nobody else changed these datasets, or their frames, since they were applied."
        return
    yield paint("Changed by others since it was applied:", "strong", color=color)
    for found in document.drift:
        yield f"  {paint('~', 'moved', color=color)} {escape.terminal(words.drift(found))}"


def _steps(document: PlanDocument) -> Iterator[str]:
    if told := words.refusal(document):
        yield escape.terminal(f"{told}. Without that it would, for each holding the dataset's lock:")
    else:
        yield "Apply will, for each holding the dataset's lock:"
    for number, step in enumerate(document.steps, start=1):
        yield f"  {number}. {escape.terminal(words.step(step))}"
    if told := words.calls(document):
        yield f"  {told}"


def _end(document: PlanDocument, color: bool) -> Iterator[str]:
    yield paint(words.summary(document), "strong", color=color)
    if document.summary.adopt:
        yield f"Adopt: {document.summary.adopt} into the state."
    yield escape.terminal(words.data_summary(document))
    if document.checks:
        yield words.checks(document)
    yield from _refusal(document, color)
    yield from _left_out(document)
    yield from _untold(document)


def _untold(document: PlanDocument) -> Iterator[str]:
    """What the remote keeps to itself."""
    if document.untold:
        yield "This remote does not tell everything:"
        for sentence in document.untold:
            yield from wrap(
                escape.terminal(sentence), LISTED, initial_indent="  - ", subsequent_indent="    "
            )


def _refusal(document: PlanDocument, color: bool) -> Iterator[str]:
    if told := words.refusal(document):
        yield paint(escape.terminal(f"{told}."), "removed", color=color)


def _left_out(document: PlanDocument) -> Iterator[str]:
    if document.left_out:
        yield escape.terminal(words.left_out(document))
