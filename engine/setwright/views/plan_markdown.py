"""A plan as one comment on a pull request: the outcome first, tables next, particulars folded, never too long."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar
from urllib.parse import quote

from setwright.model.counting import counted
from setwright.views import escape
from setwright.views import plan_words as words
from setwright.views.markdown import MOST_ROWS, Block, clipped, folded, more, name, placed, prose
from setwright.views.plan_dataset_markdown import TABLE, details, row

if TYPE_CHECKING:
    from setwright.plan.document import Check, Finding, PlanDocument

T = TypeVar("T")

MOST_BYTES = 65_000
"""GitHub takes 65,536 characters in a comment, and refuses a longer one whole."""

MOST_FINDINGS = 20
"""So many findings come before the datasets; further warnings have the room that these leave."""

_ELSEWHERE = "`setwright plan` shows the whole, `setwright plan --html FILE` as a page."
_COUNTED = 500
"""Bytes kept for the count of what had no room."""

_DIGEST = re.compile(r"[a-z]+-\d+:[0-9a-f]+")

_SMALLEST = 200
"""Bytes that the shortest block has, about."""


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
    yield "headline", _once(_top, document)
    for block in _denied(document):
        yield "check", _once(list, block)
    if changing:
        rows = [row(change) for change in changing]
        yield (
            "table",
            lambda: [[*TABLE, *rows, ""], [*TABLE, *rows[:MOST_ROWS], *more(rows, "dataset"), ""]],
        )
    errors = sum(finding.severity == "error" for finding in document.findings)
    worst = sorted(document.findings, key=lambda finding: finding.severity != "error")
    first = max(errors, MOST_FINDINGS)
    for finding in worst[:first]:
        yield "finding", _once(_finding, finding)
    for change in changing:
        yield "dataset", partial(details, change)
    if any(check.status == "pass" for check in document.checks):
        yield "the checks that hold", _once(_checks, document)
    if any(change.pin is not None and change.pin.upgrade is not None for change in document.changes):
        yield "the upgrades of pins", _once(_upgrades, document)
    if document.untold:
        yield "what the remote does not tell", _once(_untold, document)
    if document.drift:
        yield "the drift", _once(_drift, document)
    if document.steps:
        yield "the steps", _once(_steps, document)
    for finding in worst[first:]:
        yield "finding", _once(_finding, finding)


def _once(block: Callable[[T], Block], of: T) -> _Choices:
    """A form alone, made when it is asked for."""
    return lambda: [block(of)]


# --- The top ------------------------------------------------------------------------------------------------------


def _top(document: PlanDocument) -> Block:
    for_ = f" ({name(document.environment)})" if document.environment else ""
    head = f"### setwright: {name(document.project)}{for_}" if document.project else "### setwright"
    lines = [marker(document), head, ""]
    if document.errored:
        return [*lines, "**No plan could be made: the specs hold mistakes.**", ""]
    if all(change.actions == ("no-op",) for change in document.changes):
        lines += ["**No changes.** The datasets are as their specs ask.", ""]
    # As it is, for other programs look for this line.
    return [*lines, words.summary(document), "", words.data_summary(document, escape.markdown), ""]


def _denied(document: PlanDocument) -> Iterator[Block]:
    if told := words.refusal(document):
        yield [f"**{prose(told)}.**", ""]
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
        f" ({', '.join(map(name, sample.listed[:5]))}{', …' if sample.count > 5 else ''})"
        if sample.listed
        else ""
    )
    unsure = "could not be evaluated: " if check.status == "unknown" else ""
    found = f"{unsure}{prose(check.message)}{frames}{placed(check.place)}"
    return f"{name(check.address)}, {name(check.check)} ({name(check.code)}): {found}"


def _finding(finding: Finding) -> Block:
    hint = f" Hint: {prose(finding.hint)}" if finding.hint else ""
    head = f"**{finding.severity} {name(finding.code)}**{placed(finding.place)}"
    return [f"- {head}: {prose(finding.summary)}. {prose(finding.detail)}{hint}", ""]


# --- The rest -----------------------------------------------------------------------------------------------------


def _checks(document: PlanDocument) -> Block:
    held = [check for check in document.checks if check.status == "pass"]
    lines = [f"- ✅ {_check(check)}" for check in held[:MOST_ROWS]]
    told = f"{len(held):,} of {counted(len(document.checks), 'check')} hold{'s' * (len(held) == 1)}"
    return folded(told, [*lines, *more(held, "check"), ""])


def _untold(document: PlanDocument) -> Block:
    """What the remote keeps to itself."""
    return folded(
        "What this remote does not tell", [*(f"- {prose(sentence)}" for sentence in document.untold), ""]
    )


def _upgrades(document: PlanDocument) -> Block:
    """What the lake has beyond the pins of the lock file."""
    lines = [
        f"- {prose(words.pin_upgrade(change.address, change.pin.upgrade))}"
        for change in document.changes
        if change.pin is not None and change.pin.upgrade is not None
    ]
    return folded("Beyond what is pinned", [*lines[:MOST_ROWS], *more(lines, "line"), ""])


def _drift(document: PlanDocument) -> Block:
    lines = [f"- {prose(words.drift(found))}" for found in document.drift]
    return folded("Changed by others since it was applied", [*lines[:MOST_ROWS], *more(lines, "line"), ""])


def _steps(document: PlanDocument) -> Block:
    lines = [f"1. {prose(words.step(step))}" for step in document.steps]
    told = f": {calls}" if (calls := words.calls(document)) else ""
    return folded(f"{words.steps_title(document)}{told}", [*lines[:MOST_ROWS], *more(lines, "step"), ""])


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
        yield escape.markdown(clipped(words.left_out(document), 600))
        yield ""
    if not document.errored:
        where = (
            f"revision {document.revision:,} of {name(document.remote)}"
            if words.has_revisions(document)
            else name(document.remote)
        )
        yield f"<sub>{where}, digest {_digest(document.digest)}, setwright {name(document.setwright_version)}</sub>"


def _digest(digest: str) -> str:
    """The digest as code, so that jobs find in the comment's text what people see."""
    return f"`{digest}`" if _DIGEST.fullmatch(digest) else name(digest)
