"""Findings as SARIF keep to what the standard says and GitHub asks for.

Its rules on what we write are spelt out here, from sections 3.13 to 3.52 of SARIF 2.1.0 and from GitHub's "SARIF
support for code scanning"; they say more than the standard's JSON Schema, which `test_sarif_schema` asks.
"""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from setwright.model.diagnostics import Diagnostic, SourceRef
from setwright.views import sarif
from setwright.views.fingerprint import fingerprints
from tests.conftest import Golden
from tests.views.findings import FIELD, MANY, NOTE, PLACELESS, UNKNOWN_FIELD, VALUE, diagnostics, ref


def shape(required: dict[str, Any], optional: dict[str, Any] | None = None) -> dict[str, Any]:
    """An object with these keys and no others."""
    properties = required | (optional or {})
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


TEXT = {"type": "string", "minLength": 1}
COUNT = {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["none", "note", "warning", "error"]}
REGION = shape(
    {"startLine": COUNT},
    {"startColumn": COUNT, "endLine": COUNT, "endColumn": COUNT, "snippet": shape({"text": TEXT})},
)
RESULT = shape(
    {
        "ruleId": TEXT,
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": LEVEL,
        "message": shape({"text": TEXT}),
        "locations": {
            "type": "array",
            "minItems": 1,
            "maxItems": 10,
            "items": shape(
                {
                    "physicalLocation": shape(
                        {
                            "artifactLocation": shape({"uri": TEXT, "uriBaseId": {"const": "%SRCROOT%"}}),
                            "region": REGION,
                        }
                    )
                }
            ),
        },
        "partialFingerprints": shape({"primaryLocationLineHash": TEXT}),
    }
)
RULE = shape(
    {
        "id": {"type": "string", "minLength": 1, "maxLength": 255},
        "name": {"type": "string", "pattern": "^[A-Za-z0-9]+$", "maxLength": 255},
        "shortDescription": shape({"text": {"type": "string", "minLength": 1, "maxLength": 1024}}),
        "fullDescription": shape({"text": {"type": "string", "minLength": 1, "maxLength": 1024}}),
        "help": shape({"text": TEXT}, {"markdown": TEXT}),
        "defaultConfiguration": shape({"level": LEVEL}),
    }
)
LOG = shape(
    {
        "$schema": TEXT,
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "minItems": 1,
            "maxItems": 1,
            "items": shape(
                {
                    "tool": shape(
                        {
                            "driver": shape(
                                {
                                    "name": TEXT,
                                    "version": TEXT,
                                    "rules": {"type": "array", "uniqueItems": True, "items": RULE},
                                }
                            )
                        }
                    ),
                    "automationDetails": shape({"id": {"type": "string", "pattern": "^[^/]+/.*$"}}),
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {"type": "array", "items": RESULT},
                }
            ),
        },
    }
)

PAGES = {"SW203": "# SW203: Unknown field\n\nA dataset has no field\nof this name.\n\n## Wrong\n"}


def run(*findings: Diagnostic, **options: Any) -> Any:
    return sarif.to_document(findings, version="1.2.3", **options)["runs"][0]


def test_findings_as_sarif_keep_their_form(golden: Golden) -> None:
    golden(
        "views/findings.sarif", sarif.render([PLACELESS, VALUE, NOTE, FIELD], version="1.2.3", pages=PAGES)
    )


@given(st.lists(diagnostics, max_size=4))
def test_what_is_written_is_what_the_standard_and_github_ask_for(findings: list[Diagnostic]) -> None:
    document = json.loads(sarif.render(findings, version="1.2.3"))
    Draft202012Validator(LOG).validate(document)
    found = document["runs"][0]
    rules = found["tool"]["driver"]["rules"]
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in found["results"])


@given(st.lists(diagnostics, max_size=4))
def test_every_place_is_a_relative_uri_that_leads_to_the_file(findings: list[Diagnostic]) -> None:
    for result in run(*findings)["results"]:
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[\w.~/%-]+", uri, re.ASCII)
        assert urlsplit(uri).scheme == ""


def test_a_file_with_odd_letters_is_found() -> None:
    finding = UNKNOWN_FIELD.at(ref("a: b", "a", file="specs/été #1.yaml"), "No.")
    (result,) = run(finding, folder="data")["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote(uri) == "data/specs/été #1.yaml"


def test_a_finding_without_a_place_is_shown_at_the_project_file_for_github_refuses_it_otherwise() -> None:
    (result,) = run(PLACELESS)["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]) == ("setwright.yaml", {"startLine": 1})


def test_a_rule_explains_itself_by_its_page() -> None:
    (rule,) = run(FIELD, pages=PAGES)["tool"]["driver"]["rules"]
    assert rule["fullDescription"]["text"] == "A dataset has no field of this name."
    assert rule["help"]["markdown"] == PAGES["SW203"]


def test_runs_for_one_commit_are_told_apart_by_their_category() -> None:
    assert run(category="staging")["automationDetails"]["id"] == "setwright/staging/"
    assert run()["automationDetails"]["id"] == "setwright/"


def test_of_more_than_github_takes_the_least_weighty_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif, "MAX_RESULTS", 2)
    assert [result["ruleId"] for result in run(VALUE, NOTE, FIELD)["results"]] == ["SW203", "SW115"]


# --- Fingerprints, which GitLab has too ------------------------------------------------------------------------------


def moved(finding: Diagnostic, lines: int) -> Diagnostic:
    place = finding.source
    assert place is not None
    to = SourceRef(
        place.file,
        place.line + lines,
        place.column,
        place.end_line + lines,
        place.end_column,
        place.excerpt,
    )
    return UNKNOWN_FIELD.at(to, finding.detail, finding.hint)


def test_a_finding_that_moves_with_its_line_is_still_the_same() -> None:
    assert fingerprints([moved(FIELD, 12)]) == fingerprints([FIELD])


@given(st.lists(diagnostics, max_size=5))
def test_findings_in_one_report_are_never_taken_for_each_other(findings: list[Diagnostic]) -> None:
    assert len(set(fingerprints(findings * 2))) == len(findings * 2)


def test_a_finding_in_another_file_or_of_another_field_is_another() -> None:
    elsewhere = UNKNOWN_FIELD.at(ref("sorce:", "sorce", file="other.yaml"), FIELD.detail, FIELD.hint)
    assert len(set(fingerprints([FIELD, elsewhere, *MANY]))) == 2 + len(MANY)
