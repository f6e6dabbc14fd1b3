"""Datasets keep their versions when they are renamed, and go only when told, and never when protected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from setwright.apply.planning import Planned, make_plan, replan
from setwright.apply.run import Outcome
from setwright.apply.steps import PublishStep, steps
from setwright.model.dataset import DatasetConfig
from setwright.model.diagnostics import SourceRef
from setwright.model.errors import StalePlanError, UsageError
from setwright.model.versions import Deletion, Publication
from setwright.plan.changes import Adopt, Amend, Create, Delete, Follow, Forget, Guard, Keep, Reason
from setwright.plan.describe import describe
from setwright.plan.identity import plan_digest
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.protocol import Capabilities, Remote
from setwright.spec.project import Project, Spec
from tests.apply.projects import CELLS, NOON, carry_out, frames, lake_in_memory, planned, project, recovered
from tests.apply.test_run import Killed, Mortal

ONE = project({"cells": CELLS})
PROTECTED = project({"cells": replace(CELLS, protect=True)})


class Rigid(MemoryRemote):
    """A remote that neither renames nor deletes."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, renames=False, deletes=False)


class Unrenaming(MemoryRemote):
    """A remote that deletes and cannot rename."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, renames=False)


def moved(configs: Mapping[str, DatasetConfig], previously: Mapping[str, str]) -> Project:
    """A project whose datasets had other addresses before."""
    whole = project(configs)
    return replace(
        whole,
        specs=tuple(replace(spec, previously=previously.get(spec.address)) for spec in whole.specs),
    )


def numbers(remote: Remote, name: str) -> list[str]:
    return [str(version.number) for version in remote.versions(name)]


def bound(remote: Remote) -> dict[str, str]:
    """What the state's addresses stand for, by the remote's ids."""
    state = remote.state("blood")
    return {} if state is None else {address: entry.dataset for address, entry in state.datasets.items()}


def pruned(remote: Remote, wanted: Project) -> Planned:
    return make_plan(remote, wanted, lineage="lineage", prune=True)


def applied(remote: Remote, made: Planned, folder: Path) -> Outcome:
    outcome = carry_out(remote, made, folder)
    assert outcome.failed == ()
    return outcome


def test_another_name_renames_the_dataset_and_its_versions_stay(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    before = bound(remote)
    renamed = project({"cells": replace(CELLS, name="Blood Cells")})
    made = planned(remote, renamed)
    (amend,) = made.plan.changes
    assert isinstance(amend, Amend)
    assert [field.path for field in amend.fields] == ["name"]
    applied(remote, made, tmp_path)
    assert (numbers(remote, "Cells"), numbers(remote, "Blood Cells")) == ([], ["1.0.0"])
    assert bound(remote) == before
    assert planned(remote, renamed).plan.empty


def test_a_new_name_and_new_content_are_one_version(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    renamed = project({"cells": replace(CELLS, name="Blood Cells")})
    made = planned(remote, renamed)
    assert isinstance(made.plan.changes[0], Follow)
    applied(remote, made, tmp_path)
    assert len(numbers(remote, "Blood Cells")) == 2
    assert planned(remote, renamed).plan.empty


def test_an_address_that_moves_takes_its_dataset_along(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    before = bound(remote)["cells"]
    wanted = moved({"blood": CELLS}, {"blood": "cells"})
    made = planned(remote, wanted)
    (adopt,) = made.plan.changes
    assert isinstance(adopt, Adopt)
    assert (adopt.moved_from, adopt.reasons[0]) == ("cells", Reason.MOVED)
    applied(remote, made, tmp_path)
    assert bound(remote) == {"blood": before}
    assert planned(remote, wanted).plan.empty
    # `previously` may stay in the spec.
    assert planned(remote, project({"blood": CELLS})).plan.empty


def test_an_address_and_the_name_that_comes_with_it_move_together(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, project({"cells": replace(CELLS, name="cells")})), tmp_path)
    wanted = moved({"blood": replace(CELLS, name="blood", query="annotation.label=WBC")}, {"blood": "cells"})
    made = planned(remote, wanted)
    document = describe(made.plan, project="blood", specs={}, losses=made.losses)
    (change,) = document.changes
    assert (change.actions, change.previous_address, change.previous_name) == (
        ("new-version",),
        "cells",
        "cells",
    )
    applied(remote, replan(remote, document), tmp_path)
    assert len(numbers(remote, "blood")) == 2
    assert list(bound(remote)) == ["blood"]
    assert planned(remote, wanted).plan.empty


def test_a_name_that_is_given_up_can_be_taken_in_the_same_plan(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, project({"z": replace(CELLS, name="cells")})), tmp_path)
    old = bound(remote)["z"]
    wanted = project({"a": replace(CELLS, name="cells"), "z": replace(CELLS, name="old cells")})
    made = planned(remote, wanted)
    assert {type(change) for change in made.plan.changes} == {Create, Amend}
    applied(remote, made, tmp_path)
    assert bound(remote)["z"] == old != bound(remote)["a"]
    assert planned(remote, wanted).plan.empty


def test_an_address_that_moves_without_saying_so_adopts_what_the_old_one_forgets(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    wanted = project({"blood": CELLS})
    applied(remote, planned(remote, wanted), tmp_path)
    assert list(bound(remote)) == ["blood"]
    assert planned(remote, wanted).plan.empty


def test_a_name_that_a_stranger_has_is_not_taken_from_it_nor_given_up_for_it(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, project({"a": replace(CELLS, name="theirs")})), tmp_path)
    applied(remote, planned(remote, project({"z": replace(CELLS, name="mine")})), tmp_path)
    wanted = project({"b": replace(CELLS, name="mine"), "z": replace(CELLS, name="theirs")})
    made = planned(remote, wanted)
    (taking,) = (change for change in made.plan.changes if change.address == "z")
    assert not isinstance(taking, Keep)
    assert Reason.NAME_TAKEN in taking.reasons
    assert not {Reason.CANNOT_RENAME, Reason.CHANGED_AT_REMOTE} & {*taking.reasons}
    applied(remote, made, tmp_path)
    assert (numbers(remote, "mine"), numbers(remote, "theirs")) == (["1.0.0"], ["1.0.0"])
    assert planned(remote, wanted).plan.empty


def test_names_move_on_in_a_row_but_are_not_swapped(tmp_path: Path) -> None:
    remote = lake_in_memory()
    two = {"a": replace(CELLS, name="one"), "b": replace(CELLS, name="two")}
    applied(remote, planned(remote, project(two)), tmp_path)
    before = bound(remote)
    row = project({"a": replace(CELLS, name="two"), "b": replace(CELLS, name="three")})
    applied(remote, planned(remote, row), tmp_path)
    assert bound(remote) == before
    swapped = project({"a": replace(CELLS, name="three"), "b": replace(CELLS, name="two")})
    with pytest.raises(UsageError, match="swap"):
        planned(remote, swapped)


def test_where_the_remote_cannot_rename_a_dataset_is_made_and_the_plan_says_so(tmp_path: Path) -> None:
    remote = Rigid()
    remote.put(frames({"a.png": ["WBC"]}))
    applied(remote, planned(remote, ONE), tmp_path)
    renamed = project({"cells": replace(CELLS, name="Blood Cells")})
    made = planned(remote, renamed)
    (create,) = made.plan.changes
    assert isinstance(create, Create)
    assert Reason.CANNOT_RENAME in create.reasons
    applied(remote, made, tmp_path)
    assert (numbers(remote, "Cells"), numbers(remote, "Blood Cells")) == (["1.0.0"], ["1.0.0"])
    assert planned(remote, renamed).plan.empty


@pytest.mark.parametrize("prune", [False, True])
def test_where_it_cannot_move_to_another_address_the_old_one_is_forgotten_in_the_same_plan(
    tmp_path: Path, prune: bool
) -> None:
    remote = Unrenaming()
    remote.put(frames({"a.png": ["WBC"]}))
    applied(remote, planned(remote, ONE), tmp_path)
    wanted = moved({"blood": replace(CELLS, name="Blood Cells")}, {"blood": "cells"})
    made = pruned(remote, wanted) if prune else planned(remote, wanted)
    assert [(change.address, type(change)) for change in made.plan.changes] == [
        ("blood", Create),
        ("cells", Forget),
    ]
    applied(remote, made, tmp_path)
    assert (numbers(remote, "Cells"), numbers(remote, "Blood Cells")) == (["1.0.0"], ["1.0.0"])
    assert planned(remote, wanted).plan.empty


def test_what_moves_and_was_deleted_by_somebody_else_leaves_nothing_for_a_second_plan(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    (version,) = remote.versions("Cells")
    remote.delete(Deletion(key="theirs", name="Cells", version=version.id, author="ada", at=NOON))
    wanted = moved({"blood": CELLS}, {"blood": "cells"})
    applied(remote, planned(remote, wanted), tmp_path)
    assert list(bound(remote)) == ["blood"]
    assert planned(remote, wanted).plan.empty


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("last", [1, 2])
@pytest.mark.parametrize("prune", [False, True])
def test_a_run_that_dies_while_it_moves_or_deletes_is_finished_by_the_next(
    tmp_path: Path, prune: bool, last: int, after: bool
) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    before = bound(remote)["cells"]
    wanted = moved({} if prune else {"blood": replace(CELLS, name="blood")}, {"blood": "cells"})
    with pytest.raises(Killed):
        carry_out(Mortal(remote, last, after=after), pruned(remote, wanted), tmp_path, name="apply-2")
    recovered(remote, tmp_path)
    applied(remote, pruned(remote, wanted), tmp_path)
    assert bound(remote) == ({} if prune else {"blood": before})
    assert pruned(remote, wanted).plan.empty
    assert numbers(remote, "Cells") == []
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_whose_spec_is_gone_is_deleted_only_when_told(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    (forget,) = planned(remote, project({})).plan.changes
    assert isinstance(forget, Forget)
    made = pruned(remote, project({}))
    (delete,) = made.plan.changes
    assert isinstance(delete, Delete)
    document = describe(made.plan, project="blood", specs={}, losses={})
    assert (document.summary.destroy, document.summary.leaving) == (1, 20)
    applied(remote, replan(remote, document), tmp_path)
    assert numbers(remote, "Cells") == []
    assert bound(remote) == {}
    assert pruned(remote, project({})).plan.empty


def test_a_dataset_that_somebody_changed_since_is_not_deleted(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    made = pruned(remote, project({}))
    document = describe(made.plan, project="blood", specs={}, losses={})
    remote.put(frames({"new.png": ["WBC"]}))
    (theirs,) = steps(planned(remote, ONE).plan)
    assert isinstance(theirs, PublishStep)
    remote.publish(
        Publication(
            key="theirs",
            config=CELLS,
            parent=theirs.parent,
            number=theirs.number,
            severity=theirs.severity,
            manifest=theirs.content,
            revision=theirs.revision,
            author="bob",
            at=NOON,
        )
    )
    outcome = carry_out(remote, made, tmp_path)
    assert [type(failed.error) for failed in outcome.failed] == [StalePlanError]
    assert len(numbers(remote, "Cells")) == 2
    with pytest.raises(StalePlanError, match="stale"):
        replan(remote, document)


def test_protection_survives_the_spec_and_every_later_apply(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, PROTECTED), tmp_path)
    for _ in range(2):
        made = pruned(remote, project({}))
        (guard,) = made.plan.changes
        assert isinstance(guard, Guard)
        assert made.plan.empty
        applied(remote, made, tmp_path)
    assert numbers(remote, "Cells") == ["1.0.0"]
    # To let go of it takes a spec that says so.
    applied(remote, planned(remote, ONE), tmp_path)
    applied(remote, pruned(remote, project({})), tmp_path)
    assert numbers(remote, "Cells") == []


@pytest.mark.parametrize("first", [{}, {"other": replace(CELLS, name="Other")}], ids=["new", "renamed"])
def test_a_protected_dataset_is_not_taken_over_by_its_name(
    tmp_path: Path, first: dict[str, DatasetConfig]
) -> None:
    """Its address goes on guarding it, and another one without protection could have it deleted."""
    remote = lake_in_memory()
    guarded = {"cells": replace(CELLS, protect=True)}
    applied(remote, planned(remote, project({**guarded, **first})), tmp_path)
    with pytest.raises(UsageError, match="is protected, and is the dataset of cells"):
        planned(remote, project({"other": CELLS}))
    planned(remote, project({**guarded, **first}))


def test_a_dataset_that_is_another_by_now_is_not_deleted_under_its_name(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    entry = remote.state("blood")
    assert entry is not None
    other = replace(entry.datasets["cells"], dataset="d99")
    remote.commit_state("blood", entry.bind("cells", other))
    (forget,) = pruned(remote, project({})).plan.changes
    assert isinstance(forget, Forget)


def test_a_remote_that_deletes_nothing_says_so(tmp_path: Path) -> None:
    remote = Rigid()
    remote.put(frames({"a.png": ["WBC"]}))
    applied(remote, planned(remote, ONE), tmp_path)
    (forget,) = pruned(remote, project({})).plan.changes
    assert isinstance(forget, Forget)
    assert Reason.CANNOT_DELETE in forget.reasons


def test_a_move_is_part_of_what_is_approved(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, planned(remote, ONE), tmp_path)
    plain = planned(remote, project({"blood": CELLS}))
    move = planned(remote, moved({"blood": CELLS}, {"blood": "cells"}))
    assert plan_digest(plain.plan) != plan_digest(move.plan)


def test_the_place_of_a_spec_plays_no_part() -> None:
    remote = lake_in_memory()
    spec = Spec(address="cells", config=CELLS, where=SourceRef("elsewhere.yaml", 9, 1, 9, 1), fields={})
    there = replace(ONE, specs=(spec,))
    assert plan_digest(planned(remote, there).plan) == plan_digest(planned(remote, ONE).plan)


def test_a_stale_plan_that_renames_says_which_name_is_gone(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, ONE), tmp_path)
    renames = project({"cells": replace(CELLS, name="Blood Cells")})
    made = planned(remote, renames)
    document = describe(made.plan, project="blood", specs={}, losses=made.losses)
    carry_out(remote, made, tmp_path, name="apply-2")
    with pytest.raises(StalePlanError) as refused:
        replan(remote, document)
    assert '"Cells" does not exist any more.' in refused.value.detail
