"""Every kind of finding that only shows beside the remote: names it does not know, wishes that it cannot fill.

SW5xx; SW6xx are checks that do not hold, which are errors unless a spec only wants a warning. The kinds that a spec
shows by itself are in `spec.findings`. A code is never given to another kind.
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
LOCK_TOO_EARLY = _error("SW514", "Pin from before the collection came")
UNKNOWN_IN_QUERY = _warning("SW511", "Query of an unknown dataset or version")
DOUBTFUL_SELECTION = _warning("SW512", "Selection that the remote may understand otherwise")
NO_GROUP = _warning("SW513", "Group field that no frame has")
SOME_UNGROUPED = _warning("SW518", "Group field that some frames lack")
NO_OFFICIAL_SPLIT = _error("SW515", "Frames without an official split")
NOTHING_OFFICIAL = _warning("SW517", "Official field that tells no split")
OTHER_OFFICIAL_SPLIT = _warning("SW516", "Frames apart from their official split")

TAKEN_OVER = _warning("SW519", "Dataset that this project did not make")

NOTHING_TO_VALIDATE = _warning("SW510", "Export without validation frames")

FEW_FRAMES = _error("SW601", "Too few frames")
FEW_ANNOTATIONS = _error("SW602", "Too few annotations of a class")
LARGE_SHARE = _error("SW603", "One class outweighs the others")
MANY_BYTES = _error("SW604", "Too many bytes")
LEAKAGE = _error("SW605", "Leakage between splits")
MANY_ENTERING = _error("SW607", "Too many frames enter")
MANY_LEAVING = _error("SW608", "Too many frames leave")
FROZEN_SPLIT = _error("SW609", "Frozen split changes")
CLASS_IDS = _error("SW610", "Fixed class ids move")
NO_TAG = _error("SW611", "Frames without a required tag")
NO_METADATA = _error("SW612", "Frames without required metadata")
FORBIDDEN_FRAME = _error("SW613", "Forbidden frames")
NOT_EVALUATED = _warning("SW614", "Check that cannot be evaluated")

KINDS: tuple[FindingKind, ...] = tuple(
    sorted(
        (value for value in tuple(globals().values()) if isinstance(value, FindingKind)),
        key=lambda kind: kind.code,
    )
)
"""All of them, by code."""
