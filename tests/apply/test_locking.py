"""A spec that is pinned is given the frames that it was locked with, whatever comes to the lake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.apply.locking import lock
from setwright.apply.planning import make_plan, replan
from setwright.apply.proofs import Proofs
from setwright.model.dataset import CollectionSource, DatasetConfig, Selection
from setwright.model.diagnostics import SourceRef
from setwright.model.errors import FindingsError, StalePlanError, UsageError
from setwright.model.frames import Membership
from setwright.model.membership import membership_digest
from setwright.plan.changes import Create, Follow, Keep
from setwright.plan.describe import describe
from setwright.plan.document import plain
from setwright.plan.identity import plan_digest
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.protocol import Capabilities
from setwright.spec.pin import Pin
from tests.apply.projects import (
    CELLS,
    FRAMES,
    carry_out,
    frames,
    lake_in_memory,
    locked_now,
    planned,
    project,
)
from tests.apply.test_planning import configs, new_frames
from tests.conformance.test_memory import stored
from tests.laws import examples

ONE = project({"cells": CELLS})
WHITE = project({"cells": replace(CELLS, query="annotation.label=WBC")})


class Forgetful(MemoryRemote):
    """A remote that cannot be asked about the past."""

    @property
    def capabilities(self) -> Capabilities:
        return replace(super().capabilities, pins_revisions=False)


def test_frames_that_come_are_not_planned_until_the_pin_is_moved(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, ONE)
    carry_out(remote, planned(remote, ONE, pins=pins), tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    made = planned(remote, ONE, pins=pins)
    assert made.plan.empty
    upgrade = made.plan.pinned["cells"].upgrade
    assert upgrade is not None
    assert (upgrade.entering, upgrade.leaving, upgrade.revision) == (1, 0, remote.revision())
    (follow,) = planned(remote, ONE, pins=locked_now(remote, ONE, pins, upgrade=True)).plan.changes
    assert isinstance(follow, Follow)
    assert follow.content.frames.file_name[follow.diff.entering].tolist() == ["new.png"]
    assert follow.severity is upgrade.severity


def test_what_the_lake_has_beyond_a_pin_is_data_drift(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, ONE)
    carry_out(remote, planned(remote, ONE, pins=pins), tmp_path)
    remote.put(frames({"new.png": ["WBC"], "01.png": []}))
    (drift,) = planned(remote, ONE, pins=pins).plan.drift
    assert (drift.drift, drift.entering, drift.relabelled) == ("data", 1, 1)


@given(before=configs, after=configs, came=new_frames, went=st.sets(st.sampled_from(["01.png", "02.png"])))
def test_the_plan_of_a_pinned_spec_is_the_same_before_and_after_the_lake_moved_on(
    tmp_path_factory: pytest.TempPathFactory,
    before: DatasetConfig,
    after: DatasetConfig,
    came: dict[str, list[str]],
    went: set[str],
) -> None:
    folder = tmp_path_factory.mktemp("journal")
    remote = lake_in_memory()
    old, new = project({"cells": before}), project({"cells": after})
    carry_out(remote, planned(remote, old, pins=locked_now(remote, old)), folder)
    pins = locked_now(remote, new)
    then = planned(remote, new, pins=pins)
    remote.put(frames(came))
    remote.remove(f"cells_{name}" for name in went)
    now = planned(remote, new, pins=pins)
    assert plan_digest(now.plan) == plan_digest(then.plan)
    texts = []
    for made in (then, now):
        whole = plain(describe(made.plan, project="blood", specs={}, losses=made.losses))
        for change in whole["changes"]:
            del change["pin"]["upgrade"]
        texts.append((whole["changes"], whole["summary"]))
    assert texts[0] == texts[1]
    carry_out(remote, now, folder)
    assert planned(remote, new, pins=pins).plan.empty


def test_a_first_version_is_made_of_the_frames_of_the_pin(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, ONE)
    remote.put(frames({"new.png": ["WBC"]}))
    made = planned(remote, ONE, pins=pins)
    (create,) = made.plan.changes
    assert isinstance(create, Create)
    assert (len(create.content.frames), create.revision) == (20, 1)
    (done,) = carry_out(remote, made, tmp_path).done
    assert done.version is not None
    assert done.version.revision == 1


def test_a_pin_that_is_turned_back_brings_the_old_frames_back(tmp_path: Path) -> None:
    remote = lake_in_memory()
    old = locked_now(remote, ONE)
    carry_out(remote, planned(remote, ONE, pins=old), tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    new = locked_now(remote, ONE, old, upgrade=True)
    carry_out(remote, planned(remote, ONE, pins=new), tmp_path)
    made = planned(remote, ONE, pins=old)
    (back,) = made.plan.changes
    assert isinstance(back, Follow)
    assert (len(back.diff.entering), len(back.diff.leaving)) == (0, 1)
    assert [cause.cause for cause in back.causes] == ["lake"]
    carry_out(remote, made, tmp_path)
    assert planned(remote, ONE, pins=old).plan.empty


def test_a_spec_that_was_never_locked_is_brought_back_to_the_frames_of_an_earlier_version(
    tmp_path: Path,
) -> None:
    remote = lake_in_memory()
    carry_out(remote, planned(remote, ONE), tmp_path)
    (first,) = remote.versions(CELLS.name)
    remote.put(frames({"new.png": ["WBC"], **{name: [] for name in FRAMES}}))
    carry_out(remote, planned(remote, ONE), tmp_path)
    (changed,) = lock(remote, ONE, {}, chosen=["cells"], revision=first.revision)
    assert changed.after is not None
    made = planned(remote, ONE, pins={"cells": changed.after})
    carry_out(remote, made, tmp_path)
    newest, *_, oldest = remote.versions(CELLS.name)
    assert newest.id != oldest.id
    assert newest.manifest_digest == oldest.manifest_digest
    # And on again, which says where it led from.
    (forth,) = lock(remote, ONE, {"cells": changed.after}, chosen=["cells"], revision=remote.revision())
    assert (forth.kind, forth.before) == ("upgraded", changed.after)


@pytest.mark.parametrize("revision", [-1, 0, 99])
def test_a_revision_that_never_was_there_cannot_be_pinned_to(revision: int) -> None:
    with pytest.raises(UsageError, match="There is no revision"):
        lock(lake_in_memory(), ONE, {}, chosen=["cells"], revision=revision)


def test_a_remote_that_cannot_be_asked_about_the_past_is_not_pinned_to_a_revision() -> None:
    with pytest.raises(UsageError, match="cannot be asked about the past"):
        lock(Forgetful(), ONE, {}, chosen=["cells"], revision=1)


def test_a_revision_from_before_the_collection_came_is_refused(tmp_path: Path) -> None:
    remote = MemoryRemote()
    remote.put([stored("others", "a.png", ["WBC"])])
    remote.put(frames({"b.png": ["WBC"]}))
    with pytest.raises(UsageError, match="cells cannot be pinned to revision 1") as caught:
        lock(remote, ONE, {}, chosen=["cells"], revision=1)
    # It may never have been applied, so that there are no versions of it to be listed.
    assert "`setwright lock --revision 1 ADDRESS`" in (caught.value.hint or "")


def test_a_query_that_changes_selects_among_the_frames_of_the_pin_and_the_lock_is_out_of_date() -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, ONE)
    remote.put(frames({"new.png": ["WBC"]}))
    made = planned(remote, WHITE, pins=pins)
    (create,) = made.plan.changes
    assert isinstance(create, Create)
    assert "new.png" not in create.content.frames.file_name.tolist()
    assert [finding.code for finding in made.findings] == ["SW508"]
    again = locked_now(remote, WHITE, pins)
    assert again["cells"].revision == pins["cells"].revision
    assert again["cells"].frames < pins["cells"].frames
    assert planned(remote, WHITE, pins=again).findings == ()


def test_locking_again_moves_nothing_and_an_upgrade_moves_only_what_would_change(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, WHITE)
    assert locked_now(remote, WHITE, pins) == pins
    remote.put(frames({"bare.png": []}))
    assert locked_now(remote, WHITE, pins, upgrade=True) == pins
    remote.put(frames({"white.png": ["WBC"]}))
    assert locked_now(remote, WHITE, pins)["cells"] == pins["cells"]
    assert locked_now(remote, WHITE, pins, upgrade=True)["cells"].revision == 3


def test_the_pin_of_a_spec_that_is_gone_goes_too() -> None:
    remote = lake_in_memory()
    assert locked_now(remote, project({}), locked_now(remote, ONE)) == {}


def test_a_lake_that_gives_other_frames_than_were_locked_is_refused(tmp_path: Path) -> None:
    pins = locked_now(lake_in_memory(), ONE)
    other = MemoryRemote()
    other.put(frames({"other.png": ["WBC"]}))
    made = planned(other, ONE, pins=pins)
    assert "SW509" in [finding.code for finding in made.findings]
    assert not made.plan.applyable
    with pytest.raises(StalePlanError, match="locked"):
        carry_out(other, made, tmp_path)
    assert other.versions("Cells") == ()


def test_a_pin_of_a_revision_that_never_was_there_is_refused_and_an_upgrade_mends_it() -> None:
    remote = lake_in_memory()
    for number in range(3):
        remote.put(frames({f"{number}.new.png": []}))
    pins = locked_now(remote, ONE)
    young = lake_in_memory()
    with pytest.raises(StalePlanError, match="another"):
        planned(young, ONE, pins=pins)
    assert planned(young, ONE, pins=locked_now(young, ONE, pins, upgrade=True)).plan.applyable


def test_a_pin_from_before_the_collection_came_says_so_and_an_upgrade_mends_it() -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, ONE)
    remote.put(stored("others", name, labels) for name, labels in FRAMES.items())
    elsewhere = project({"cells": replace(CELLS, source=CollectionSource(name="others"))})
    there = SourceRef("setwright.lock", 3, 1, 3, 17)
    early = {"cells": replace(pins["cells"], where=there)}
    for asked in (
        lambda: planned(remote, elsewhere, pins=early),
        lambda: locked_now(remote, elsewhere, early),
    ):
        with pytest.raises(FindingsError) as caught:
            asked()
        (told,) = caught.value.diagnostics
        assert (told.code, told.source) == ("SW514", there)
        assert told.hint is not None and "setwright lock --upgrade cells" in told.hint
    upgraded = locked_now(remote, elsewhere, pins, upgrade=True)
    early = {"cells": replace(upgraded["cells"], revision=pins["cells"].revision)}
    assert locked_now(remote, elsewhere, early, upgrade=True) == upgraded
    planned(remote, elsewhere, pins=upgraded)


def test_a_remote_that_cannot_pin_is_held_to_digest_and_count(tmp_path: Path) -> None:
    remote = Forgetful()
    remote.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))
    pins = locked_now(remote, ONE)
    assert (pins["cells"].revision, pins["cells"].frames) == (None, 2)
    carry_out(remote, planned(remote, ONE, pins=pins), tmp_path)
    assert planned(remote, ONE, pins=pins).plan.empty
    remote.put(frames({"c.png": ["WBC"]}))
    made = planned(remote, ONE, pins=pins)
    assert made.plan.broken_pins == ("cells",)
    with pytest.raises(StalePlanError, match="locked"):
        carry_out(remote, made, tmp_path)
    carry_out(remote, planned(remote, ONE, pins=locked_now(remote, ONE, pins, upgrade=True)), tmp_path)
    assert [version.statistics.frames for version in remote.versions("Cells")] == [3, 2]


def test_a_saved_plan_keeps_its_pins(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins: dict[str, Pin] = locked_now(remote, ONE)
    remote.put(frames({"new.png": ["WBC"]}))
    made = planned(remote, ONE, pins=pins)
    document = describe(made.plan, project="blood", specs={}, losses=made.losses)
    again = replan(remote, document)
    assert plan_digest(again.plan) == document.digest
    carry_out(remote, again, tmp_path)
    (kept,) = planned(remote, ONE, pins=pins).plan.changes
    assert isinstance(kept, Keep)


def moved_on(remote: MemoryRemote, folder: Path) -> dict[str, Pin]:
    """An applied project, pinned to a lake to which a frame came since, so that two revisions give others."""
    pins = locked_now(remote, ONE)
    carry_out(remote, planned(remote, ONE, pins=pins), folder)
    remote.put(frames({"new.png": ["WBC"]}))
    return pins


@pytest.mark.parametrize("wrong", ["revision", "membership", "frames"])
@pytest.mark.parametrize("upgraded", [False, True])
def test_a_pin_of_which_a_merge_took_each_half_from_another_lock_is_told_and_refused(
    tmp_path: Path, wrong: str, upgraded: bool
) -> None:
    remote = lake_in_memory()
    old = moved_on(remote, tmp_path)["cells"]
    new = locked_now(remote, ONE, {"cells": old}, upgrade=True)["cells"]
    ours, theirs = (new, old) if upgraded else (old, new)
    where = SourceRef("setwright.lock", 4, 1, 4, 17)
    torn = {"cells": replace(ours, **{wrong: getattr(theirs, wrong)}, where=where)}
    made = planned(remote, ONE, pins=torn)
    assert [(finding.code, finding.source) for finding in made.findings] == [("SW509", where)]
    assert not made.plan.applyable
    with pytest.raises(StalePlanError, match="locked"):
        carry_out(remote, made, tmp_path, name="apply-2")
    (kept,) = lock(remote, ONE, torn, chosen=["cells"], upgrade=False)
    assert (kept.broken, kept.after) == (True, torn["cells"])
    (mended,) = lock(remote, ONE, torn, chosen=["cells"], upgrade=True)
    assert (mended.broken, mended.after) == (False, new)


def test_a_pin_that_agrees_is_compared_once_and_one_that_was_changed_again(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = moved_on(remote, tmp_path)
    asked: list[int] = []
    counting = Counting(remote, asked)
    proofs = Proofs()
    for number in (1, 0):
        asked.clear()
        made = make_plan(counting, ONE, lineage="lineage", pins=pins, proofs=proofs)
        assert made.findings == ()
        assert asked.count(1) == number
    torn = {"cells": replace(pins["cells"], frames=pins["cells"].frames + 1)}
    again = Proofs(proofs.remembered())
    assert make_plan(counting, ONE, lineage="lineage", pins=torn, proofs=again).plan.broken_pins == ("cells",)
    assert not again.added


class Counting:
    """A remote that notes at which revisions it is asked for frames."""

    def __init__(self, remote: MemoryRemote, asked: list[int]) -> None:
        self._remote = remote
        self._asked = asked

    def __getattr__(self, name: str) -> Any:
        return getattr(self._remote, name)

    def membership(self, selection: Selection, revision: int) -> Membership:
        self._asked.append(revision)
        return self._remote.membership(selection, revision)

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        return (self.membership(*each) for each in asked)


@given(came=new_frames, went=st.sets(st.sampled_from(sorted(FRAMES)), max_size=2))
@settings(max_examples=examples(50))
def test_a_remote_that_cannot_pin_is_refused_exactly_if_it_gives_others_than_were_locked(
    tmp_path_factory: pytest.TempPathFactory, came: dict[str, list[str]], went: set[str]
) -> None:
    remote = Forgetful()
    remote.put(frames(FRAMES))
    pins = locked_now(remote, WHITE)
    before = membership_digest(remote.membership(Selection.of(WHITE.specs[0].config), remote.revision()))
    remote.put(frames(came))
    remote.remove(f"cells_{name}" for name in went)
    after = membership_digest(remote.membership(Selection.of(WHITE.specs[0].config), remote.revision()))
    made = planned(remote, WHITE, pins=pins)
    assert bool(made.plan.broken_pins) == (before != after)
    folder = tmp_path_factory.mktemp("journal")
    if before == after:
        assert carry_out(remote, made, folder).failed == ()
    else:
        with pytest.raises(StalePlanError, match="locked"):
            carry_out(remote, made, folder)
        assert remote.versions("Cells") == ()
