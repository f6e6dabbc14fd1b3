"""A plan as events, a line of JSON each, in the manner of Terraform's `-json`: programs follow them as they come.

Each line has `@level`, `@message`, `@module` and `type`; whoever writes it out adds `@timestamp`. A reader that does
not know a type shows its message.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from setwright.plan.document import plain
from setwright.plan.told import diagnostic
from setwright.views import escape
from setwright.views import plan_words as words
from setwright.views.findings_json import diagnostic_document

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.plan.document import Check, DatasetChange, Drift, PlanDocument, Summary

EVENTS_VERSION = "1.0"
"""A new minor number adds keys and types, which a reader ignores; a new major one changes what they mean."""

Event: TypeAlias = dict[str, Any]


def render(document: PlanDocument) -> str:
    """All events of a plan that was made before, without times."""
    return "".join(line(event) for event in [version(document.setwright_version), *events(document)])


def line(event: Mapping[str, Any]) -> str:
    """One event in ASCII, which nothing on its way can misread."""
    return json.dumps(event, ensure_ascii=True) + "\n"


def event(type_: str, message: str, *, level: str = "info", **rest: Any) -> Event:
    """An event of a type, with what a person is told."""
    shown = escape.terminal(message)
    return {"@level": level, "@message": shown, "@module": "setwright.ui", "type": type_, **rest}


def version(setwright: str) -> Event:
    """The first line of every stream."""
    return event("version", f"setwright {setwright}", setwright=setwright, ui=EVENTS_VERSION)


def events(document: PlanDocument) -> Iterator[Event]:
    """What the plan says: findings, drift, changes, checks, and what it comes to."""
    for finding in document.findings:
        yield diagnosed(diagnostic_document(diagnostic(finding)))
    if document.errored:
        return
    for sentence in document.untold:
        yield event("untold", sentence)
    yield from map(_drift, document.drift)
    yield from (_change(change) for change in document.changes if change.actions != ("no-op",))
    yield from map(_check, document.checks)
    yield summed(document.summary, "plan", words.summary(document))


def diagnosed(told: Mapping[str, Any]) -> Event:
    """A finding, or an error that stops the work."""
    levels = {"error": "error", "warning": "warn", "note": "info"}
    severity = told["severity"]
    message = f"{severity.capitalize()}: {told['summary']}"
    return event("diagnostic", message, level=levels[severity], diagnostic=told)


def summed(counts: Summary, operation: str, message: str) -> Event:
    """How many datasets are added, changed and the like."""
    return event(
        "change_summary",
        message,
        changes={
            "add": counts.add,
            "change": counts.change,
            "import": counts.adopt,
            "remove": counts.destroy,
            "forget": counts.forget,
            "operation": operation,
        },
        data={
            "entering": counts.entering,
            "leaving": counts.leaving,
            "moving": counts.moving,
            "relabelled": counts.relabelled,
        },
    )


def dataset(address: str, name: str) -> dict[str, str]:
    """What an event is about."""
    return {"addr": address, "resource_type": "dataset", "resource_name": name}


def _drift(found: Drift) -> Event:
    return event(
        "resource_drift",
        words.drift(found),
        change={"resource": dataset(found.address, found.name), "drift": found.drift},
    )


def _change(change: DatasetChange) -> Event:
    frames, number = change.frames, change.version
    told: dict[str, Any] = {
        "resource": dataset(change.address, change.name),
        "action": change.actions[0],
        "reasons": list(change.reasons),
        "severity": change.severity,
    }
    if number is not None:
        told["version"] = {"before": number.before, "after": number.after}
    if frames is not None:
        kinds = ("entering", "leaving", "moving", "repainted", "relabelled")
        told["frames"] = {
            "before": frames.before,
            "after": frames.after,
            **{kind: getattr(frames, kind).count for kind in kinds},
        }
    return event("planned_change", words.headline(change), change=told)


def _check(check: Check) -> Event:
    levels = {"pass": "info", "warn": "warn", "fail": "error", "unknown": "warn"}
    message = f"{check.address}: check {check.check}: {check.status}. {check.message}"
    return event("check", message, level=levels[check.status], check=plain(check))
