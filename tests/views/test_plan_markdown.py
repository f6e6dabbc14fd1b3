"""The comment on a pull request: short enough, found again, read by people and by programs."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from setwright.plan.document import DatasetChange, PlanDocument
from setwright.views.plan_markdown import MOST_BYTES, marker, render
from tests.views import plans
from tests.views.filled import Filler
from tests.views.test_plan_text import DOCUMENTS, SUMMARY, every_document


def many(count: int, name: str = "cells") -> PlanDocument:
    """A plan of many datasets that change, each with all that can be said of one."""
    document = Filler().document()
    (change,) = document.changes

    def named(number: int) -> DatasetChange:
        return replace(change, address=f"{name}-{number}")

    return replace(document, changes=tuple(map(named, range(count))))


@pytest.mark.parametrize("count", [1, 10, 41, 500])
@pytest.mark.parametrize("name", ["cells", "_" * 300])
def test_a_comment_is_never_too_long_and_says_what_it_leaves_out(count: int, name: str) -> None:
    text = render(many(count, name))
    assert len(text.encode()) <= MOST_BYTES
    assert len(text) <= 65_536
    shown = text.count("<details><summary>cells") or len(re.findall("<details><summary>&#95;", text))
    left_out = re.search(r"no room for more: .*?([\d,]+) datasets?", text)
    assert shown + (int(left_out[1].replace(",", "")) if left_out else 0) == count
    assert text.count("<details>") == text.count("</details>")
    if left_out:
        assert "setwright plan --html" in text


@pytest.mark.parametrize("sign", ["#", "&", "_", "\u0351", "é"])
def test_a_comment_is_never_too_long_because_of_what_stands_at_its_end(sign: str) -> None:
    long = replace(many(100), left_out=(sign * 5000,), remote=sign * 500, setwright_version=sign * 500)
    text = render(long)
    assert len(text.encode()) <= MOST_BYTES
    assert "no room for more" in text


def test_warnings_without_number_leave_room_for_the_datasets() -> None:
    document = many(3)
    (finding,) = document.findings[:1]
    warnings = [replace(finding, severity="warning", detail=f"Warning {number}.") for number in range(3000)]
    error = replace(finding, severity="error", detail="The only error.")
    text = render(replace(document, findings=(*warnings, error)))
    assert len(text.encode()) <= MOST_BYTES
    assert [text.count(f"<details><summary>cells-{number}") for number in range(3)] == [1, 1, 1]
    assert text.index("The only error.") < text.index("Warning 0.") < text.index("<details>")
    told = len(re.findall(r"Warning \d+\.", text))
    assert told > 20
    assert f"{3000 - told:,} findings" in text


def test_what_there_is_one_of_is_named_and_not_counted() -> None:
    # With names of some length the datasets that still fit leave next to no room for the rest.
    texts = (render(many(1000, "_" * length)) for length in range(90, 130))
    told = re.compile(r"no room for more: [\d,]+ datasets, the checks that hold, .*the steps\.")
    assert any(told.search(text) for text in texts)


def test_the_digest_stands_in_the_comment_as_it_is_for_jobs_that_look_for_it() -> None:
    digest = "plan-1:a0a45d4a9e999bd0ead188712ef7f989f00dacf31ad6489d3e716061f1d93ce7"
    text = render(replace(many(1), digest=digest))
    assert f"`{digest}`" in text.splitlines()[-1]
    assert "`" not in render(replace(many(1), digest="plan-1:`x")).splitlines()[-1]


def test_one_dataset_with_more_than_fits_is_shown_without_what_matters_least() -> None:
    document = Filler().document()
    (change,) = document.changes
    assert change.frames is not None
    entering = change.frames.entering
    frames = replace(entering, count=5000, listed=entering.listed * 5000)
    fuller = replace(change, frames=replace(change.frames, entering=frames))
    text = render(replace(document, changes=(fuller,)))
    assert len(text.encode()) <= MOST_BYTES
    assert "<details>" in text
    assert change.labels[0].label in text


@every_document
def test_programs_that_read_atlantis_line_can_read_ours(document: PlanDocument) -> None:
    found = SUMMARY.search(render(document))
    assert found is not None
    summary = document.summary
    assert [int(found[2]), int(found[3]), int(found[4])] == [summary.add, summary.change, summary.destroy]


def test_the_mark_is_the_same_for_every_plan_of_a_project_and_of_no_other() -> None:
    assert marker(plans.creating()) == marker(plans.following()) == "<!-- setwright:plan blood -->"
    staging = replace(plans.creating(), environment="staging")
    other = replace(plans.creating(), project="blood staging")
    assert len({marker(plans.creating()), marker(staging), marker(other)}) == 3


def test_mistakes_are_what_a_comment_says_where_there_is_no_plan() -> None:
    text = render(plans.refused())
    assert "**No plan could be made: the specs hold mistakes.**" in text
    assert "SW214" in text
    assert SUMMARY.search(text) is None


@pytest.mark.parametrize("status", ["pass", "fail"])
def test_checks_are_folded_away_where_some_hold(status: str) -> None:
    denied = DOCUMENTS["denied"]
    checks = tuple(check for check in denied.checks if check.status == status)
    assert ("checks hold" in render(replace(denied, checks=(*checks, *checks)))) == (status == "pass")
