"""A project whose state is in a folder."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import project_at


def test_the_state_is_kept_where_the_project_says(tmp_path: Path) -> None:
    project_at(tmp_path, project="project: party\nstate: {kind: folder, path: kept}\n")
    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (8, 8), "red").save(tmp_path / "pictures" / "one.png")
    succeeded(tmp_path, "lake", "ingest", str(tmp_path / "pictures"), "--collection", "party")
    succeeded(tmp_path, "apply", "--yes")
    assert [file.name for file in (tmp_path / "kept" / "party").iterdir()] == ["0000000001.json"]
    assert setwright(tmp_path, "plan", "--detailed-exitcode").returncode == 0
    # Another state: there the project was never applied.
    (tmp_path / "setwright.yaml").write_text("project: party\n")
    assert "the state will know it" in succeeded(tmp_path, "plan")
