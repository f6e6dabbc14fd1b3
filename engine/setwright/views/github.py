"""Findings as workflow commands of GitHub, which show them beside the lines of a pull request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.diagnostics import Severity
from setwright.views import escape
from setwright.views.findings_text import tally
from setwright.views.sarif import worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.diagnostics import Diagnostic

SHOWN = 10
"""Of each level GitHub shows so many annotations of one step, and drops the rest without a word."""

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(diagnostics: Iterable[Diagnostic], *, folder: str = "") -> str:
    """The findings, the worst first: as commands as long as GitHub shows them, then as plain lines of the log.

    `folder` is the project's folder within the repository, with `/` between its parts.
    """
    # One notice is kept for the last line, which tells of the rest.
    room = {Severity.ERROR: SHOWN, Severity.WARNING: SHOWN, Severity.NOTE: SHOWN - 1}
    commands, log = [], []
    for finding in worst_first(diagnostics):
        if room[finding.severity] > 0:
            room[finding.severity] -= 1
            commands.append(_command(finding, folder))
        else:
            log.append(finding)
    if not log:
        return "".join(f"{line}\n" for line in commands)
    rest = f"{tally(log)} more, which GitHub would not show beside the lines. They stand in the step's log."
    lines = [*commands, *map(_plain, log), f"::notice title=setwright::{escape.workflow_message(rest)}"]
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Diagnostic, folder: str) -> str:
    properties = {}
    if (source := finding.source) is not None:
        properties["file"] = f"{folder}/{source.file}" if folder else source.file
        properties["line"] = str(source.line)
        properties["endLine"] = str(source.end_line)
        if source.line == source.end_line:  # GitHub takes columns within one line only
            properties["col"] = str(source.column)
            properties["endColumn"] = str(source.end_column)
    properties["title"] = f"{finding.code} {finding.summary}"
    said = ",".join(f"{name}={escape.workflow_property(value)}" for name, value in properties.items())
    # Line breaks in a detail are someone's data; the one before the hint is ours.
    parts = [escape.terminal(finding.detail)]
    parts += [f"hint: {escape.terminal(finding.hint)}"] if finding.hint else []
    return f"::{_COMMANDS[finding.severity]} {said}::{escape.workflow_message(chr(10).join(parts))}"


def _plain(finding: Diagnostic) -> str:
    place = f" {finding.source.file}:{finding.source.line}:{finding.source.column}" if finding.source else ""
    return escape.workflow_log(
        f"{finding.severity.value}[{finding.code}]{place}: {finding.summary}: {finding.detail}"
    )
