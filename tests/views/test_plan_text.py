"""What people read of a plan."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from setwright.plan.document import PlanDocument
from setwright.views.measure import flowed, width_of
from setwright.views.plan_text import render
from tests.conftest import Golden
from tests.contents import membership
from tests.plan.test_plan import settled
from tests.views import plans

SUMMARY = re.compile(
    r"^Plan: (?:(\d+) to import, )?(\d+) to add, (\d+) to change, (\d+) to destroy(?:, (\d+) to forget)?\.$",
    re.M,
)
DOCUMENTS = {
    "creating": plans.creating(),
    "following": plans.following(),
    "growing": plans.growing(),
    "amending": plans.amending(),
    "forgetting": plans.forgetting(),
    "deleting": plans.deleting(),
    "deleting-taken-in": plans.deleting_taken_in(),
    "guarding": plans.guarding(),
    "moving": plans.moving(),
    "keeping": plans.keeping(),
    "emptying": plans.emptying(),
    "denied": plans.denied(),
    "names-only": plans.names_only(),
}
every_document = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())


def text(document: PlanDocument, *, color: bool = False, width: int = 100) -> str:
    return render(document, color=color, width=width)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_plan_reads_as_reviewed(name: str, golden: Golden) -> None:
    golden(f"plan/{name}.txt", text(DOCUMENTS[name]))


def test_a_plan_in_colour_reads_as_reviewed(golden: Golden) -> None:
    golden("plan/following-colour.txt", text(DOCUMENTS["following"], color=True))


@every_document
def test_colour_adds_nothing_but_colour(document: PlanDocument) -> None:
    assert re.sub(r"\x1b\[[0-9;]*m", "", text(document, color=True)) == text(document)


@every_document
def test_what_a_spec_or_a_lake_says_cannot_steer_the_terminal(document: PlanDocument) -> None:
    assert "\x1b" not in text(document)


@every_document
def test_programs_that_read_terraform_s_summary_can_read_ours(document: PlanDocument) -> None:
    found = SUMMARY.search(text(document))
    assert (found is not None) == any(change.actions != ("no-op",) for change in document.changes)
    if found:
        summary = document.summary
        assert [int(found[2]), int(found[3]), int(found[4])] == [summary.add, summary.change, summary.destroy]
        assert int(found[5] or 0) == summary.forget


@every_document
def test_every_number_of_the_summary_is_the_document_s(document: PlanDocument) -> None:
    told = text(document)
    if document.applyable:
        assert f"+{document.summary.entering} -{document.summary.leaving} frames" in told


@pytest.mark.parametrize("width", [60, 100])
def test_lines_fit_a_terminal_of_a_hundred_columns(width: int) -> None:
    for document in DOCUMENTS.values():
        assert max(map(width_of, text(document, width=width).splitlines())) <= 100


def test_the_steps_of_apply_and_what_others_changed_are_told_on_request() -> None:
    told = render(plans.drifting(), color=False, width=100, explain=True, drift=True)
    assert "  1. cells: make version 2.0.0, if v1 is still the current one\n" in told
    assert "  ~ cells selects other data: +8 -0 frames\n" in told
    assert "lock" not in text(plans.drifting())


def test_where_mistakes_left_nothing_to_plan_they_are_what_is_shown() -> None:
    told = text(plans.refused())
    assert "error[SW214]: Query that cannot be read" in told
    assert "Plan:" not in told


def test_names_one_after_the_other_stand_on_lines_that_hold_them_with_their_commas() -> None:
    assert flowed([], 10) == []
    assert flowed(["abc", "def", "g"], 10) == [["abc", "def"], ["g"]]
    assert flowed(["abcd", "efgh"], 11) == [["abcd", "efgh"]]
    assert flowed(["abcd", "efgh"], 10) == [["abcd"], ["efgh"]]
    assert flowed(["longer than a line", "b"], 5) == [["longer than a line"], ["b"]]
    assert flowed(["風船", "b"], 7) == [["風船"], ["b"]]


def test_the_steps_of_a_plan_that_a_check_forbids_are_not_promised() -> None:
    told = render(plans.denied(), color=False, width=100, explain=True)
    assert "Apply will, for each" not in told
    refusal = "Apply will refuse this plan: the check frozen_splits of cells does not hold"
    assert f"{refusal}. Without that it would, for each holding the dataset's lock:" in told
    assert f"\n{refusal}.\n" in told


def test_the_checks_that_forbid_a_plan_come_first_and_those_that_hold_last() -> None:
    assert [check.status for check in plans.denied().checks] == ["fail", "fail", "warn", "unknown", "pass"]


def test_of_a_thousand_datasets_that_stay_as_they_are_a_few_are_named() -> None:
    kept = plans.keeping()
    (change,) = kept.changes
    many = tuple(replace(change, address=f"cells-{number:03}") for number in range(1000))
    told = text(replace(kept, changes=many))
    assert len(told.splitlines()) < 30
    assert "  cells-019  " in told
    assert "  and 980 datasets more; `setwright plan --json` lists all" in told
    (other,) = plans.amending().changes
    told = text(replace(kept, changes=(*many, other)))
    assert "cells-018, cells-019 and 980 datasets more." in told


def test_of_many_datasets_that_were_not_chosen_a_few_are_named() -> None:
    addresses = tuple(f"cells-{number:03}" for number in range(300))
    told = text(replace(plans.growing(), left_out=addresses))
    assert "cells-018, cells-019 and 280 datasets more." in told
    few = text(replace(plans.growing(), left_out=addresses[:20]))
    assert "cells-018, cells-019." in few


def test_one_long_name_does_not_move_what_stands_behind_the_others() -> None:
    document = plans.growing()
    change = document.changes[0]
    assert change.frames is not None
    entering = change.frames.entering
    longer = (*entering.listed, replace(entering.listed[0], name="x" * 200))
    frames = replace(change.frames, entering=replace(entering, listed=longer))
    changed = replace(change, frames=frames)
    told = text(replace(document, changes=(changed, *document.changes[1:])))
    before = [line for line in text(document).splitlines() if "+ " in line and "into" in line]
    assert before
    assert set(before) <= set(told.splitlines())
    assert f"{'x' * 200}  into" in told


def restratified(*, resplit: bool) -> str:
    survey = settled(plans.BLOOD, plans.OLD)
    wish = replace(plans.BLOOD.split, stratify=True, seed=7, resplit=resplit)
    return text(plans.shown({"cells": replace(plans.BLOOD, split=wish)}, survey))


def test_a_wish_that_divides_new_frames_alone_says_so() -> None:
    told = "`seed` and `stratify` divide new frames alone, as frames stay where they were; `resplit: true` divides anew"
    assert told in restratified(resplit=False)
    assert "new frames alone" not in restratified(resplit=True)


def test_frames_that_move_because_resplit_was_left_in_the_spec_are_told_of() -> None:
    config = replace(plans.BLOOD, split=replace(plans.BLOOD.split, resplit=True))
    survey = settled(config, plans.OLD)
    grown = replace(survey, memberships={"cells": membership(plans.frames(0, 40))}, frames_revision=2)
    told = "`resplit: true` stands in the spec from before, so frames move"
    assert told in text(plans.shown({"cells": config}, grown))
    seeded = replace(config, split=replace(config.split, seed=7))
    assert told not in text(plans.shown({"cells": seeded}, grown))
