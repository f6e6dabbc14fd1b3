"""The same specs, planned and applied in process and over LayerNext's wire, make the same versions and exports.

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
from tests.apply.projects import carry_out, project
from tests.lake.lakes import ingest, write
from tests.remotes.layernext.served import connected
from tests.server.serving import serving

EXAMPLES = int(os.environ.get("SETWRIGHT_MEET", "3"))
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


@dataclass(frozen=True, slots=True)
class Pair:
    """Two lakes that hold the same: one is used in process, the other is served and reached over the wire."""

    here: Remote
    there: Remote
    lakes: tuple[Lake, Lake]
    folder: Path

    def put(self, collection: str, frames: Mapping[str, list[str]], into: Path) -> None:
        write(into, frames)
        for lake in self.lakes:
            ingest(lake, into, collection)

    def apply(self, configs: Mapping[str, DatasetConfig]) -> tuple[Plan, Plan]:
        """Plan and apply at both, and look that nothing is left to plan then; what was planned."""
        wanted = project(dict(configs))
        plans = []
        for side, remote in (("here", self.here), ("there", self.there)):
            made = make_plan(remote, wanted, lineage="lineage")
            assert not carry_out(remote, made, self.folder / f"journal-{side}").failed
            again = make_plan(remote, wanted, lineage="lineage").plan
            assert again.empty, [change.reasons for change in again.changes if hasattr(change, "reasons")]
            plans.append(made.plan)
        return plans[0], plans[1]

    def meet(self, name: str) -> None:
        """Hold the current versions of a dataset against each other: content, and every export byte for byte."""
        one, other = (LakeRemote(lake, "lake") for lake in self.lakes)
        mine, theirs = (remote.observe([name])[name].version for remote in (one, other))
        assert mine.manifest_digest == theirs.manifest_digest
        assert mine.exports == theirs.exports
        described = one.config(mine.id).description
        for export in mine.exports:
            held, came = files(one, mine.id, export), files(other, theirs.id, export)
            assert held.keys() == came.keys()
            # Where a description stands, for which the wire has no place.
            may = {"readme", "README.txt", "setwright.json"} if described else set()
            assert {file for file, content in held.items() if content != came[file]} <= may


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
def pair(folder: Path) -> Iterator[Pair]:
    with Lake.create(folder / "here") as lake:
        for collection in ("party", "bccd"):
            named = {f"{collection}{number:02}.png": LABELS[number % len(LABELS)] for number in range(12)}
            ingest(lake, write(folder / collection, named), collection)
    shutil.copytree(folder / "here", folder / "there")
    with (
        Lake.open(folder / "here") as lake,
        serving(folder / "there") as server,
        connected(server, folder) as there,
    ):
        yield Pair(LakeRemote(lake, "lake"), there, (lake, server.service.lake), folder)


LABELS = [["Balloon"], ["Balloon", "Kite"], ["Bird"], ["WBC", "RBC"], ["Platelets", "WBC"], []]
OTHERS = DatasetConfig(
    name="Others",
    source=CollectionSource(name="party"),
    labels=(LabelClass(name="Kite", sources=("Kite",)),),
    query="annotation.label=Kite",
)


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Pair]:
    with pair(tmp_path) as both:
        yield both


@pytest.mark.parametrize("file", ["balloons.yaml", "cells.yaml"])
def test_the_specs_that_layernext_can_take_meet(two: Pair, file: str) -> None:
    (two.folder / "project" / "specs").mkdir(parents=True)
    shutil.copy(SPECS / file, two.folder / "project" / "specs" / file)
    (two.folder / "project" / "setwright.yaml").write_text("")
    spec = require_project(open_workspace(two.folder / "project", environ={})).specs[0]
    two.apply({spec.address: spec.config})
    two.meet(spec.config.name)
    two.put("party", {"new.png": ["Balloon"], "other.png": ["WBC"]}, two.folder / "came")
    two.put("bccd", {"new.png": ["WBC"]}, two.folder / "came too")
    here, there = two.apply({spec.address: spec.config})
    assert [type(change) for change in here.changes] == [type(change) for change in there.changes]
    two.meet(spec.config.name)


def test_the_specs_that_it_cannot_take_are_refused_with_every_reason(two: Pair) -> None:
    (two.folder / "project" / "specs").mkdir(parents=True)
    shutil.copy(SPECS / "hard-negatives.yaml", two.folder / "project" / "specs" / "hard-negatives.yaml")
    (two.folder / "project" / "setwright.yaml").write_text("")
    wanted = require_project(open_workspace(two.folder / "project", environ={}))
    with pytest.raises(FindingsError) as refused:
        make_plan(two.there, wanted, lineage="lineage")
    told = [found.detail for found in refused.value.diagnostics if found.code == "SW504"]
    assert len(told) == 2
    assert "no class of several" in told[0]
    assert "`seed`" in told[1]


def test_drawn_configurations_meet_when_they_are_made_followed_and_packed_anew(two: Pair) -> None:
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
        two.apply({address: first})
        two.meet(name)
        if came:
            frames = {f"new{number}.png": ["Balloon", "WBC"], f"bare{number}.png": []}
            two.put("party", frames, two.folder / f"came-{number}")
        if first.exports != second.exports:
            two.apply({address: replace(first, exports=second.exports)})
            two.meet(name)
        two.apply({address: second})
        two.meet(name)

    two.apply({"others": OTHERS})
    meet()
