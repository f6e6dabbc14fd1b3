"""Findings reach a pull request on GitHub, and what GitHub would drop is told."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic, SourceRef
from setwright.views import github
from tests.conftest import Golden
from tests.views.findings import FIELD, MANY, NOTE, PLACELESS, UNKNOWN_FIELD, VALUE, diagnostics
from tests.views.test_escape import commands


def test_findings_as_workflow_commands_keep_their_form(golden: Golden) -> None:
    golden("views/findings.github.txt", github.render([PLACELESS, VALUE, NOTE, FIELD]))


def test_errors_come_first() -> None:
    assert commands(github.render([NOTE, VALUE, FIELD])) == ["error", "warning", "notice"]


def test_a_place_is_told_from_the_top_of_the_repository() -> None:
    assert github.render([FIELD], folder="data/sets").startswith(
        "::error file=data/sets/specs/balloons.yaml,"
    )


def test_columns_are_left_out_where_a_span_goes_over_lines() -> None:
    here = UNKNOWN_FIELD.at(SourceRef("a.yaml", 4, 1, 9, 3, "source: {"), "No.")
    assert github.render([here]) == "::error file=a.yaml,line=4,endLine=9,title=SW203 Unknown field::No.\n"


def test_what_github_would_drop_stands_in_the_log_and_is_counted() -> None:
    lines = github.render([*MANY, NOTE]).splitlines()
    assert commands("\n".join(lines)) == ["error"] * 10 + ["notice"] * 2
    assert len(lines) == len(MANY) + 1 + 1
    assert lines[-1].startswith("::notice title=setwright::22 errors more,")


@given(st.lists(diagnostics, max_size=15))
def test_each_finding_is_one_line_and_no_finding_smuggles_in_a_command(findings: list[Diagnostic]) -> None:
    lines = github.render(findings).splitlines()
    assert len(lines) - len(dict.fromkeys(findings)) in (0, 1)
    assert all(commands(line) in ([], ["error"], ["warning"], ["notice"]) for line in lines)
    assert commands("\n".join(lines)).count("error") <= 10
