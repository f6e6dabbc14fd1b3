"""Project file and spec files, as bytes, to a project, or to every mistake in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.diagnostics import Severity, in_reading_order
from setwright.spec import findings
from setwright.spec.decode import Surroundings
from setwright.spec.lists import Lists
from setwright.spec.project import Project, Spec
from setwright.spec.references import check_references
from setwright.spec.specs import check_defaults, read_specs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from setwright.model.diagnostics import Diagnostic
    from setwright.spec.project_file import ProjectSettings
    from setwright.spec.specs import Draft


def load_project(
    settings: ProjectSettings,
    files: Iterable[tuple[str, bytes]],
    other_exports: Callable[[], Sequence[str]],
    read_list: Callable[[str], bytes | str],
    tell: Callable[[Diagnostic], None],
) -> Project:
    """The project of `settings` and the spec `files`, names with contents. Of no use where an error was told.

    `read_list` gives the content of a file of the project that a check names, or the reason why it cannot be read.
    """
    surroundings = Surroundings(
        remote=settings.remote,
        lists=Lists(read_list, tell),
        prefix=settings.prefix,
        suffix=settings.suffix,
        other_exports=other_exports,
    )
    check_defaults(settings, surroundings, tell)
    drafts: list[Draft] = []
    for file, content in files:
        drafts += read_specs(file, content, settings, surroundings, tell)
    check_references(drafts, tell)
    specs = {
        draft.address: Spec(
            address=draft.address,
            config=draft.config,
            where=draft.where,
            fields=draft.fields,
            previously=draft.previously,
            checks=draft.checks,
            project_checks=draft.project_checks,
        )
        for draft in drafts
        if draft.config is not None
    }
    return Project(
        name=settings.name,
        remote=settings.remote,
        state=settings.state,
        specs=tuple(specs[address] for address in sorted(specs)),
    )


_CAUSES = frozenset(
    {
        findings.NOT_YAML.code,
        findings.NUMBER_TOO_LARGE.code,
        findings.TAG.code,
        findings.BAD_REFERENCE.code,
        findings.UNKNOWN_VARIABLE.code,
        findings.NO_VARIABLE_VALUE.code,
    }
)


def settled(told: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """What is worth saying of all that was `told`, in reading order.

    A value that cannot be read at all is not told of once more for its type, and one that is wrong anyway not for
    being ambiguous.
    """
    ordered = in_reading_order(told)
    causes = {_spot(finding) for finding in ordered if finding.code in _CAUSES and finding.source}
    wrong = {_spot(finding) for finding in ordered if finding.severity is Severity.ERROR and finding.source}
    return tuple(
        _without_credentials(finding)
        for finding in ordered
        if not (finding.code == findings.AMBIGUOUS_VALUE.code and _spot(finding) in wrong)
        and not (_spot(finding) in causes and finding.code not in _CAUSES)
    )


# The words may have been cut before the sign that ends a password.
_CREDENTIALS = re.compile(r"(?<=://)[^/\s]*(?=@|…)")


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
