"""The same project comes to the same at a lake in this process and at that lake's server, to the byte."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from setwright.cli.workspace import open_workspace
from setwright.demo.draw import draw as draw_party
from setwright.lake.lake import Lake
from setwright.remotes.lake import LakeRemote
from setwright.server.keys import Role
from tests.apply.test_laws import projects
from tests.cli.project_folder import project_at
from tests.conformance.remotes import NOON
from tests.conformance.test_lake import draw
from tests.house.program import ROOT
from tests.lake.lakes import ingest, write
from tests.laws import examples
from tests.server.meeting import Outcome, outcome
from tests.server.serving import connected, serving

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.spec.project import Project

VARIED = """
dataset: varied
source: {collection: party}
labels: [Balloon, Kite, Bird]
split: {train: 50, validation: 50, test: 0}
exports: [RAW, COCO, WebDataset]
augmentations: {flip: {horizontal: true}, rotate: [-10, 30], copies: 2, fraction: 0.5}
---
dataset: both
source: {datasets: [varied, balloons]}
labels: [Balloon]
exports: [YOLO Darknet]
"""


def in_process(lake: Path, project: Project, place: Path) -> Outcome:
    with Lake.open(lake) as opened:
        return outcome(LakeRemote(opened, "lake"), project, place / "journals")


def over_http(lake: Path, project: Project, place: Path) -> Outcome:
    with serving(lake) as running, connected(running.url, running.keys[Role.APPLY]) as remote:
        return outcome(remote, project, place / "journals")


WAYS = {"in process": in_process, "over http": over_http}


def assert_all_meet(lake: Path, project: Project, place: Path) -> None:
    """Each way starts from a copy of `lake`."""
    outcomes = {}
    for way, go in WAYS.items():
        copy = place / way / "lake"
        shutil.copytree(lake, copy)
        outcomes[way] = go(copy, project, place / way)
    first = outcomes["in process"]
    assert first.versions
    assert first.again == ()
    for way, found in outcomes.items():
        assert found == first, way


@pytest.mark.slow
def test_the_example_specs_come_to_the_same_whichever_way(tmp_path: Path) -> None:
    specs = {f"specs/{file.name}": file.read_text() for file in sorted((ROOT / "specs").glob("*.yaml"))}
    folder = project_at(tmp_path / "project", {**specs, "specs/varied.yaml": VARIED})
    workspace = open_workspace(folder)
    assert workspace.project is not None, workspace.diagnostics
    draw_party(tmp_path / "party", 24, 7)
    cells = {"a.png": ["RBC", "WBC"], "b.png": ["RBC"], "c.png": ["WBC", "Platelets"]}
    with Lake.create(tmp_path / "lake") as lake:
        lake.ingest(
            tmp_path / "party", collection="party", author="test", at=datetime(2026, 1, 1, tzinfo=UTC)
        )
        ingest(lake, write(tmp_path / "bccd", cells), "bccd")
    assert_all_meet(tmp_path / "lake", replace(workspace.project, name="blood"), tmp_path)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of two collections, one of which a model has looked at too."""
    place = tmp_path_factory.mktemp("drawn")
    said = (
        ("cells", "project", "human", {f"{n}.png": ["WBC", "RBC"][: n % 3] for n in range(7)}),
        ("signs", "project", "human", {f"{n}.png": ["stop"] for n in range(3)}),
        ("cells", "model", "machine", {f"{n}.png": ["RBC"] for n in range(9)}),
    )
    with Lake.create(place / "lake") as lake:
        for number, (collection, operation, mode, frames) in enumerate(said):
            draw(place / str(number), collection, frames)
            lake.ingest(
                place / str(number),
                collection=collection,
                author="test",
                at=NOON,
                format="via",
                operation=operation,
                mode=mode,  # type: ignore[arg-type]
            )
    return place / "lake"


@given(project=projects())
@settings(
    max_examples=examples(5),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_generated_projects_come_to_the_same_whichever_way(
    drawn: Path, tmp_path_factory: pytest.TempPathFactory, project: Project
) -> None:
    assert_all_meet(drawn, project, tmp_path_factory.mktemp("meet"))
