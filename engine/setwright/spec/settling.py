"""What is worth saying of all that was found: one mistake is told once, and no password ever."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.diagnostics import Severity, in_reading_order
from setwright.spec import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from setwright.model.diagnostics import Diagnostic, SourceRef

_CAUSES = frozenset(
    {
        findings.NOT_YAML.code,
        findings.NUMBER_TOO_LARGE.code,
        findings.TAG.code,
    }
)
_NO_VALUES = frozenset(
    {
        findings.BAD_REFERENCE.code,
        findings.UNKNOWN_VARIABLE.code,
        findings.NO_VARIABLE_VALUE.code,
        findings.UNSEEN_CHARACTER.code,
    }
)
"""What stands for nothing, so that the value around it is not the one that was meant."""


def settled(told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is worth saying of all that was `told`, in reading order.

    A value that cannot be read at all is not told of once more for its type, and one that is wrong anyway not for
    being ambiguous. Nor is one judged that a reference to nothing, or a character that nobody can see, is part of; and
    a variable whose value was refused is not missed where it is used.
    """
    ordered = in_reading_order(told)
    causes = {_spot(finding) for finding in ordered if finding.code in _CAUSES and finding.source}
    values: dict[tuple[str, int], list[SourceRef]] = {}
    for finding in ordered:
        if finding.code in _NO_VALUES and (where := finding.source) is not None:
            values.setdefault((where.file, where.line), []).append(where)
    wrong = {_spot(finding) for finding in ordered if finding.severity is Severity.ERROR and finding.source}
    return tuple(
        _without_credentials(finding)
        for finding in ordered
        if not (finding.code == findings.AMBIGUOUS_VALUE.code and _spot(finding) in wrong)
        and not (_spot(finding) in causes and finding.code not in _CAUSES)
        and not _of_no_value(finding, values)
        and not finding.follows
    )


def _of_no_value(finding: Diagnostic, values: Mapping[tuple[str, int], Sequence[SourceRef]]) -> bool:
    """Whether it speaks of a value, not of a list or a mapping, that holds what stands for nothing."""
    where = finding.source
    if where is None or finding.code in _NO_VALUES | _CAUSES or where.line != where.end_line:
        return False
    return where.excerpt[where.column - 1 : where.column] not in ("[", "{") and any(
        where.column < value.end_column and value.column < where.end_column
        for value in values.get((where.file, where.line), ())
    )


# The words may have been cut before the sign that ends a password.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]+(?=@|…)")


def _without_credentials(finding: Diagnostic) -> Diagnostic:
    """`finding` with no password in its words, which may quote any text of a file and end up in anybody's logs."""
    if "://" not in finding.detail + (finding.hint or ""):
        return finding
    return replace(
        finding,
        detail=_CREDENTIALS.sub("…", finding.detail),
        hint=finding.hint and _CREDENTIALS.sub("…", finding.hint),
    )


def _spot(finding: Diagnostic) -> tuple[str, int, int] | None:
    where = finding.source
    return None if where is None else (where.file, where.line, where.column)
