"""`setwright drift`, as a nightly check runs it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from setwright.model.versions import Amendment, ChangeSeverity
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """One dataset, applied."""
    folder = project_at(tmp_path / "project")
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b")
    succeeded(folder, "apply", "--yes")
    return folder


def meddle(project: Path) -> None:
    """Somebody else describes the dataset otherwise."""
    with Lake.open(project / ".setwright" / "lake") as lake:
        found = lake.observe(["balloons"])["balloons"]
        assert found.config is not None
        lake.amend(
            Amendment(
                key="theirs",
                config=replace(found.config, description="Mine now"),
                version=found.version.id,
                number=found.version.number,
                severity=ChangeSeverity.METADATA,
                author="bob",
                at=datetime(2026, 1, 1, tzinfo=UTC),
            )
        )


def test_right_after_an_apply_nothing_has_drifted(project: Path) -> None:
    assert succeeded(project, "drift", "--detailed-exitcode").startswith("Nobody else changed")


def test_what_the_specs_ask_for_is_no_drift(project: Path) -> None:
    (project / "specs" / "balloons.yaml").write_text(BALLOONS + "query: metadata.name=a.png\n")
    assert setwright(project, "plan", "--detailed-exitcode").returncode == 2
    assert setwright(project, "drift", "--detailed-exitcode").returncode == 0


def test_what_a_pin_brings_that_is_turned_back_is_no_drift_but_what_came_since_is(project: Path) -> None:
    ingest(project, "c")
    succeeded(project, "apply", "--yes")
    succeeded(project, "lock", "--revision", "1")
    assert "-1 leaving" in succeeded(project, "plan")
    (drift,) = json.loads(succeeded(project, "drift", "--json"))["drift"]
    assert (drift["entering"], drift["leaving"]) == (1, 0)  # beyond the pin


def test_drift_of_a_dataset_and_of_its_data_are_told_apart(project: Path) -> None:
    meddle(project)
    ingest(project, "c")
    whole = setwright(project, "drift", "--detailed-exitcode")
    assert whole.returncode == 2
    assert "balloons has other settings: description none -> Mine now" in whole.stdout
    assert "balloons selects other data: +1 -0 frames" in whole.stdout
    for kind, found in (("dataset", "configuration"), ("data", "data")):
        told = json.loads(setwright(project, "drift", "--json", "--kind", kind).stdout)
        assert [each["drift"] for each in told["drift"]] == [found]
    assert setwright(project, "drift").returncode == 0
