"""Apply makes what was planned, whole or not at all, and says what it did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from setwright.apply.planning import make_plan
from setwright.apply.run import StepEvent
from setwright.apply.steps import BindStep, ForgetStep, PublishStep, steps, told
from setwright.model.errors import LockHeldError, RemoteError, SetwrightError, StalePlanError, UnansweredError
from setwright.model.events import Advanced, Event, Listener, silence
from setwright.model.versions import ObservedDataset, Publication, Version
from setwright.plan.changes import Create
from setwright.plan.describe import describe
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.protocol import Remote
from setwright.state.document import State, never_applied
from tests.apply.projects import CELLS, NOON, carry_out, frames, lake_in_memory, planned, project, recovered

SMALL = replace(CELLS, name="Small", query="annotation.label=WBC")
BOTH = project({"cells": CELLS, "small": SMALL})


def test_what_is_planned_is_made_and_then_there_is_nothing_to_do(tmp_path: Path) -> None:
    remote = lake_in_memory()
    made = planned(remote, BOTH)
    outcome = carry_out(remote, made, tmp_path)
    assert [done.step.address for done in outcome.done] == ["cells", "small"]
    assert outcome.failed == ()
    for done, change in zip(outcome.done, made.plan.changes, strict=True):
        assert isinstance(change, Create)
        assert done.version is not None
        assert done.version.manifest_digest == change.content.digest
    assert planned(remote, BOTH).plan.empty
    assert list(tmp_path.iterdir()) == []


def test_the_frames_that_were_planned_are_made_though_others_came_meanwhile(tmp_path: Path) -> None:
    remote = lake_in_memory()
    made = planned(remote, BOTH)
    remote.put(frames({"new.png": ["WBC"]}))
    carry_out(remote, made, tmp_path)
    (version,) = remote.versions("Cells")
    assert version.statistics.frames == 20
    assert not planned(remote, BOTH).plan.empty


def test_a_spec_that_is_gone_is_forgotten_and_its_dataset_stays(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, BOTH), tmp_path)
    only_cells = project({"cells": CELLS})
    (done,) = carry_out(remote, planned(remote, only_cells), tmp_path).done
    assert isinstance(done.step, ForgetStep)
    assert len(remote.versions("Small")) == 1
    assert planned(remote, only_cells).plan.empty


def test_a_dataset_that_comes_back_is_adopted_and_not_made_again(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, BOTH), tmp_path)
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    (done,) = carry_out(remote, planned(remote, BOTH), tmp_path).done
    assert isinstance(done.step, BindStep)
    assert len(remote.versions("Small")) == 1


def test_settings_change_in_place_and_the_content_gets_no_new_version(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, BOTH), tmp_path)
    described = project({"cells": replace(CELLS, description="Cells of blood"), "small": SMALL})
    carry_out(remote, planned(remote, described), tmp_path)
    assert [str(version.number) for version in remote.versions("Cells")] == ["1.0.0"]
    assert remote.observe(["Cells"])["Cells"].config == replace(CELLS, description="Cells of blood")
    assert planned(remote, described).plan.empty


def test_a_dataset_that_somebody_else_changed_since_is_refused_and_the_others_are_made(
    tmp_path: Path,
) -> None:
    remote = lake_in_memory()
    made = planned(remote, BOTH)
    carry_out(remote, planned(remote, project({"cells": CELLS})), tmp_path)
    outcome = carry_out(remote, made, tmp_path)
    (failed,) = outcome.failed
    assert failed.step.address == "cells"
    assert isinstance(failed.error, StalePlanError)
    assert [done.step.address for done in outcome.done] == ["small"]
    assert len(remote.versions("Cells")) == 1


def test_a_plan_cannot_be_carried_out_twice(tmp_path: Path) -> None:
    remote = lake_in_memory()
    made = planned(remote, BOTH)
    carry_out(remote, made, tmp_path)
    outcome = carry_out(remote, made, tmp_path)
    assert outcome.done == ()
    assert {type(failed.error) for failed in outcome.failed} == {StalePlanError}


def test_two_first_plans_of_one_project_cannot_both_be_carried_out(tmp_path: Path) -> None:
    remote = lake_in_memory()
    ours = planned(remote, project({"cells": CELLS}), lineage="ours")
    theirs = planned(remote, project({"small": SMALL}), lineage="theirs")
    carry_out(remote, ours, tmp_path)
    (failed,) = carry_out(remote, theirs, tmp_path).failed
    assert isinstance(failed.error, StalePlanError)


def test_a_lock_that_somebody_holds_is_said_at_once(tmp_path: Path) -> None:
    remote = lake_in_memory()
    with remote.lease("Cells", "bob"):
        outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    (failed,) = outcome.failed
    assert isinstance(failed.error, LockHeldError)
    assert "bob" in failed.error.detail
    assert [done.step.address for done in outcome.done] == ["small"]


def test_a_lock_can_be_waited_for(tmp_path: Path) -> None:
    remote = lake_in_memory()
    held = ExitStack()
    held.enter_context(remote.lease("Cells", "bob"))
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            held.close()

    outcome = carry_out(remote, planned(remote, BOTH), tmp_path, seconds=10, sleep=sleep)
    assert outcome.failed == ()
    assert slept == [1, 1, 1]


def test_no_lock_is_left_behind(tmp_path: Path) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, BOTH), tmp_path)
    for name in ("Cells", "Small", "apply-1"):
        with remote.lease(name, "bob"):
            pass


class Refusing(MemoryRemote):
    """A remote that refuses a dataset."""

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        if publication.config.name == "Cells":
            raise RemoteError("No room for Cells")
        return super().publish(publication, listener)


def test_a_refusal_stops_no_other_and_leaves_nothing_to_recover(tmp_path: Path) -> None:
    remote = Refusing()
    remote.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))
    outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    assert [done.step.address for done in outcome.done] == ["small"]
    assert [str(failed.error) for failed in outcome.failed] == ["No room for Cells"]
    assert recovered(remote, tmp_path) == []


class Killed(BaseException):
    """What nobody catches, as a power failure."""


class Mortal:
    """A remote whose caller dies at the `last` call that changes anything: before it, or just `after` it was made."""

    def __init__(self, remote: Remote, last: int, *, after: bool) -> None:
        self._remote = remote
        self._left = last
        self._after = after

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._remote, name)
        if name not in ("publish", "amend", "delete", "commit_state"):
            return attribute

        def call(*arguments: Any) -> Any:
            self._left -= 1
            if self._left == 0 and not self._after:
                raise Killed
            result = attribute(*arguments)
            if self._left == 0:
                raise Killed
            return result

        return call


class Counted:
    """A remote that counts the calls by which its datasets change."""

    def __init__(self, remote: Remote) -> None:
        self._remote = remote
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        self.calls += name in ("publish", "amend", "delete")
        return getattr(self._remote, name)


def test_apply_makes_as_many_calls_as_the_plan_says(tmp_path: Path) -> None:
    remote: Any = Counted(lake_in_memory())
    wanted = [
        (BOTH, False, 2),  # both are made
        (project({"cells": replace(CELLS, query="annotation.label=RBC"), "small": SMALL}), False, 1),
        (project({"cells": replace(CELLS, description="Red"), "small": SMALL}), False, 1),
        (project({"cells": replace(CELLS, description="Red")}), False, 0),  # one is only forgotten
        (project({}), True, 1),
    ]
    for wish, prune, expected in wanted:
        made = make_plan(remote, wish, lineage="lineage", prune=prune)
        document = describe(made.plan, project="blood", specs={}, losses={}, steps=told(made.plan))
        before = remote.calls
        assert carry_out(remote, made, tmp_path).failed == ()
        assert (document.summary.calls, remote.calls - before) == (expected, expected)


def _apply_first(remote: MemoryRemote, folder: Path) -> None:
    carry_out(remote, planned(remote, BOTH), folder, name="before")


CHANGED = project(
    {"cells": replace(CELLS, query="annotation.label=RBC"), "small": replace(SMALL, tags=("x",))}
)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("last", range(1, 4))
@pytest.mark.parametrize("history", ["first", "next"])
def test_killed_at_any_change_the_next_run_finishes_and_makes_nothing_twice(
    tmp_path: Path, history: str, last: int, after: bool
) -> None:
    remote = lake_in_memory()
    if history == "next":
        _apply_first(remote, tmp_path)
    undisturbed = lake_in_memory()
    if history == "next":
        _apply_first(undisturbed, tmp_path)
    carry_out(undisturbed, planned(undisturbed, CHANGED), tmp_path, name="calm")

    with pytest.raises(Killed):
        carry_out(Mortal(remote, last, after=after), planned(remote, CHANGED), tmp_path)
    settled = recovered(remote, tmp_path)
    carry_out(remote, planned(remote, CHANGED), tmp_path, name="apply-2")

    assert planned(remote, CHANGED).plan.empty
    for name in ("Cells", "Small"):
        ours, theirs = remote.versions(name), undisturbed.versions(name)
        assert [(v.number, v.manifest_digest) for v in ours] == [
            (v.number, v.manifest_digest) for v in theirs
        ]
    assert list(tmp_path.iterdir()) == []
    assert len(settled) <= 2


def test_what_was_made_just_before_a_crash_is_known_after_recovery_without_another_apply(
    tmp_path: Path,
) -> None:
    remote = lake_in_memory()
    with pytest.raises(Killed):
        carry_out(Mortal(remote, 1, after=True), planned(remote, BOTH), tmp_path)
    assert remote.state("blood") is None
    (settled,) = recovered(remote, tmp_path)
    assert settled.address == "cells"
    assert settled.version is not None
    state = remote.state("blood")
    assert state is not None
    assert state.datasets["cells"].version == settled.version.id
    assert recovered(remote, tmp_path) == []


def test_a_run_that_still_goes_on_is_not_recovered_from(tmp_path: Path) -> None:
    remote = lake_in_memory()
    with pytest.raises(Killed):
        carry_out(Mortal(remote, 1, after=True), planned(remote, BOTH), tmp_path)
    with remote.lease("apply-1", "ada"):
        assert recovered(remote, tmp_path) == []
    assert len(recovered(remote, tmp_path)) == 1


def test_a_journal_whose_last_line_is_torn_tells_what_its_whole_lines_tell(tmp_path: Path) -> None:
    remote = lake_in_memory()
    with pytest.raises(Killed):
        carry_out(Mortal(remote, 1, after=True), planned(remote, BOTH), tmp_path)
    (journal,) = tmp_path.iterdir()
    journal.write_bytes(journal.read_bytes() + b'{"entry": "sett')
    assert len(recovered(remote, tmp_path)) == 1


def test_a_journal_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    (tmp_path / "apply-0.jsonl").write_text("nonsense\n")
    with pytest.raises(SetwrightError, match=r"apply-0\.jsonl"):
        recovered(lake_in_memory(), tmp_path)


def test_the_journal_of_another_project_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "apply-0.jsonl").write_text('{"format_version": 1, "project": "other"}\n')
    assert recovered(lake_in_memory(), tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 1


def test_the_same_change_planned_from_the_same_state_has_the_same_key() -> None:
    remote = lake_in_memory()
    keys = [
        [step.key for step in steps(planned(remote, BOTH).plan) if isinstance(step, PublishStep)]
        for _ in range(2)
    ]
    assert keys[0] == keys[1]
    assert len(set(keys[0])) == 2


class Silent(MemoryRemote):
    """A remote that, once it has published, tells nothing of the datasets that are called `hidden`, or fails."""

    hidden: frozenset[str] = frozenset()
    fails = False

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        if self.fails:
            raise UnansweredError("No answer")
        found = super().observe(names)
        return {name: each for name, each in found.items() if name not in self.hidden}

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        made = super().publish(publication, listener)
        self.hidden, self.fails = self.to_hide, self.to_fail
        return made

    to_hide: frozenset[str] = frozenset()
    to_fail = False


def test_a_dataset_that_is_gone_before_the_state_knows_of_it_stops_no_other(tmp_path: Path) -> None:
    remote = Silent()
    remote.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))
    remote.to_hide = frozenset({"Cells"})
    outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    assert [done.step.address for done in outcome.done] == ["small"]
    (failed,) = outcome.failed
    assert (failed.step.address, failed.error.summary) == ("cells", "Cells is gone again")
    assert failed.made is not None


def test_what_was_made_while_nobody_could_be_asked_is_known_to_the_next_run(tmp_path: Path) -> None:
    remote = Silent()
    remote.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))
    remote.to_fail = True
    outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    assert outcome.done == ()
    assert [str(failed.error) for failed in outcome.failed] == ["No answer", "No answer"]
    assert all(failed.made is not None for failed in outcome.failed)
    remote.fails = False
    assert [each.version is not None for each in recovered(remote, tmp_path)] == [True, True]
    assert planned(remote, BOTH).plan.empty


class Crowded(MemoryRemote):
    """A remote where somebody else records an entry of `address` just before us, once."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))

    def commit_state(self, project: str, state: State) -> None:
        if self.address:
            entry = replace(next(iter(state.datasets.values())), key="theirs")
            theirs = (self.state(project) or never_applied(state.lineage)).bind(self.address, entry)
            self.address = ""
            super().commit_state(project, theirs)
        super().commit_state(project, state)


def test_what_others_record_meanwhile_stays(tmp_path: Path) -> None:
    remote = Crowded("theirs")
    outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    assert outcome.failed == ()
    state = remote.state("blood")
    assert state is not None
    assert state.datasets.keys() == {"cells", "small", "theirs"}


def test_an_entry_that_others_record_meanwhile_is_not_written_over(tmp_path: Path) -> None:
    remote = Crowded("cells")
    outcome = carry_out(remote, planned(remote, BOTH), tmp_path)
    assert [failed.step.address for failed in outcome.failed] == ["cells"]
    assert [done.step.address for done in outcome.done] == ["small"]
    state = remote.state("blood")
    assert state is not None
    assert state.datasets["cells"].key == "theirs"
    (failed,) = outcome.failed
    (made,) = remote.versions("Cells")
    assert failed.made is not None
    assert failed.made.id == made.id
    assert "1.0.0 was made" in failed.error.detail


def test_ctrl_c_lets_the_state_know_what_was_made(tmp_path: Path) -> None:
    remote = lake_in_memory()

    def interrupt(event: Event) -> None:
        if isinstance(event, Advanced):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        carry_out(remote, planned(remote, BOTH), tmp_path, listener=interrupt)
    state = remote.state("blood")
    assert state is not None
    assert state.datasets.keys() == {"cells"}
    assert list(tmp_path.iterdir()) == []
    with remote.lease("Cells", "bob"):
        pass


def test_a_long_run_records_every_two_seconds(tmp_path: Path) -> None:
    remote = lake_in_memory()
    ticks = (NOON + timedelta(seconds=second) for second in count())
    many = project({f"cells-{number}": replace(CELLS, name=f"Cells {number}") for number in range(6)})
    carry_out(remote, planned(remote, many), tmp_path, clock=lambda: next(ticks))
    state = remote.state("blood")
    assert state is not None
    assert 3 <= state.serial <= 6
    assert len(state.datasets) == 6


def test_whoever_follows_a_run_is_told_when_a_step_begins_and_what_became_of_it(tmp_path: Path) -> None:
    remote = lake_in_memory()
    made = planned(remote, BOTH)
    seen: list[tuple[str, str]] = []

    def observe(event: StepEvent) -> None:
        seen.append((type(event).__name__, event.step.address))

    with remote.lease("Small", "somebody"):
        carry_out(remote, made, tmp_path, observer=observe)
    assert sorted(seen) == [("Begun", "cells"), ("Begun", "small"), ("Done", "cells"), ("Failed", "small")]
    assert seen.index(("Begun", "cells")) < seen.index(("Done", "cells"))
