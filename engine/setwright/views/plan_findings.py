"""A plan as findings on the lines of its specs, for the forms that stand beside them in a review."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.diagnostics import Diagnostic, Severity, in_reading_order
from setwright.plan.told import checked, diagnostic, source
from setwright.views import plan_words as words
from setwright.views.findings import DRIFT, EVAL, PLANNED, SCHEMA

if TYPE_CHECKING:
    from setwright.model.diagnostics import SourceRef
    from setwright.plan.document import DatasetChange, Drift, PlanDocument

_NAMED = 5
"""So many classes are named."""

_BY_SEVERITY = {"eval": EVAL, "schema": SCHEMA}


def findings(document: PlanDocument) -> tuple[Diagnostic, ...]:
    """What the plan says of each spec: mistakes and warnings, checks that do not hold, and what would be done.

    What changes stands at the line that makes it so, where one line does.
    """
    told = [diagnostic(finding) for finding in document.findings]
    told += [found for check in document.checks if (found := checked(check)) is not None]
    told += [_change(change) for change in document.changes if change.actions != ("no-op",)]
    places = {change.address: change for change in document.changes}
    told += [_drift(found, places.get(found.address)) for found in document.drift]
    return in_reading_order(told)


def _change(change: DatasetChange) -> Diagnostic:
    kind = _BY_SEVERITY.get(change.severity or "", PLANNED)
    detail = [f"{words.headline(change)}."]
    moved = [f"{label.label}{became}" for label in change.labels if (became := words.class_id(label))]
    if kind is SCHEMA and moved:
        # That ids move the summary says; here is which.
        more = f" and {len(moved) - _NAMED:,} more" if len(moved) > _NAMED else ""
        detail.append(f"{', '.join(moved[:_NAMED])}{more}.")
    elif means := words.meaning(change):
        detail.append(f"{means.capitalize()}.")
    if change.frames is not None and (change.frames.entering.count or change.frames.leaving.count):
        frames = change.frames
        detail.append(
            f"{frames.before:,} -> {frames.after:,} frames, "
            f"+{frames.entering.count:,} -{frames.leaving.count:,}, {frames.moving.count:,} moving."
        )
    return kind.at(_where(change), " ".join(detail))


def _where(change: DatasetChange) -> SourceRef | None:
    """The line that makes the change, or where the spec begins."""
    # A review shows what stands on lines that it changed, so the field is worth more than the dataset's name.
    causes = [cause.place for cause in change.frames.causes if cause.place] if change.frames else []
    fields = [field.place for field in change.fields if field.place]
    places = [*causes, *fields, change.place]
    return source(places[0]) if places[0] is not None else None


def _drift(found: Drift, change: DatasetChange | None) -> Diagnostic:
    place = change.place if change else None
    told = DRIFT.at(source(place) if place else None, f"{words.drift(found)}.")
    # That a dataset follows its lake is what most want.
    return replace(told, severity=Severity.NOTE) if found.drift == "data" else told
