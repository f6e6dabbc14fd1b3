"""Findings for programs, in the shape of Terraform's `validate -json`: `schemas/findings.schema.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from setwright.model.diagnostics import Severity, in_reading_order

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.diagnostics import Diagnostic, SourceRef

FORMAT_VERSION = "1.0"
"""A new minor number adds keys, which a reader ignores; a new major one changes what a key means."""


def render(diagnostics: Iterable[Diagnostic]) -> str:
    """All findings in reading order, as one JSON document in ASCII, which nothing on its way can misread."""
    return json.dumps(to_document(diagnostics), indent=2, ensure_ascii=True) + "\n"


def to_document(diagnostics: Iterable[Diagnostic]) -> dict[str, Any]:
    """All findings in reading order, as plain values."""
    ordered = in_reading_order(diagnostics)
    errors = sum(finding.severity is Severity.ERROR for finding in ordered)
    warnings = sum(finding.severity is Severity.WARNING for finding in ordered)
    return {
        "format_version": FORMAT_VERSION,
        "valid": errors == 0,
        "error_count": errors,
        "warning_count": warnings,
        "diagnostics": [diagnostic_document(finding) for finding in ordered],
    }


def diagnostic_document(finding: Diagnostic) -> dict[str, Any]:
    """One finding as plain values. Without a place it has no `range` and no `snippet`."""
    document: dict[str, Any] = {
        "severity": finding.severity.value,
        "code": finding.code,
        "summary": finding.summary,
        "detail": finding.detail,
    }
    if finding.hint is not None:
        document["hint"] = finding.hint
    if finding.source is not None:
        document["range"] = _range(finding.source)
        if finding.source.excerpt:
            document["snippet"] = _snippet(finding.source)
    return document


def _range(source: SourceRef) -> dict[str, Any]:
    # Terraform gives byte offsets as well. We do not know them: the text was decoded, and its line breaks unified.
    return {
        "filename": source.file,
        "start": {"line": source.line, "column": source.column},
        "end": {"line": source.end_line, "column": source.end_column},
    }


def _snippet(source: SourceRef) -> dict[str, Any]:
    length = len(source.excerpt)
    start = min(source.column - 1, length)
    end = length if source.end_line > source.line else min(source.end_column - 1, length)
    return {
        "context": None,
        "code": source.excerpt,
        "start_line": source.line,
        "highlight_start_offset": start,
        "highlight_end_offset": max(start, end),
        "values": [],
    }
