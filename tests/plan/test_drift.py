"""What others changed is told, and what this project asks for itself is not."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from setwright.model.dataset import DatasetConfig
from setwright.model.frames import Membership
from setwright.model.versions import VersionNumber
from setwright.plan.drift import Drift
from setwright.plan.plan import plan
from setwright.plan.survey import Survey
from tests.contents import membership, memberships
from tests.plan.test_plan import CELLS, configs, settled

SOME = membership({"a": ["WBC"], "b": ["RBC"], "c": []})


def found(survey: Survey, config: DatasetConfig = CELLS) -> tuple[Drift, ...]:
    return plan({"cells": config}, survey).drift


def told(survey: Survey, config: DatasetConfig = CELLS) -> list[str]:
    return [each.drift for each in found(survey, config)]


@given(configs, memberships)
def test_what_was_just_applied_has_not_drifted(config: DatasetConfig, members: Membership) -> None:
    assert told(settled(config, members), config) == []


@given(configs, configs, memberships)
def test_what_the_spec_asks_for_is_no_drift(
    before: DatasetConfig, after: DatasetConfig, members: Membership
) -> None:
    assert told(settled(before, members), after) == []


def test_a_dataset_that_is_gone_has_drifted() -> None:
    assert told(replace(settled(CELLS, SOME), observed={})) == ["deleted"]


def test_a_version_that_somebody_else_made_is_told_with_its_maker() -> None:
    survey = settled(CELLS, SOME)
    there = survey.observed["Cells"]
    version = replace(there.version, id="v9", number=VersionNumber(1, 1, 0), author="eve")
    survey = replace(
        survey,
        observed={"Cells": replace(there, version=version)},
        contents={"v9": survey.contents[there.version.id]},
    )
    (drift,) = found(survey)
    assert (drift.drift, drift.applied and drift.applied.number) == ("version", "1.0.0")
    assert drift.observed is not None
    assert (str(drift.observed.version.number), drift.observed.version.author) == ("1.1.0", "eve")


def test_settings_that_somebody_else_changed_are_told_one_by_one() -> None:
    survey = settled(CELLS, SOME)
    there = survey.observed["Cells"]
    changed = replace(there, config=replace(CELLS, description="other"))
    (drift,) = found(replace(survey, observed={"Cells": changed}))
    assert [(field.path, field.before, field.after) for field in drift.fields] == [
        ("description", "", "other")
    ]


def test_frames_that_came_to_the_lake_are_drift_and_counted() -> None:
    survey = settled(CELLS, SOME)
    more = membership({"a": ["WBC", "WBC"], "b": ["RBC"], "d": [], "e": []})
    (drift,) = found(replace(survey, memberships={"cells": more}, frames_revision=2))
    assert (drift.drift, drift.entering, drift.leaving, drift.relabelled) == ("data", 2, 1, 1)


def test_a_dataset_that_gets_another_name_is_not_taken_for_deleted() -> None:
    assert told(replace(settled(CELLS, SOME), observed={}), replace(CELLS, name="Blood")) == []
