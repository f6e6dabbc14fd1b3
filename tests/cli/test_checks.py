"""Checks on the command line: what does not hold is shown with its place, and nothing is made."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from setwright.model.errors import ChecksDeniedError
from tests.cli.project_folder import project_at
from tests.house.program import setwright

SPEC = """\
dataset: balloons
source: {{collection: party}}
labels: [Balloon]
checks:
  fewest_frames: {least}
  warn: {{most_bytes: 1 B}}
"""
PROJECT = "project: party\nremote: {kind: lake, path: ../lake}\nchecks: {forbidden: {files: [erased.txt]}}\n"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a lake of two pictures, beside which projects can stand."""
    from PIL import Image

    folder = tmp_path_factory.mktemp("checks")
    (folder / "pictures").mkdir()
    for name in ("one", "two"):
        Image.new("RGB", (8, 8), (name == "one" and "red") or "blue").save(
            folder / "pictures" / f"{name}.png"
        )
    project_at(folder / "ingest", {}, PROJECT)
    (folder / "ingest" / "erased.txt").write_text("")
    made = run(folder / "ingest", "lake", "ingest", str(folder / "pictures"), "--collection", "party")
    assert made.returncode == 0, made.stderr
    return folder


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return setwright("-C", str(folder), *args, COLUMNS="100")


def test_a_check_that_does_not_hold_forbids_plan_and_apply(lake: Path) -> None:
    here = project_at(lake / "few", {"specs/balloons.yaml": SPEC.format(least=3)}, PROJECT)
    (here / "erased.txt").write_text("party_two.png\n")
    planned = run(here, "plan", "--out", "saved.json", "--detailed-exitcode")
    assert planned.returncode == ChecksDeniedError.exit_code == 3
    assert "specs/balloons.yaml:5:3: error[SW601]: Too few frames" in planned.stdout
    assert "setwright.yaml:3:10: error[SW613]: Forbidden frames" in planned.stdout
    assert "specs/balloons.yaml:6:10: warning[SW604]: Too many bytes" in planned.stdout
    assert "Checks: 0 hold, 1 warning, 2 errors." in planned.stdout
    assert planned.stdout.endswith(
        "\nApply will refuse this plan: the checks fewest_frames of balloons, forbidden of balloons do not hold.\n"
    )
    for args in (["--yes"], [str(here / "saved.json")]):
        applied = run(here, "apply", *args)
        assert applied.returncode == 3
        assert "Error: A check forbids this plan\n" in applied.stderr
    document = json.loads(run(here, "plan", "--json").stdout)
    assert (document["applyable"], [check["status"] for check in document["checks"]]) == (
        False,
        ["fail", "fail", "warn"],
    )
    assert "no version yet" in run(here, "versions", "balloons").stdout


def test_warnings_forbid_nothing_and_a_list_that_grows_is_seen_with_the_next_plan(lake: Path) -> None:
    here = project_at(lake / "enough", {"specs/balloons.yaml": SPEC.format(least=2)}, PROJECT)
    (here / "erased.txt").write_text("party_three.png\n")
    applied = run(here, "apply", "--yes")
    assert applied.returncode == 0, applied.stderr
    assert "Checks: 2 hold, 1 warning." in applied.stdout
    (here / "erased.txt").write_text("party_three.png\nparty_one.png\n")
    planned = run(here, "plan")
    assert planned.returncode == 3
    assert planned.stdout.startswith("No changes.")
    assert "error[SW613]" in planned.stdout
