"""Findings on a terminal can be read, and be found in the file."""

from __future__ import annotations

import re

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic, SourceRef
from setwright.views.findings_text import render, tally
from setwright.views.measure import width_of
from tests.conftest import Golden
from tests.views.findings import (
    DUPLICATE_KEY,
    FIELD,
    MANY,
    NOTE,
    PLACELESS,
    UNKNOWN_FIELD,
    VALUE,
    diagnostics,
    ref,
)
from tests.views.test_escape import unseen


def plain(*findings: Diagnostic, width: int = 100, limit: int | None = 20) -> str:
    return render(findings, color=False, width=width, limit=limit)


def excerpt_of(*findings: Diagnostic, width: int = 100) -> tuple[str, str]:
    """The line shown and the line of carets, without what stands left of them."""
    _, code, carets, *_ = plain(*findings, width=width).splitlines()
    return code.partition("| ")[2], carets.partition("| ")[2]


def test_findings_read_well(golden: Golden) -> None:
    golden("views/findings.txt", plain(PLACELESS, VALUE, NOTE, FIELD))


def test_findings_read_well_on_a_narrow_terminal(golden: Golden) -> None:
    golden("views/findings-narrow.txt", plain(PLACELESS, VALUE, NOTE, FIELD, width=44))


def test_findings_read_well_in_colour(golden: Golden) -> None:
    text = render([PLACELESS, VALUE, NOTE, FIELD], color=True, width=100)
    assert click.unstyle(text) == plain(PLACELESS, VALUE, NOTE, FIELD)
    golden("views/findings-colour.txt", text.replace("\x1b", "␛"))


def test_the_first_line_is_one_that_editors_and_terminals_make_a_link_of() -> None:
    assert plain(FIELD).splitlines()[0] == "specs/balloons.yaml:2:1: error[SW203]: Unknown field"


def test_no_findings_are_no_text() -> None:
    assert plain() == ""


def test_findings_come_in_reading_order_whatever_they_weigh() -> None:
    heads = re.findall(r"^\S.*\[(SW\d+)\]", plain(NOTE, PLACELESS, VALUE, FIELD), re.MULTILINE)
    assert heads == ["SW203", "SW115", "SW999", "SW403"]


def test_what_a_person_cannot_read_is_tally() -> None:
    text = plain(*MANY)
    assert text.count("error[SW203]") == 20
    assert "… 12 errors more, which `--format json` lists with the others.\n32 errors.\n" in text


def test_all_are_shown_to_those_who_ask() -> None:
    assert plain(*MANY, limit=None).count("error[SW203]") == len(MANY)


def test_counts_are_in_words() -> None:
    assert tally([FIELD]) == "1 error"
    assert tally([FIELD, VALUE]) == "1 error and 1 warning"
    assert tally([FIELD, PLACELESS, VALUE, NOTE]) == "2 errors, 1 warning and 1 note"


def test_the_last_line_names_the_gravest_finding_to_explain() -> None:
    assert plain(VALUE, NOTE).splitlines()[-1] == "More about a finding: `setwright explain SW115`"


@pytest.mark.parametrize(
    ("line", "marked", "code", "carets"),
    [
        ("split: {train: 70}", "train: 70", "split: {train: 70}", "        ^^^^^^^^^"),
        ("\tname: x", "name", "    name: x", "    ^^^^"),
        ("\tname: x", "\t", "    name: x", "^^^^"),
        ("風船: [紙]", "紙", "風船: [紙]", "       ^^"),
        ("e\u0301te\u0301: x", "x", "e\u0301te\u0301: x", "     ^"),
        ("a\x1b[2Jb: x", "x", "a\\x1b[2Jb: x", "           ^"),
        ("👩\u200d🚀: x", "x", "👩\u200d🚀: x", "      ^"),
        ("x: \u202ey", "\u202e", "x: \\u202ey", "   ^^^^^^"),
    ],
)
def test_carets_stand_below_what_is_meant(line: str, marked: str, code: str, carets: str) -> None:
    assert excerpt_of(UNKNOWN_FIELD.at(ref(line, marked), "No.")) == (code, carets)


def test_a_place_without_length_gets_one_caret() -> None:
    here = SourceRef("a.yaml", 1, 6, 1, 6, "name:")
    assert excerpt_of(UNKNOWN_FIELD.at(here, "No.")) == ("name:", "     ^")


def test_a_span_over_several_lines_says_how_far_it_goes() -> None:
    here = SourceRef("a.yaml", 4, 1, 9, 3, "source: {")
    assert excerpt_of(UNKNOWN_FIELD.at(here, "No.")) == ("source: {", "^^^^^^^^^ to line 9")


@pytest.mark.parametrize(
    ("line", "code", "carets"),
    [
        ("HERE " + "x" * 200, "HERE " + "x" * 45 + "…", "^^^^"),
        ("x" * 200 + " HERE", "…" + "x" * 46 + " HERE", " " * 48 + "^^^^"),
        ("x" * 200 + "HERE" + "y" * 200, "…" + "x" * 17 + "HERE" + "y" * 29 + "…", " " * 18 + "^^^^"),
    ],
)
def test_a_long_line_is_cut_around_what_is_meant(line: str, code: str, carets: str) -> None:
    assert excerpt_of(UNKNOWN_FIELD.at(ref(line, "HERE"), "No."), width=60) == (code, carets)


def test_a_long_span_is_shown_from_its_beginning() -> None:
    line = "query: " + "x" * 500
    code, carets = excerpt_of(UNKNOWN_FIELD.at(ref(line, "x" * 500), "No."), width=60)
    assert code.startswith("…ry: xxxx")
    assert len(carets.strip()) == len(code.strip("…").removeprefix("ry: "))


def test_a_file_as_a_whole_is_named_without_an_excerpt() -> None:
    finding = DUPLICATE_KEY.at(SourceRef("big.yaml", 1, 1, 1, 1), "It is too large.")
    assert plain(finding).splitlines()[:2] == [
        "big.yaml:1:1: error[SW108]: Key written twice",
        "  It is too large.",
    ]


@given(finding=diagnostics, width=st.integers(40, 120))
def test_whatever_a_spec_holds_the_terminal_is_given_text(finding: Diagnostic, width: int) -> None:
    text = plain(finding, width=width)
    assert unseen(text.replace("\n", "")) == []
    text.encode()


@given(finding=diagnostics, width=st.integers(40, 120))
def test_an_excerpt_keeps_to_the_width_and_its_carets_to_the_excerpt(finding: Diagnostic, width: int) -> None:
    rows = [line for line in plain(finding, width=width).splitlines() if re.match(r"[ \d]{5} \| ", line)]
    assert len(rows) in (0, 2)
    for code, carets in zip(rows[::2], rows[1::2], strict=True):
        assert width_of(code) <= width
        assert width_of(carets.rpartition("^")[0]) <= width_of(code)
