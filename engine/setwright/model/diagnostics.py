"""Findings as values: what is wrong, where, why it matters and what to do."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable


class Severity(Enum):
    """How much a finding weighs: an error stops the work, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class SourceRef:
    """A stretch of a text file.

    Lines and columns count from 1, columns in characters; the end is exclusive. `excerpt` is the text of the
    first line, without its line break, kept so that a view can show it without reading the file again.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    excerpt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingKind:
    """What all findings with one code share.

    `code` is stable for ever, `SW` and digits; `summary` is always the same words, so people come to know it.
    """

    code: str
    severity: Severity
    summary: str

    def at(
        self, source: SourceRef | None, detail: str, hint: str | None = None, *, follows: bool = False
    ) -> Diagnostic:
        """A finding of this kind at `source`; `detail` in whole sentences, `hint` what to try."""
        return Diagnostic(
            severity=self.severity,
            code=self.code,
            summary=self.summary,
            detail=detail,
            source=source,
            hint=hint,
            follows=follows,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnostic:
    """One finding. The particulars are in `detail`, in whole sentences.

    `follows` says that another finding tells of the cause, so that nobody needs to be shown this one.
    """

    severity: Severity
    code: str
    summary: str
    detail: str
    source: SourceRef | None = None
    hint: str | None = None
    follows: bool = False


def in_reading_order(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Sorted by file, line and column; what has no place comes last. Equal findings are given once."""
    unique = dict.fromkeys(diagnostics)
    nowhere = SourceRef("\U0010ffff", 0, 0, 0, 0)
    return tuple(
        sorted(unique, key=lambda finding: (finding.source or nowhere, finding.code, finding.detail))
    )
