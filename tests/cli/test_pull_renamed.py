"""A folder that was pulled into stays that of its dataset, whatever that is called since."""

from __future__ import annotations

from pathlib import Path

from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at

EXPORTS = "exports: [RAW, COCO]\n"


def test_a_folder_of_a_dataset_that_was_renamed_since_is_pulled_into_again(tmp_path: Path) -> None:
    other = BALLOONS.replace("balloons", "kites", 1) + "description: Others\n"
    files = {"specs/balloons.yaml": BALLOONS + EXPORTS, "specs/kites.yaml": other + EXPORTS}
    project = project_at(tmp_path / "project", files)
    Lake.create(project / ".setwright" / "lake").close()
    ingest(project, "a", "b")
    succeeded(project, "apply", "--yes")
    to = str(tmp_path / "out")
    succeeded(project, "pull", "balloons", "--export", "RAW", "--to", to)

    (project / "specs" / "balloons.yaml").write_text(BALLOONS + EXPORTS + "name: Party Balloons\n")
    ingest(project, "c")
    succeeded(project, "apply", "--yes")
    assert "Party Balloons 1.1.0 as RAW" in succeeded(
        project, "pull", "balloons", "--export", "RAW", "--to", to
    )
    assert "0 were there already" not in succeeded(project, "pull", "balloons", "--export", "RAW", "--to", to)
    for address, export in (("kites", "RAW"), ("balloons", "COCO")):
        refused = setwright(project, "pull", address, "--export", export, "--to", to)
        assert (refused.returncode, "holds another export" in refused.stderr) == (1, True)
