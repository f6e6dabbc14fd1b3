"""Deleting takes a consent of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dataset whose spec is gone, beside one whose spec is there."""
    specs = {"specs/balloons.yaml": BALLOONS, "specs/old.yaml": BALLOONS.replace("balloons", "old", 1)}
    folder = project_at(tmp_path / "project", specs)
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b")
    succeeded(folder, "apply", "--yes")
    (folder / "specs" / "old.yaml").unlink()
    return folder


def there(project: Path) -> bool:
    with Lake.open(project / ".setwright" / "lake") as lake:
        return bool(lake.versions("old"))


def test_without_being_told_nothing_is_deleted(project: Path) -> None:
    assert "old will be forgotten" in succeeded(project, "plan")
    assert "1 forgotten" in succeeded(project, "apply", "--yes")
    assert there(project)


def test_a_spec_that_was_moved_to_where_no_pattern_looks_is_named_beside_what_is_forgotten(
    project: Path,
) -> None:
    (project / "specs" / "below").mkdir()
    (project / "specs" / "below" / "old.yaml").write_text(BALLOONS.replace("balloons", "old", 1))
    planned = setwright(project, "plan")
    assert "old will be forgotten" in planned.stdout
    assert "1 spec is not read" in planned.stderr
    assert "specs/below/old.yaml" in planned.stderr


def test_with_prune_the_dataset_goes(project: Path) -> None:
    text = succeeded(project, "plan", "--prune")
    assert "- dataset" in text
    assert "Plan: 0 to add, 0 to change, 1 to destroy." in text
    assert there(project)
    assert "0 added, 0 changed, 1 destroyed" in succeeded(project, "apply", "--prune", "--yes")
    assert not there(project)
    assert "No changes." in succeeded(project, "plan", "--prune")


def test_a_saved_plan_that_deletes_asks_again(project: Path) -> None:
    file = str(project / "plan.json")
    assert f"`setwright apply --prune {file}` makes it so." in succeeded(
        project, "plan", "--prune", "--out", file
    )
    assert f"`setwright apply --prune {file}` makes it so." in succeeded(project, "show", file)
    refused = setwright(project, "apply", file)
    assert refused.returncode == 1
    assert "The plan deletes 1 dataset" in refused.stderr
    assert there(project)
    succeeded(project, "apply", "--prune", file)
    assert not there(project)


def test_environments_do_not_take_each_other_s_datasets(tmp_path: Path) -> None:
    settings = "project: party\nenvironments: {staging: {names: {prefix: staging-}}}\n"
    project = project_at(tmp_path / "project", project=settings)
    Lake.create(project / ".setwright" / "lake").close()
    ingest(project, "a")
    for environment in ([], ["--env", "staging"], []):
        succeeded(project, "apply", "--yes", *environment)
    with Lake.open(project / ".setwright" / "lake") as lake:
        assert [len(lake.versions(name)) for name in ("balloons", "staging-balloons")] == [1, 1]
