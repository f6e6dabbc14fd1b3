"""Findings as SARIF 2.1.0, which GitHub's code scanning, Azure and many editors read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from setwright.model.diagnostics import Severity, in_reading_order
from setwright.views import escape
from setwright.views.fingerprint import fingerprints

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from setwright.model.diagnostics import Diagnostic, SourceRef

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

MAX_RESULTS = 25_000
"""The most results that GitHub takes in one run; a file with more is refused whole."""

PROJECT_FILE = "setwright.yaml"
"""Where a finding without a place is shown: GitHub refuses a result that has none."""


def render(
    diagnostics: Iterable[Diagnostic],
    *,
    version: str,
    pages: Mapping[str, str] | None = None,
    category: str = "",
    folder: str = "",
) -> str:
    """The findings as one run of setwright `version`, in JSON.

    `pages` gives the Markdown of a code's page, which becomes the rule's help. `category` tells runs apart that are
    uploaded for one commit, by environment say. `folder` is the project's folder within the repository, with `/`
    between its parts, since GitHub wants paths from there.
    """
    document = to_document(diagnostics, version=version, pages=pages, category=category, folder=folder)
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def to_document(
    diagnostics: Iterable[Diagnostic],
    *,
    version: str,
    pages: Mapping[str, str] | None = None,
    category: str = "",
    folder: str = "",
) -> dict[str, Any]:
    """As `render`, as plain values."""
    ordered = in_reading_order(diagnostics)
    # Where something must be left out, that is what weighs least.
    ordered = ordered if len(ordered) <= MAX_RESULTS else worst_first(ordered)[:MAX_RESULTS]
    codes = {finding.code: finding for finding in reversed(ordered)}
    rules = sorted(codes)
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "setwright",
                        "version": version,
                        "rules": [_rule(codes[code], (pages or {}).get(code)) for code in rules],
                    }
                },
                "automationDetails": {"id": f"setwright/{category}/" if category else "setwright/"},
                "columnKind": "unicodeCodePoints",
                "results": [
                    _result(finding, rules.index(finding.code), print_, folder)
                    for finding, print_ in zip(ordered, fingerprints(ordered), strict=True)
                ],
            }
        ],
    }


def worst_first(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors, then warnings, then notes, each in reading order."""
    weights = list(Severity)
    return tuple(sorted(in_reading_order(diagnostics), key=lambda finding: weights.index(finding.severity)))


def _rule(finding: Diagnostic, page: str | None) -> dict[str, Any]:
    more = f"`setwright explain {finding.code}` tells what it means, and shows a wrong and a right example."
    return {
        "id": finding.code,
        "name": "".join(word.capitalize() for word in finding.summary.split()),
        "shortDescription": {"text": finding.summary},
        "fullDescription": {"text": _meaning(page) or f"{finding.summary}."},
        "help": {"text": page or more, "markdown": page or more},
        "defaultConfiguration": {"level": finding.severity.value},
    }


def _meaning(page: str | None) -> str | None:
    """The first paragraph after the heading of a page, which says what the finding means, on one line and plain."""
    paragraphs = (page or "").split("\n\n")
    return " ".join(paragraphs[1].replace("**", "").split()) if len(paragraphs) > 1 else None


def _result(finding: Diagnostic, rule: int, fingerprint: str, folder: str) -> dict[str, Any]:
    hint = f" Hint: {finding.hint}" if finding.hint else ""
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": escape.sarif(f"{finding.summary}: {finding.detail}{hint}")},
        "locations": [{"physicalLocation": _location(finding.source, folder)}],
        "partialFingerprints": {"primaryLocationLineHash": fingerprint},
    }


def _location(source: SourceRef | None, folder: str) -> dict[str, Any]:
    file = source.file if source else PROJECT_FILE
    path = f"{folder}/{file}" if folder else file
    region: dict[str, Any] = {"startLine": 1}
    if source is not None:
        region = {
            "startLine": source.line,
            "startColumn": source.column,
            "endLine": source.end_line,
            "endColumn": source.end_column,
        }
        if source.excerpt:
            region["snippet"] = {"text": source.excerpt}
    # A surrogate, which stands for a byte that is no text, has no spelling in a URI.
    return {
        "artifactLocation": {"uri": quote(path.encode("utf-8", "replace")), "uriBaseId": "%SRCROOT%"},
        "region": region,
    }
