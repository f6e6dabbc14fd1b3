"""Findings as GitLab's code quality report, which a merge request shows beside its lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from setwright.model.diagnostics import Severity, in_reading_order
from setwright.views import escape
from setwright.views.fingerprint import fingerprints
from setwright.views.sarif import PROJECT_FILE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.diagnostics import Diagnostic

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(diagnostics: Iterable[Diagnostic], *, folder: str = "") -> str:
    """The findings in reading order, as JSON. `folder` is the project's folder within the repository."""
    return json.dumps(to_document(diagnostics, folder=folder), indent=2, ensure_ascii=True) + "\n"


def to_document(diagnostics: Iterable[Diagnostic], *, folder: str = "") -> list[dict[str, Any]]:
    """As `render`, as plain values. GitLab knows a finding in two reports for the same by its fingerprint."""
    ordered = in_reading_order(diagnostics)
    return [
        {
            "description": escape.terminal(_words(finding)),
            "check_name": finding.code,
            "fingerprint": fingerprint,
            "severity": _SEVERITIES[finding.severity],
            "location": _location(finding, folder),
        }
        for finding, fingerprint in zip(ordered, fingerprints(ordered), strict=True)
    ]


def _words(finding: Diagnostic) -> str:
    hint = f" Hint: {finding.hint}" if finding.hint else ""
    return f"{finding.summary}: {finding.detail}{hint}"


def _location(finding: Diagnostic, folder: str) -> dict[str, Any]:
    source = finding.source
    file, begin, end = (source.file, source.line, source.end_line) if source else (PROJECT_FILE, 1, 1)
    return {"path": f"{folder}/{file}" if folder else file, "lines": {"begin": begin, "end": end}}
