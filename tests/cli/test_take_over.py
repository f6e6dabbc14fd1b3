"""A dataset that the project did not make is changed by nobody who was not told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at

OURS = "project: ours\nremote: {kind: lake, path: ../theirs/.setwright/lake}\n"
DESCRIBED = f"{BALLOONS}description: Ours\n"


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A project whose dataset of balloons is at version 1.0.0."""
    folder = project_at(tmp_path / "theirs", project="project: theirs\n")
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b")
    succeeded(folder, "apply", "--yes")
    return folder


def ours(theirs: Path, spec: str) -> Path:
    """Another project beside the same lake, whose dataset has the same name."""
    return project_at(theirs.parent / "ours", {"specs/balloons.yaml": spec}, OURS)


def numbers(theirs: Path) -> list[str]:
    with Lake.open(theirs / ".setwright" / "lake") as lake:
        return [str(version.number) for version in lake.versions("balloons")]


@pytest.mark.parametrize("spec", [DESCRIBED, f"{BALLOONS}split: {{train: 50, test: 50, resplit: true}}\n"])
def test_the_dataset_of_another_project_is_changed_only_with_a_consent_of_its_own(
    theirs: Path, spec: str
) -> None:
    project = ours(theirs, spec)
    planned = setwright(project, "plan")
    assert "warning[SW519]" in planned.stderr
    assert '"balloons" is there already, at version 1.0.0 by ' in planned.stderr
    assert 'the project "ours"' in " ".join(planned.stderr.split())
    assert "`setwright apply --take-over` makes it so." in planned.stdout
    refused = setwright(project, "apply", "--yes")
    assert refused.returncode == 1
    assert "The plan changes 1 dataset that this project did not make" in refused.stderr
    assert numbers(theirs) == ["1.0.0"]
    assert "No changes." in succeeded(theirs, "plan")

    succeeded(project, "apply", "--yes", "--take-over")
    again = setwright(project, "plan")
    assert ("No changes." in again.stdout, "SW519" in again.stderr) == (True, False)


def test_a_saved_or_approved_plan_takes_the_same_consent(theirs: Path) -> None:
    project = ours(theirs, DESCRIBED)
    file = str(project / "plan.json")
    assert f"`setwright apply --take-over {file}` makes it so." in succeeded(project, "plan", "--out", file)
    assert f"`setwright apply --take-over {file}` makes it so." in succeeded(project, "show", file)
    digest = json.loads(Path(file).read_text())["digest"]
    for how in ([file], ["--approved", digest], ["--approved", file]):
        refused = setwright(project, "apply", *how)
        assert (refused.returncode, "this project did not make" in refused.stderr) == (1, True)
    succeeded(project, "apply", "--take-over", file)
    assert "description" in succeeded(theirs, "drift")


def test_an_environment_that_names_its_datasets_alike_is_another_project(theirs: Path) -> None:
    with (theirs / "setwright.yaml").open("a") as file:
        file.write("environments:\n  trial: {}\n")
    (theirs / "specs" / "balloons.yaml").write_text(DESCRIBED)
    refused = setwright(theirs, "apply", "--env", "trial", "--yes")
    assert (refused.returncode, "warning[SW519]" in refused.stderr) == (1, True)
    succeeded(theirs, "apply", "--yes")


def test_a_dataset_that_is_as_the_spec_asks_is_taken_in_with_a_warning(theirs: Path) -> None:
    project = ours(theirs, BALLOONS)
    planned = setwright(project, "plan")
    assert "warning[SW519]" in planned.stderr
    assert "nothing is changed there" in planned.stderr
    assert "1 adopted" in succeeded(project, "apply", "--yes")
    assert "SW519" not in setwright(project, "plan").stderr


def test_a_plan_that_deletes_what_was_only_taken_in_says_so(theirs: Path) -> None:
    project = ours(theirs, BALLOONS)
    succeeded(project, "apply", "--yes")
    (project / "specs" / "balloons.yaml").unlink()
    (theirs / "specs" / "balloons.yaml").unlink()
    told = "this project only took it in: another may keep it"
    assert told in " ".join(succeeded(project, "plan", "--prune").replace("#", "").split())
    assert told not in " ".join(succeeded(theirs, "plan", "--prune").replace("#", "").split())


def test_a_dataset_that_only_has_another_address_needs_no_consent(theirs: Path) -> None:
    (theirs / "specs" / "balloons.yaml").write_text(
        DESCRIBED.replace("balloons", "party-balloons", 1) + "name: balloons\n"
    )
    planned = setwright(theirs, "plan")
    assert "SW519" not in planned.stderr
    succeeded(theirs, "apply", "--yes")
