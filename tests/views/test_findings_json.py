"""Findings as JSON are the public form: they keep to their schema, whatever a spec holds."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setwright.model.diagnostics import Diagnostic, SourceRef
from setwright.views.findings_json import render, to_document
from tests.conftest import Golden
from tests.house.program import ROOT
from tests.views.findings import FIELD, NOTE, PLACELESS, UNKNOWN_FIELD, VALUE, diagnostics

SCHEMA = json.loads((ROOT / "schemas" / "findings.schema.json").read_text())


def test_findings_as_json_keep_their_form(golden: Golden) -> None:
    golden("views/findings.json", render([PLACELESS, VALUE, NOTE, FIELD]))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@given(st.lists(diagnostics, max_size=3))
def test_what_is_written_is_what_the_schema_says(findings: list[Diagnostic]) -> None:
    Draft202012Validator(SCHEMA).validate(json.loads(render(findings)))


@given(st.lists(diagnostics, max_size=3))
def test_nothing_on_its_way_can_misread_it(findings: list[Diagnostic]) -> None:
    text = render(findings)
    assert text.isascii()
    assert json.loads(text) == to_document(findings)


def test_only_errors_make_a_project_invalid() -> None:
    assert to_document([VALUE, NOTE])["valid"] is True
    assert to_document([VALUE, FIELD])["valid"] is False


def test_the_highlight_is_the_span_in_characters() -> None:
    (found,) = to_document([VALUE])["diagnostics"]
    snippet = found["snippet"]
    assert snippet["code"][snippet["highlight_start_offset"] : snippet["highlight_end_offset"]] == "010"


def test_of_a_span_over_several_lines_the_rest_of_the_first_is_highlighted() -> None:
    here = SourceRef("a.yaml", 4, 9, 9, 3, "source: {")
    (found,) = to_document([UNKNOWN_FIELD.at(here, "No.")])["diagnostics"]
    assert (found["snippet"]["highlight_start_offset"], found["snippet"]["highlight_end_offset"]) == (8, 9)
