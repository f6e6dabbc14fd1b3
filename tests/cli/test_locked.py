"""What becomes of an apply where somebody else is at work on one of its datasets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from setwright.apply.run import Failed, Outcome
from setwright.apply.steps import ForgetStep
from setwright.cli.commands.apply import exit_code
from setwright.lake.lake import Lake
from setwright.model.errors import LockHeldError, NotTriedError, RemoteError, SetwrightError, StalePlanError
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at

JOINED = "dataset: joined\nsource: {datasets: [balloons]}\nlabels: [Balloon]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A dataset and one that is made of it."""
    specs = {"specs/balloons.yaml": BALLOONS, "specs/joined.yaml": JOINED}
    folder = project_at(tmp_path / "project", specs)
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b")
    return folder


def test_the_lock_is_the_reason_though_what_is_made_of_the_dataset_was_not_tried(project: Path) -> None:
    with Lake.open(project / ".setwright" / "lake") as lake, lake.lease("balloons", "bob"):
        held = setwright(project, "apply", "--yes", "--json-into", "events")
    assert "bob holds the lock" in held.stdout
    assert "joined: It was not tried" in held.stdout
    assert held.returncode == 4
    told = [json.loads(line) for line in (project / "events").read_text().splitlines()]
    assert [each["type"] for each in told if each["type"].startswith("apply")] == [
        "apply_start",
        "apply_errored",
        "apply_errored",
    ]
    succeeded(project, "apply", "--yes")


def test_what_needs_neither_is_made_and_the_plan_was_applied_in_part(project: Path) -> None:
    (project / "specs" / "other.yaml").write_text(BALLOONS.replace("balloons", "other", 1))
    with Lake.open(project / ".setwright" / "lake") as lake, lake.lease("balloons", "bob"):
        held = setwright(project, "apply", "--yes")
    assert "other 1.0.0: 2 frames" in held.stdout
    assert held.returncode == 6


@pytest.mark.parametrize(
    ("errors", "code"),
    [
        ((), 0),
        ((LockHeldError("", ""), NotTriedError(["a"])), 4),
        ((StalePlanError("", ""), NotTriedError(["a"])), 5),
        ((StalePlanError("", ""), LockHeldError("", "")), 5),
        ((StalePlanError("", ""), RemoteError("", "")), 1),
    ],
)
def test_where_nothing_was_made_the_failures_decide_and_waiting_helps_no_stale_plan(
    errors: tuple[SetwrightError, ...], code: int
) -> None:
    failed = tuple(Failed(step=ForgetStep(address="a", name="A"), error=error) for error in errors)
    assert exit_code(Outcome(done=(), failed=failed)) == code
