"""Findings in a plan's document, there and back, and the document of a plan that could not be made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright import __version__
from setwright.model.diagnostics import Diagnostic, Severity, SourceRef
from setwright.plan import document

if TYPE_CHECKING:
    from collections.abc import Iterable


def spelt(text: str) -> str:
    """`text` without what cannot be written: a lone surrogate, as a file's name may hold, is spelt out."""
    return text.encode("utf-8", "backslashreplace").decode()


def place(where: SourceRef) -> document.Place:
    """`where`, for the document; the text there is not kept."""
    return document.Place(
        file=spelt(where.file),
        line=where.line,
        column=where.column,
        end_line=where.end_line,
        end_column=where.end_column,
    )


def source(place: document.Place, excerpt: str = "") -> SourceRef:
    """Where `place` is, with the text there if it was kept. Where the end is unknown it is one character long."""
    return SourceRef(
        file=place.file,
        line=place.line,
        column=place.column,
        end_line=place.end_line or place.line,
        end_column=place.end_column or place.column + 1,
        excerpt=excerpt,
    )


def finding(told: Diagnostic) -> document.Finding:
    """`told`, for the document."""
    return document.Finding(
        severity=told.severity.value,
        code=told.code,
        summary=told.summary,
        detail=spelt(told.detail),
        hint=told.hint and spelt(told.hint),
        place=place(told.source) if told.source else None,
        excerpt=spelt(told.source.excerpt) if told.source else "",
    )


def diagnostic(written: document.Finding) -> Diagnostic:
    """The finding that the document holds."""
    return Diagnostic(
        severity=Severity(written.severity),
        code=written.code,
        summary=written.summary,
        detail=written.detail,
        hint=written.hint,
        source=source(written.place, written.excerpt) if written.place else None,
    )


def checked(check: document.Check) -> Diagnostic | None:
    """The finding that `check` is where it does not hold, or could not be evaluated; None where it holds."""
    if check.status == "pass":
        return None
    return Diagnostic(
        severity=Severity.ERROR if check.status == "fail" else Severity.WARNING,
        code=check.code,
        summary=check.summary,
        # One place may ask for the checks of many datasets.
        detail=f"{check.address}: {check.message}",
        source=source(check.place, check.excerpt) if check.place else None,
        hint=_first(check.frames),
    )


def _first(frames: document.FrameSample) -> str | None:
    """The frames that break a check, as far as they are listed."""
    if not frames.listed:
        return None
    more = frames.count - len(frames.listed)
    rest = f" and {more:,} more; `plan --frames` lists all" if more else ""
    return f"look at {', '.join(frames.listed)}{rest}"


def refused(
    findings: Iterable[Diagnostic], *, project: str = "", environment: str | None = None
) -> document.PlanDocument:
    """The document where mistakes in the specs left nothing to plan: it says which, and can be shown, not applied.

    `project` is empty where not even its name is known; the remote always is, for it was not asked.
    """
    return document.PlanDocument(
        format_version=document.FORMAT_VERSION,
        setwright_version=__version__,
        project=project,
        environment=environment,
        remote="",
        revision=0,
        lineage="",
        serial=0,
        digest="",
        complete=False,
        applyable=False,
        errored=True,
        changes=(),
        findings=tuple(map(finding, findings)),
        summary=document.Summary(
            add=0,
            change=0,
            destroy=0,
            adopt=0,
            forget=0,
            unchanged=0,
            entering=0,
            leaving=0,
            moving=0,
            relabelled=0,
        ),
    )
