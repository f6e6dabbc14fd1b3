"""Every kind of finding that only shows beside the remote: names it does not know, wishes that it cannot fill.

SW5xx; the kinds that a spec shows by itself are in `spec.findings`. A code is never given to another kind.
"""

from __future__ import annotations

from setwright.model.diagnostics import FindingKind, Severity


def _error(code: str, summary: str) -> FindingKind:
    return FindingKind(code=code, severity=Severity.ERROR, summary=summary)


def _warning(code: str, summary: str) -> FindingKind:
    return FindingKind(code=code, severity=Severity.WARNING, summary=summary)


UNKNOWN_COLLECTION = _error("SW501", "Unknown collection")
UNKNOWN_LABEL = _warning("SW502", "Label that no annotation has")
UNKNOWN_OPERATION = _warning("SW503", "Unknown operation")
NOT_OFFERED = _error("SW504", "Not offered by the remote")
NO_FRAMES = _warning("SW505", "No frame is selected")
EMPTY_SPLIT = _warning("SW506", "Split without a frame")
EMPTY_CLASS = _warning("SW507", "Class without an annotation")

LOCK_OUTDATED = _warning("SW508", "Lock file out of date")
LOCK_BROKEN = _warning("SW509", "Other frames than those that were locked")

KINDS: tuple[FindingKind, ...] = (
    UNKNOWN_COLLECTION,
    UNKNOWN_LABEL,
    UNKNOWN_OPERATION,
    NOT_OFFERED,
    NO_FRAMES,
    EMPTY_SPLIT,
    EMPTY_CLASS,
    LOCK_OUTDATED,
    LOCK_BROKEN,
)
"""All of them, by code."""
