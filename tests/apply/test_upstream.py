"""Datasets that are made of other datasets are planned and made after them, and follow them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.apply.order import in_order
from setwright.apply.planning import Planned, make_plan, replan
from setwright.apply.remake import remake
from setwright.model.dataset import DatasetConfig, DatasetsSource, LabelClass
from setwright.model.errors import NotTriedError, RemoteError, UsageError
from setwright.plan.changes import Create, Follow, Reason
from setwright.plan.describe import describe
from setwright.plan.identity import plan_digest
from setwright.remotes.memory import MemoryRemote
from setwright.spec.project import Project
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
from tests.apply.test_planning import new_frames

WHITE = replace(CELLS, name="White", query="annotation.label=WBC")
BARE = replace(CELLS, name="Bare", query="annotation.label!=WBC")


def of(*addresses: str, **settings: Any) -> DatasetConfig:
    """A dataset that is made of others."""
    return replace(CELLS, name="Joined", source=DatasetsSource(addresses=addresses), **settings)


# By address the dataset comes before those that it is made of.
JOINED = project({"a-joined": of("bare", "white"), "bare": BARE, "white": WHITE})


def applied(remote: MemoryRemote, wanted: Project, folder: Path) -> None:
    assert carry_out(remote, planned(remote, wanted), folder).failed == ()


def names(remote: MemoryRemote, dataset: str) -> list[str]:
    (version, *_) = remote.versions(dataset)
    file_names: list[str] = remote.manifest(version.id).frames.file_name.tolist()
    return file_names


def test_it_holds_the_frames_that_the_others_will_hold(tmp_path: Path) -> None:
    remote = lake_in_memory()
    made = planned(remote, JOINED)
    assert [type(change) for change in made.plan.changes] == [Create, Create, Create]
    applied(remote, JOINED, tmp_path)
    assert names(remote, "Joined") == sorted(names(remote, "Bare") + names(remote, "White"))
    assert planned(remote, JOINED).plan.empty


def test_what_others_wait_for_comes_first() -> None:
    changes = in_order(planned(lake_in_memory(), JOINED).plan.changes)
    assert [change.address for change in changes] == ["bare", "white", "a-joined"]


def test_what_stays_as_it_is_does_not_follow(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, project({"joined": of("white"), "white": WHITE}), tmp_path)
    wanted = project({"joined": of("white"), "white": replace(WHITE, description="cells that defend")})
    made = planned(remote, wanted)
    document = describe(
        made.plan, project="blood", specs={spec.address: spec for spec in wanted.specs}, losses={}
    )
    assert {change.address: change.dependents for change in document.changes} == {"joined": (), "white": ()}


def test_its_own_query_labels_and_operations_select_among_them(tmp_path: Path) -> None:
    remote = lake_in_memory()
    red = of("white", query="annotation.label=RBC", labels=(LabelClass(name="red", sources=("RBC",)),))
    applied(remote, project({"joined": red, "white": WHITE}), tmp_path)
    (version,) = remote.versions("Joined")
    assert version.statistics.labels == {"red": version.statistics.frames}
    assert names(remote, "Joined") == names(remote, "White")


def test_when_one_of_them_changes_it_follows_in_the_same_plan(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, JOINED, tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    made = planned(remote, JOINED)
    follow = made.plan.changes[0]
    assert isinstance(follow, Follow)
    assert follow.reasons == (Reason.UPSTREAM,)
    assert follow.content.frames.file_name[follow.diff.entering].tolist() == ["new.png"]
    document = describe(
        made.plan, project="blood", specs={spec.address: spec for spec in JOINED.specs}, losses={}
    )
    assert {change.address: change.dependents for change in document.changes} == {
        "a-joined": (),
        "bare": ("a-joined",),
        "white": ("a-joined",),
    }
    assert plan_digest(replan(remote, document).plan) == document.digest
    applied(remote, JOINED, tmp_path)
    assert planned(remote, JOINED).plan.empty


def causes(remote: MemoryRemote, wanted: Project) -> dict[str, tuple[int, int]]:
    (follow,) = (change for change in planned(remote, wanted).plan.changes if change.address == "joined")
    assert isinstance(follow, Follow)
    return {cause.cause: (cause.entering, cause.leaving) for cause in follow.causes}


def test_why_its_frames_come_and_go_is_said(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, project({"joined": of("white"), "white": WHITE}), tmp_path)
    fewer = len(names(remote, "White"))
    remote.put(frames({"new.png": ["WBC"]}))
    more = replace(WHITE, query="")
    red = of("white", query="annotation.label!=WBC")
    # The other one's spec, or its data.
    found = causes(remote, project({"joined": of("white"), "white": more}))
    assert found == {"datasets": (len(FRAMES) + 1 - fewer, 0)}
    assert causes(remote, project({"joined": of("white"), "white": WHITE})) == {"datasets": (1, 0)}
    # Its own query beside either.
    assert list(causes(remote, project({"joined": red, "white": more}))) == ["joint"]
    applied(remote, project({"joined": of("white"), "white": more}), tmp_path)
    assert list(causes(remote, project({"joined": red, "white": more}))) == ["query"]


def test_the_other_one_may_have_changed_in_an_apply_before(tmp_path: Path) -> None:
    remote = lake_in_memory()
    applied(remote, project({"joined": of("white"), "white": WHITE}), tmp_path)
    both = project({"joined": of("white"), "white": replace(WHITE, query="")})
    carry_out(remote, make_plan(remote, both, lineage="lineage", choose=lambda _: {"white"}), tmp_path)
    assert list(causes(remote, both)) == ["datasets"]


def test_a_spec_that_takes_frames_out_takes_them_out_of_what_is_made_of_it(tmp_path: Path) -> None:
    remote = lake_in_memory()
    one = project({"joined": of("white"), "white": replace(WHITE, query="")})
    applied(remote, one, tmp_path)
    fewer = project({"joined": of("white"), "white": WHITE})
    applied(remote, fewer, tmp_path)
    assert names(remote, "Joined") == names(remote, "White")
    assert planned(remote, fewer).plan.empty


def test_what_is_not_chosen_is_taken_as_it_is(tmp_path: Path) -> None:
    remote = lake_in_memory()
    with pytest.raises(UsageError, match="which has no version yet"):
        make_plan(remote, JOINED, lineage="lineage", choose=lambda _: {"a-joined"})
    applied(remote, JOINED, tmp_path)
    remote.put(frames({"new.png": ["WBC"]}))
    alone = make_plan(remote, JOINED, lineage="lineage", choose=lambda _: {"a-joined"})
    assert alone.plan.empty


def test_of_a_pinned_dataset_it_takes_what_that_is_pinned_to(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, JOINED)
    assert set(pins) == {"bare", "white"}
    carry_out(remote, planned(remote, JOINED, pins=pins), tmp_path)
    remote.put(frames({"new.png": ["WBC"], "01.png": []}))
    remote.remove(["cells_02.png"])
    assert planned(remote, JOINED, pins=pins).plan.empty


def test_what_is_pinned_stays_pinned_where_it_is_not_chosen_also_in_a_saved_plan(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, JOINED)
    carry_out(remote, planned(remote, JOINED, pins=pins), tmp_path)
    remote.put(frames({"01.png": ["WBC"], "02.png": []}))

    def alone(wanted: Project) -> Planned:
        return make_plan(remote, wanted, lineage="lineage", pins=pins, choose=lambda _: {"a-joined"})

    assert alone(JOINED).plan.empty
    classes = (LabelClass(name="cell", sources=("WBC",)),)
    others = project({"a-joined": of("bare", "white", labels=classes), "bare": BARE, "white": WHITE})
    made = alone(others).plan
    document = describe(made, project="blood", specs={}, losses={}, left_out=("bare", "white"))
    assert [(pin.address, pin.revision) for pin in document.pins_left_out] == [("bare", 1), ("white", 1)]
    assert plan_digest(replan(remote, document).plan) == document.digest
    carry_out(remote, alone(others), tmp_path, name="apply-2")
    assert planned(remote, others, pins=pins).plan.empty


def test_what_is_made_of_what_is_made_of_a_pinned_dataset_is_given_its_revision_too(tmp_path: Path) -> None:
    remote = lake_in_memory()
    top = replace(of("a-joined"), name="Top")
    wanted = project({"a-joined": of("bare", "white"), "bare": BARE, "top": top, "white": WHITE})
    pins = locked_now(remote, wanted)
    carry_out(remote, planned(remote, wanted, pins=pins), tmp_path)
    remote.put(frames({"01.png": ["WBC"], "02.png": []}))
    assert planned(remote, wanted, pins=pins).plan.empty
    moved = make_plan(remote, wanted, lineage="lineage", pins=pins, choose=lambda _: {"top"})
    assert moved.plan.empty


def test_a_version_that_is_made_of_pinned_datasets_is_made_again(tmp_path: Path) -> None:
    remote = lake_in_memory()
    pins = locked_now(remote, JOINED)
    remote.put(frames({"01.png": ["WBC"], "02.png": []}))
    carry_out(remote, planned(remote, JOINED, pins=pins), tmp_path)
    (version,) = remote.versions("Joined")
    assert version.revision == 1
    assert remake(remote, version).same


class Refusing(MemoryRemote):
    """A remote that makes no version of some datasets."""

    refused: frozenset[str] = frozenset()

    def publish(self, publication: Any, *arguments: Any, **settings: Any) -> Any:
        if publication.config.name in self.refused:
            raise RemoteError("No")
        return super().publish(publication, *arguments, **settings)


def chain(length: int, edges: Mapping[int, set[int]]) -> Project:
    """A project of datasets, each made of some with smaller numbers, or of the lake."""
    return project(
        {
            f"d{number}": replace(
                of(*(f"d{other}" for other in sorted(edges.get(number, ())))), name=f"D{number}"
            )
            if edges.get(number)
            else replace(CELLS, name=f"D{number}")
            for number in range(length)
        }
    )


graphs = st.integers(1, 6).flatmap(
    lambda length: st.tuples(
        st.just(length),
        st.fixed_dictionaries(
            {number: st.sets(st.integers(0, number - 1), max_size=2) for number in range(1, length)}
        ),
        st.sets(st.integers(0, length - 1), max_size=2),
    )
)


@given(graphs)
@settings(max_examples=40, deadline=None)
def test_a_failure_stops_those_that_are_made_of_it_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, graph: tuple[int, dict[int, set[int]], set[int]]
) -> None:
    length, edges, failing = graph
    wanted = chain(length, edges)
    remote, folder = Refusing(), tmp_path_factory.mktemp("journal")
    remote.put(frames({"a.png": ["WBC"], "b.png": ["RBC"]}))
    remote.refused = frozenset(f"D{number}" for number in failing)
    outcome = carry_out(remote, planned(remote, wanted), folder)
    held_up = set(failing)
    for number in range(length):
        if edges.get(number, set()) & held_up:
            held_up.add(number)
    failed = {failed.step.address: failed.error for failed in outcome.failed}
    assert set(failed) == {f"d{number}" for number in held_up}
    assert {done.step.address for done in outcome.done} == {
        f"d{number}" for number in range(length) if number not in held_up
    }
    assert {address for address, error in failed.items() if not isinstance(error, NotTriedError)} == {
        f"d{number}" for number in failing if not edges.get(number, set()) & held_up
    }
    # The next apply does the rest, and nothing twice.
    remote.refused = frozenset()
    assert carry_out(remote, planned(remote, wanted), folder).failed == ()
    assert planned(remote, wanted).plan.empty
    assert {len(remote.versions(f"D{number}")) for number in range(length)} == {1}


@given(graphs, new_frames, st.sets(st.sampled_from(["01.png", "02.png"])))
@settings(max_examples=25, deadline=None)
def test_after_an_apply_there_is_nothing_to_do_whatever_is_made_of_what(
    tmp_path_factory: pytest.TempPathFactory,
    graph: tuple[int, dict[int, set[int]], set[int]],
    came: dict[str, list[str]],
    went: set[str],
) -> None:
    length, edges, _ = graph
    wanted, folder = chain(length, edges), tmp_path_factory.mktemp("journal")
    remote = lake_in_memory()
    for _ in range(2):
        applied(remote, wanted, folder)
        assert planned(remote, wanted).plan.empty
        remote.put(frames(came))
        remote.remove(f"cells_{name}" for name in went)


def test_names_may_be_long(tmp_path: Path) -> None:
    remote = MemoryRemote()
    remote.put(
        frames(
            {f"a-picture-with-a-long-name-{number:02}.png": ["WBC"] * (number % 2) for number in range(20)}
        )
    )
    applied(remote, project({"joined": of("white"), "white": WHITE}), tmp_path)
    assert len(names(remote, "Joined")) == 10
    assert names(remote, "Joined") == names(remote, "White")
