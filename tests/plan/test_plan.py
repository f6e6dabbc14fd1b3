"""What a plan holds, and that carrying it out leaves nothing to do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from setwright.model.frames import Membership
from setwright.model.splits import SplitWish
from setwright.model.statistics import count
from setwright.model.versions import ChangeSeverity, ObservedDataset, Version
from setwright.plan.changes import Adopt, Amend, Create, Delete, Follow, Forget, Guard, Keep, Reason
from setwright.plan.plan import Plan, plan
from setwright.plan.survey import Survey
from setwright.state.document import Applied, never_applied
from tests.contents import membership, memberships, named_memberships

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
CELLS = DatasetConfig(
    name="Cells",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="RBC", sources=("RBC",))),
)
configs = st.builds(
    lambda query, split, exports, background, versioning: replace(
        CELLS, query=query, split=split, exports=exports, background=background, versioning=versioning
    ),
    st.sampled_from(["", "annotation.label=WBC"]),
    st.sampled_from([SplitWish(), SplitWish(train=50, validation=25, test=25, resplit=True)]),
    st.sampled_from([(), ("RAW",)]),
    st.sampled_from(["keep", "drop"]),
    st.sampled_from(["auto", "always"]),
)


def untouched(members: Membership) -> Survey:
    """A remote without datasets, whose lake gives `members` for the address "cells"."""
    return Survey(
        location="memory",
        revision=1,
        frames_revision=1,
        state=never_applied("lineage"),
        observed={},
        contents={},
        memberships={"cells": members},
    )


def carried_out(planned: Plan, survey: Survey) -> Survey:
    """What is found after the plan was applied: each dataset as the plan said."""
    for change in planned.changes:
        match change:
            case Forget():
                survey = replace(survey, state=survey.state.forget(change.address))
            case Keep() | Guard() | Delete():
                pass
            case Create() | Follow() | Amend() | Adopt():
                survey = _made(change, survey)
    return survey


def _made(change: Create | Follow | Amend | Adopt, survey: Survey) -> Survey:
    content = (
        change.content if isinstance(change, Create | Follow) else survey.contents[change.observed.version.id]
    )
    version = Version(
        id=change.observed.version.id if isinstance(change, Amend | Adopt) else f"v{survey.state.serial + 1}",
        dataset="d1",
        number=change.observed.version.number if isinstance(change, Adopt) else change.number,
        parent=None,
        revision=survey.revision,
        manifest_digest=content.digest,
        exports=change.config.exports,
        statistics=count(content),
        created_at=NOON,
        author="test",
    )
    observed = ObservedDataset(id="d1", name=change.config.name, config=change.config, version=version)
    applied = Applied(
        dataset="d1",
        version=version.id,
        number=str(version.number),
        config=change.config,
        manifest_digest=version.manifest_digest,
        revision=survey.revision,
        key="k1",
        applied_at=NOON,
    )
    return replace(
        survey,
        state=survey.state.bind(change.address, applied),
        observed={**survey.observed, change.config.name: observed},
        contents={version.id: content},
    )


def settled(config: DatasetConfig, members: Membership) -> Survey:
    """What is found once `config` was planned and applied."""
    survey = untouched(members)
    return carried_out(plan({"cells": config}, survey), survey)


@given(before=configs, after=configs, old=memberships, new=memberships)
def test_after_a_plan_is_carried_out_there_is_nothing_to_do(
    before: DatasetConfig, after: DatasetConfig, old: Membership, new: Membership
) -> None:
    survey = replace(settled(before, old), memberships={"cells": new})
    survey = carried_out(plan({"cells": after}, survey), survey)
    assert plan({"cells": after}, survey).empty


@given(before=configs, after=configs, old=named_memberships, new=named_memberships)
def test_where_only_names_are_known_a_plan_that_is_carried_out_leaves_nothing_either(
    before: DatasetConfig, after: DatasetConfig, old: Membership, new: Membership
) -> None:
    survey = replace(untouched(old), numbers=False)
    survey = replace(carried_out(plan({"cells": before}, survey), survey), memberships={"cells": new})
    (change,) = plan({"cells": after}, survey).changes
    if isinstance(change, Follow) and Reason.VERSIONING_ALWAYS not in change.reasons:
        # Its remote may put any frame into the test split, so the gravest is said where there is one.
        assert change.severity is ChangeSeverity.EVAL or not (before.split.test or after.split.test)
        assert str(change.number) == "unnumbered"
    survey = carried_out(plan({"cells": after}, survey), survey)
    assert plan({"cells": after}, survey).empty


def test_a_dataset_that_is_not_there_is_created_as_version_one() -> None:
    (change,) = plan({"cells": CELLS}, untouched(membership({"a": ["WBC"]}))).changes
    assert isinstance(change, Create)
    assert str(change.number) == "1.0.0"
    assert change.reasons == (Reason.NOT_AT_REMOTE,)


def test_frames_that_came_to_the_lake_are_a_new_version_for_the_data_s_sake() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    (change,) = plan(
        {"cells": CELLS}, replace(survey, memberships={"cells": membership({"a": ["WBC"], "b": []})})
    ).changes
    assert isinstance(change, Follow)
    assert change.reasons == (Reason.DATA_CHANGED,)
    assert change.fields == ()
    assert change.content.frames.name[change.diff.entering].tolist() == ["b"]


def test_another_export_amends_the_version_in_place() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    (change,) = plan({"cells": replace(CELLS, exports=("RAW",))}, survey).changes
    assert isinstance(change, Amend)
    assert str(change.number) == "1.0.1"
    assert [field.path for field in change.fields] == ["exports"]


def test_where_the_spec_asks_for_it_a_change_of_settings_is_a_version_too() -> None:
    always = replace(CELLS, versioning="always")
    survey = settled(always, membership({"a": ["WBC"]}))
    described = {"cells": replace(always, description="Cells of blood")}
    planned = plan(described, survey)
    (change,) = planned.changes
    assert isinstance(change, Follow)
    assert str(change.number) == "1.0.1"
    assert Reason.VERSIONING_ALWAYS in change.reasons
    assert plan(described, carried_out(planned, survey)).empty


def test_a_dataset_that_another_made_just_so_is_adopted() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    (change,) = plan({"cells": CELLS}, replace(survey, state=never_applied("other"))).changes
    assert isinstance(change, Adopt)


def test_a_spec_that_is_gone_is_forgotten_and_not_deleted() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    (change,) = plan({}, survey).changes
    assert isinstance(change, Forget)


def test_a_change_that_somebody_else_made_is_named_as_such() -> None:
    survey = settled(CELLS, membership({"a": ["WBC"]}))
    theirs = replace(survey.observed["Cells"], config=replace(CELLS, description="theirs"))
    (change,) = plan({"cells": CELLS}, replace(survey, observed={"Cells": theirs})).changes
    assert isinstance(change, Amend)
    assert change.reasons == (Reason.CHANGED_AT_REMOTE,)
