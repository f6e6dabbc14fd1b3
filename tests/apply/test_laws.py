"""The laws of planning, for generated projects over generated lakes, in memory and in an embedded lake.

`SETWRIGHT_LAWS` is how many projects to try in memory; an embedded lake is tried with a tenth of that.
"""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from setwright.apply.planning import Planned, make_plan
from setwright.apply.steps import told
from setwright.lake.lake import Lake
from setwright.model.dataset import (
    CollectionSource,
    DatasetConfig,
    DatasetsSource,
    HumanOverMachine,
    LabelClass,
    LakeSource,
)
from setwright.model.splits import SplitWish
from setwright.model.statistics import count
from setwright.plan.changes import Amend, Create, Follow
from setwright.plan.describe import describe
from setwright.plan.document import PlanDocument
from setwright.plan.identity import plan_digest
from setwright.plan.saved import plan_text
from setwright.remotes.lake import LakeRemote
from setwright.remotes.memory import MemoryRemote
from setwright.remotes.protocol import Remote
from setwright.spec.pin import Pin
from setwright.spec.project import Project
from tests.apply.projects import carry_out, locked_now, project
from tests.conformance.remotes import NOON
from tests.conformance.test_lake import draw
from tests.conformance.test_memory import stored

EXAMPLES = int(os.environ.get("SETWRIGHT_LAWS", "20"))

PHASES = [Phase.explicit, Phase.reuse, Phase.generate]
"""Without shrinking, which takes minutes with histories as large as these."""

LABELS = ("WBC", "RBC", "stop")
Frames: TypeAlias = Mapping[str, list[str]]

frames = st.dictionaries(
    st.sampled_from([f"{number}.png" for number in range(9)]),
    st.lists(st.sampled_from(LABELS), max_size=3),
    max_size=9,
)
classes = st.sampled_from(
    [
        (LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="RBC", sources=("RBC",))),
        (LabelClass(name="RBC", sources=("RBC",)), LabelClass(name="WBC", sources=("WBC",))),
        (LabelClass(name="cell", sources=("RBC", "WBC")),),
        (LabelClass(name="stop", sources=("stop",)),),
    ]
)
configs = st.builds(
    DatasetConfig,
    name=st.sampled_from(["One", "Two", "Three"]),
    source=st.sampled_from([CollectionSource(name="cells"), CollectionSource(name="signs"), LakeSource()]),
    labels=classes,
    query=st.sampled_from(["", "annotation.label=WBC", "annotation.label!=stop"]),
    operations=st.sampled_from([None, (), HumanOverMachine()]),
    background=st.sampled_from(["keep", "drop"]),
    split=st.sampled_from(
        [
            SplitWish(),
            SplitWish(train=50, validation=25, test=25),
            SplitWish(train=40, validation=0, test=60, resplit=True, seed=3),
            SplitWish(train=60, validation=20, test=20, stratify=True),
        ]
    ),
    exports=st.sampled_from([(), ("RAW",), ("RAW", "YOLO Darknet")]),
    versioning=st.sampled_from(["auto", "always"]),
    description=st.sampled_from(["", "Cells"]),
)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a project asks for, and what comes to the lake before it is planned."""

    project: Project
    came: Mapping[str, Frames]
    pinned: bool


@st.composite
def projects(make: st.DrawFn) -> Project:
    """One to three datasets, the last made of the others at times; names at the remote never clash."""
    drawn = make(st.lists(configs, min_size=1, max_size=3, unique_by=lambda config: config.name))
    addressed = {config.name.lower(): config for config in drawn}
    if make(st.booleans()):
        some = tuple(sorted(make(st.sets(st.sampled_from(sorted(addressed)), min_size=1))))
        joined = replace(make(configs), name="Joined", source=DatasetsSource(addresses=some))
        addressed["a-joined"] = joined
    moved = make(st.sampled_from([None, *addressed]))
    if moved is not None:
        addressed["moved"] = addressed.pop(moved)
    whole = project(addressed)
    return replace(
        whole,
        specs=tuple(
            replace(spec, previously=moved) if spec.address == "moved" else spec
            for spec in whole.specs
            if not (isinstance(spec.config.source, DatasetsSource) and moved in spec.config.source.addresses)
        ),
    )


stages = st.lists(
    st.builds(Stage, projects(), st.fixed_dictionaries({"cells": frames, "signs": frames}), st.booleans()),
    min_size=1,
    max_size=3,
)


@dataclass(frozen=True, slots=True)
class World:
    """A remote, and how frames come to its lake."""

    remote: Remote
    put: Callable[[str, Frames], None]


@contextmanager
def in_memory(_: Path) -> Iterator[World]:
    remote = MemoryRemote()

    def put(collection: str, named: Frames) -> None:
        remote.put(stored(collection, name, labels) for name, labels in named.items())

    yield World(remote, put)


@contextmanager
def in_a_lake(folder: Path) -> Iterator[World]:
    numbers = itertools.count()
    with Lake.create(folder / "lake") as lake:

        def put(collection: str, named: Frames) -> None:
            if named:
                drawn = folder / f"drawn-{next(numbers)}"
                draw(drawn, collection, dict(named))
                lake.ingest(
                    drawn,
                    collection=collection,
                    author="test",
                    at=NOON,
                    format="via",
                    operation="project",
                )

        yield World(LakeRemote(lake, "lake"), put)


def document(made: Planned, wanted: Project) -> PlanDocument:
    return describe(
        made.plan,
        project="blood",
        specs={spec.address: spec for spec in wanted.specs},
        losses=made.losses,
        all_frames=True,
        steps=told(made.plan),
    )


def shuffled(wanted: Project) -> Project:
    """The same specs from files that are read in another order."""
    specs = list(wanted.specs)
    random.Random(7).shuffle(specs)
    return replace(wanted, specs=tuple(specs))


def obey(world: World, history: list[Stage], folder: Path) -> None:
    """Plan and apply the stages one after the other, and hold each plan to the laws."""
    remote = world.remote
    # Collections are there from the start, so that no plan is refused for their sake.
    world.put("cells", {"first.png": ["WBC"]})
    world.put("signs", {"first.png": ["stop"]})
    pins: dict[str, Pin] | None = None
    digests = []
    for number, stage in enumerate(history):
        for collection, named in stage.came.items():
            world.put(collection, named)
        wanted = stage.project
        pins = locked_now(remote, wanted, pins) if stage.pinned else None

        def plan(asked: Project, held: dict[str, Pin] | None = pins) -> Planned:
            return make_plan(remote, asked, lineage="lineage", pins=held)

        made = plan(wanted)
        text = plan_text(document(made, wanted))
        # Computed twice it is the same, byte for byte, and the order of the specs plays no part.
        assert plan_text(document(plan(wanted), wanted)) == text
        assert plan_text(document(plan(shuffled(wanted)), wanted)) == text
        digests.append(plan_digest(made.plan))

        outcome = carry_out(remote, made, folder, name=f"apply-{number}")
        assert outcome.failed == ()
        for change in made.plan.changes:
            # What was predicted is what was made.
            if isinstance(change, Create | Follow):
                version = remote.observe([change.config.name])[change.config.name].version
                assert version.number == change.number
                assert version.manifest_digest == change.content.digest
                assert version.statistics == count(remote.manifest(version.id)) == count(change.content)
                assert version.revision == change.revision
            elif isinstance(change, Amend):
                version = remote.observe([change.config.name])[change.config.name].version
                assert (version.number, version.id) == (change.number, change.observed.version.id)
        # Apply, then plan, is empty; and says so with one digest, however it came to that.
        again = plan(wanted)
        assert again.plan.empty, plan_text(document(again, wanted))
        if not made.plan.empty:
            assert plan_digest(again.plan) != digests[-1]


@given(stages)
@settings(max_examples=EXAMPLES, deadline=None, phases=PHASES)
def test_plans_in_memory_obey_the_laws(
    tmp_path_factory: pytest.TempPathFactory, history: list[Stage]
) -> None:
    folder = tmp_path_factory.mktemp("laws")
    with in_memory(folder) as world:
        obey(world, history, folder / "journal")


@given(stages)
@settings(
    max_examples=max(EXAMPLES // 10, 1),
    deadline=None,
    phases=PHASES,
    suppress_health_check=[HealthCheck.too_slow],
)
def test_plans_in_a_lake_obey_the_laws(
    tmp_path_factory: pytest.TempPathFactory, history: list[Stage]
) -> None:
    folder = tmp_path_factory.mktemp("laws")
    with in_a_lake(folder) as world:
        obey(world, history, folder / "journal")


@given(stages)
@settings(max_examples=max(EXAMPLES // 4, 1), deadline=None, phases=PHASES)
def test_equal_histories_give_equal_digests_whatever_the_order_in_which_frames_came(
    tmp_path_factory: pytest.TempPathFactory, history: list[Stage]
) -> None:
    found = []
    for reverse in (False, True):
        folder = tmp_path_factory.mktemp("laws")
        with in_memory(folder) as world:
            world.put("cells", {"first.png": ["WBC"]})
            world.put("signs", {"first.png": ["stop"]})
            came = [
                (collection, name, labels)
                for stage in history
                for collection, named in stage.came.items()
                for name, labels in named.items()
            ]
            # The last one of a name counts, so only different frames may change places.
            last = {(collection, name): labels for collection, name, labels in came}
            for (collection, name), labels in sorted(last.items(), reverse=reverse):
                world.put(collection, {name: labels})
            made = make_plan(world.remote, history[-1].project, lineage="lineage")
            found.append(plan_digest(made.plan))
    assert found[0] == found[1]
