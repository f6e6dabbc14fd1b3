"""The same specs, planned and applied in process, at a lake's server and over LayerNext's wire, make the same.

The same contents of versions, that is, and the same bytes of every export. What LayerNext cannot take meets in
`tests/server/test_both_meet.py` the other two ways.

`SETWRIGHT_MEET` is how many configurations are drawn.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from setwright.apply.planning import make_plan
from setwright.cli.workspace import open_workspace, require_project
from setwright.formats.bytes_of import packed_bytes
from setwright.formats.protocol import MadeFile, PackedFile
from setwright.lake.lake import Lake
from setwright.model.dataset import (
    Augmentation,
    AugmentationWish,
    CollectionSource,
    DatasetConfig,
    Filter,
    LabelClass,
    LakeSource,
)
from setwright.model.errors import FindingsError
from setwright.model.splits import SplitWish
from setwright.plan.plan import Plan
from setwright.remotes.lake import LakeRemote
from setwright.remotes.protocol import Remote
from setwright.server.keys import Role
from tests.apply.projects import carry_out, project
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.served import connected
from tests.server.serving import connected as by_url
from tests.server.serving import serving

EXAMPLES = int(os.environ.get("SETWRIGHT_MEET", "2"))
SPECS = Path(__file__).parents[3] / "specs"

labels = st.permutations(["Balloon", "Kite", "WBC"]).flatmap(
    lambda names: st.integers(1, 3).map(lambda count: names[:count])
)
configs = st.builds(
    DatasetConfig,
    name=st.just("Drawn"),
    source=st.sampled_from(
        [
            CollectionSource(name="party"),
            LakeSource(),
            LakeSource(items="image_collection"),
            LakeSource(items="dataset"),
        ]
    ),
    labels=labels.map(lambda names: tuple(LabelClass(name=name, sources=(name,)) for name in names)),
    query=st.sampled_from(["", "annotation.label=Balloon", "annotation.label!=Kite"]),
    filter=st.sampled_from(
        [Filter(), Filter(annotation_types=("human",)), Filter(annotation_types=("raw",))]
    ),
    operations=st.sampled_from([None, (), ("project",)]),
    split=st.sampled_from([SplitWish(), SplitWish(train=50, validation=25.5, test=24.5)]),
    augmentations=st.sampled_from(
        [
            AugmentationWish(),
            AugmentationWish(
                recipes=(
                    Augmentation(type="FLIP_IMAGE", property="FLIP_HORIZONTAL"),
                    Augmentation(type="HUE", property="HUE_DEGREES", range=(-20, 20)),
                )
            ),
        ]
    ),
    exports=st.sets(st.sampled_from(["RAW", "YOLO Darknet", "Semantic Segmentation"])).map(
        lambda exports: tuple(sorted(exports))
    ),
    versioning=st.sampled_from(["auto", "always"]),
    description=st.sampled_from(["", "Drawn by hypothesis"]),
)


Ways: TypeAlias = Literal["in process", "lake by URL", "layernext"]


@dataclass(frozen=True, slots=True)
class Trio:
    """Three lakes that hold the same: one is used in process, one through its server, one over LayerNext's wire."""

    remotes: Mapping[Ways, Remote]
    lakes: Mapping[Ways, Lake]
    folder: Path

    def put(self, collection: str, frames: Mapping[str, list[str]], into: Path) -> None:
        write(into, frames)
        for lake in self.lakes.values():
            ingest(lake, into, collection)

    def apply(
        self, configs: Mapping[str, DatasetConfig], there: DatasetConfig | None = None
    ) -> dict[Ways, Plan]:
        """Plan and apply each way, and look that nothing is left to plan then; what was planned.

        `there` is what LayerNext is asked for in place of each of `configs`.
        """
        plans: dict[Ways, Plan] = {}
        for way, remote in self.remotes.items():
            asked = dict.fromkeys(configs, there) if there and way == "layernext" else dict(configs)
            wanted = project(asked)
            made = make_plan(remote, wanted, lineage="lineage")
            assert not carry_out(remote, made, self.folder / f"journal-{way}").failed
            again = make_plan(remote, wanted, lineage="lineage").plan
            assert again.empty, [change.reasons for change in again.changes if hasattr(change, "reasons")]
            plans[way] = made.plan
        return plans

    def meet(self, name: str) -> None:
        """Hold the current versions of a dataset against each other: content, and every export byte for byte."""
        one = LakeRemote(self.lakes["in process"], "lake")
        mine = one.observe([name])[name].version
        described = one.config(mine.id).description
        held = {export: files(one, mine.id, export) for export in mine.exports}
        for way in ("lake by URL", "layernext"):
            # The product's remote shows the names of frames alone; what it made is looked at in its lake.
            other = self.remotes[way] if way == "lake by URL" else LakeRemote(self.lakes[way], "lake")
            theirs = other.observe([name])[name].version
            assert mine.manifest_digest == theirs.manifest_digest
            assert mine.exports == theirs.exports
            # Where a description stands, for which LayerNext's wire has no place.
            told = described and way == "layernext"
            may = {"readme", "README.txt", "setwright.json"} if told else set()
            for export, expected in held.items():
                came = files(other, theirs.id, export)
                assert expected.keys() == came.keys()
                assert {file for file, content in expected.items() if content != came[file]} <= may


def files(remote: Remote, version: str, export: str) -> dict[str, bytes]:
    found = {}
    for entry in remote.export(version, export):
        if isinstance(entry, MadeFile):
            found[entry.path] = entry.content
        elif isinstance(entry, PackedFile):
            found[entry.path] = b"".join(packed_bytes(entry, remote.picture))
        else:
            with remote.picture(entry.digest) as picture:
                found[entry.path] = picture.read()
    return found


@contextmanager
def trio(folder: Path) -> Iterator[Trio]:
    with Lake.create(folder / "here") as lake:
        for collection in ("party", "bccd"):
            named = {f"{collection}{number:02}.png": LABELS[number % len(LABELS)] for number in range(12)}
            ingest(lake, write(folder / collection, named), collection)
    for copy in ("served", "there"):
        shutil.copytree(folder / "here", folder / copy)
    with (
        Lake.open(folder / "here") as lake,
        serving(folder / "served") as served,
        by_url(served.url, served.keys[Role.APPLY]) as url,
        serving(folder / "there") as server,
        connected(server, folder) as there,
    ):
        yield Trio(
            {"in process": LakeRemote(lake, "lake"), "lake by URL": url, "layernext": there},
            {"in process": lake, "lake by URL": served.service.lake, "layernext": server.service.lake},
            folder,
        )


LABELS = [["Balloon"], ["Balloon", "Kite"], ["Bird"], ["WBC", "RBC"], ["Platelets", "WBC"], []]
OTHERS = DatasetConfig(
    name="Others",
    source=CollectionSource(name="party"),
    labels=(LabelClass(name="Kite", sources=("Kite",)),),
    query="annotation.label=Kite",
)


@pytest.fixture
def three(tmp_path: Path) -> Iterator[Trio]:
    with trio(tmp_path) as each:
        yield each


@pytest.mark.parametrize("file", ["balloons.yaml", "cells.yaml"])
def test_the_specs_that_layernext_can_take_meet(three: Trio, file: str) -> None:
    (three.folder / "project" / "specs").mkdir(parents=True)
    shutil.copy(SPECS / file, three.folder / "project" / "specs" / file)
    (three.folder / "project" / "setwright.yaml").write_text("")
    spec = require_project(open_workspace(three.folder / "project", environ={})).specs[0]
    three.apply({spec.address: spec.config})
    three.meet(spec.config.name)
    three.put("party", {"new.png": ["Balloon"], "other.png": ["WBC"]}, three.folder / "came")
    three.put("bccd", {"new.png": ["WBC"]}, three.folder / "came too")
    plans = three.apply({spec.address: spec.config})
    kinds = {way: [type(change) for change in plan.changes] for way, plan in plans.items()}
    assert kinds["in process"] == kinds["lake by URL"] == kinds["layernext"]
    three.meet(spec.config.name)


def test_content_that_is_replaced_in_place_is_what_a_new_version_holds_elsewhere(three: Trio) -> None:
    three.apply({"others": OTHERS})
    remote = three.remotes["layernext"]
    before = remote.observe(["Others"])["Others"].version.id
    for query in ("", "annotation.label=Balloon"):
        wanted = replace(OTHERS, query=query)
        three.apply({"others": wanted}, there=replace(wanted, versioning="in_place"))
        three.meet("Others")
        assert remote.observe(["Others"])["Others"].version.id == before


def test_the_specs_that_it_cannot_take_are_refused_with_every_reason(three: Trio) -> None:
    (three.folder / "project" / "specs").mkdir(parents=True)
    shutil.copy(SPECS / "hard-negatives.yaml", three.folder / "project" / "specs" / "hard-negatives.yaml")
    (three.folder / "project" / "setwright.yaml").write_text("")
    wanted = require_project(open_workspace(three.folder / "project", environ={}))
    with pytest.raises(FindingsError) as refused:
        make_plan(three.remotes["layernext"], wanted, lineage="lineage")
    told = [found.detail for found in refused.value.diagnostics if found.code == "SW504"]
    assert len(told) == 2
    assert "no class of several" in told[0]
    assert "`seed`" in told[1]


def test_drawn_configurations_meet_when_they_are_made_followed_and_packed_anew(three: Trio) -> None:
    numbers = count()

    @settings(
        max_examples=EXAMPLES,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
        database=None,
    )
    @given(configs, configs, st.booleans())
    def meet(first: DatasetConfig, second: DatasetConfig, came: bool) -> None:
        number = next(numbers)
        name, address = f"Drawn {number}", f"drawn-{number}"
        first, second = replace(first, name=name), replace(second, name=name)
        three.apply({address: first})
        three.meet(name)
        if came:
            frames = {f"new{number}.png": ["Balloon", "WBC"], f"bare{number}.png": []}
            three.put("party", frames, three.folder / f"came-{number}")
        if first.exports != second.exports:
            three.apply({address: replace(first, exports=second.exports)})
            three.meet(name)
        three.apply({address: second})
        three.meet(name)

    three.apply({"others": OTHERS})
    meet()
