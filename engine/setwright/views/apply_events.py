"""What becomes of a plan's steps while it is carried out, as events beside those of the plan itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from setwright.views import plan_words as words
from setwright.views.plan_events import Event, dataset, event

if TYPE_CHECKING:
    from setwright.model.errors import SetwrightError
    from setwright.plan.document import Step


def begun(step: Step) -> Event:
    """A step is about to be tried."""
    return event("apply_start", words.step(step), hook=_hook(step))


def done(step: Step, version: str | None, seconds: float) -> Event:
    """A step was taken, and the state knows of it; the dataset is at version `version` now, if there is one."""
    at = f" {version}" if version else ""
    hook = {**_hook(step), "id": version, "elapsed_seconds": round(seconds, 3)}
    return event("apply_complete", f"{step.address}{at}: done after {seconds:.1f} s", hook=hook)


def failed(step: Step, error: SetwrightError, seconds: float) -> Event:
    """A step was not taken, and nothing of it is half there."""
    told = {"summary": error.summary, "detail": error.detail, "hint": error.hint}
    hook = {**_hook(step), "elapsed_seconds": round(seconds, 3), "error": told}
    return event("apply_errored", f"{step.address}: {error.summary}", level="error", hook=hook)


def summed(added: int, changed: int, deleted: int, forgotten: int, failures: int) -> Event:
    """What was done in all, in datasets."""
    counts = f"{added} added, {changed} changed, {deleted} destroyed"
    message = (
        f"Apply incomplete: {counts}, {failures} failed."
        if failures
        else f"Apply complete! Datasets: {counts}."
    )
    changes: dict[str, Any] = {"add": added, "change": changed, "remove": deleted, "forget": forgotten}
    return event(
        "change_summary",
        message,
        level="error" if failures else "info",
        changes={**changes, "failed": failures, "operation": "apply"},
    )


def _hook(step: Step) -> dict[str, Any]:
    return {"resource": dataset(step.address, step.name), "action": step.step, "version": step.version}
