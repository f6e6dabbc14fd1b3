"""Findings as GitLab's code quality report keep to what GitLab asks for."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from setwright.model.diagnostics import Diagnostic
from setwright.views import gitlab
from tests.conftest import Golden
from tests.views.findings import FIELD, NOTE, PLACELESS, VALUE, diagnostics


def test_findings_as_code_quality_keep_their_form(golden: Golden) -> None:
    golden("views/findings.gitlab.json", gitlab.render([PLACELESS, VALUE, NOTE, FIELD]))


@given(st.lists(diagnostics, max_size=4))
def test_every_finding_has_what_gitlab_asks_for(findings: list[Diagnostic]) -> None:
    report = json.loads(gitlab.render(findings))
    assert len({entry["fingerprint"] for entry in report}) == len(dict.fromkeys(findings))
    for entry in report:
        assert entry["severity"] in {"info", "minor", "major", "critical", "blocker"}
        assert entry["description"] and entry["check_name"]
        assert entry["location"]["path"] and not entry["location"]["path"].startswith("./")
        assert 1 <= entry["location"]["lines"]["begin"] <= entry["location"]["lines"]["end"]


def test_a_place_is_told_from_the_top_of_the_repository() -> None:
    (entry,) = gitlab.to_document([FIELD], folder="data/sets")
    assert entry["location"] == {"path": "data/sets/specs/balloons.yaml", "lines": {"begin": 2, "end": 2}}
