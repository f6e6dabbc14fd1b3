"""Every kind of finding that is no mistake: what a plan has to say of a spec, where a review shows it beside the lines.

SW9xx; the kinds that a spec shows by itself are in `spec.findings`, those that it shows beside a remote in
`plan.findings`. A code is never given to another kind.
"""

from __future__ import annotations

from setwright.model.diagnostics import FindingKind, Severity

PLANNED = FindingKind(code="SW901", severity=Severity.NOTE, summary="Planned change")
EVAL = FindingKind(code="SW902", severity=Severity.WARNING, summary="Results can no longer be compared")
SCHEMA = FindingKind(code="SW903", severity=Severity.WARNING, summary="Class ids move")
DRIFT = FindingKind(code="SW904", severity=Severity.WARNING, summary="Changed by others")

KINDS: tuple[FindingKind, ...] = (PLANNED, EVAL, SCHEMA, DRIFT)
"""All of them, by code."""
