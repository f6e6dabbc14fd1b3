"""Versions as things: shown, compared, made again, downloaded."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.project_folder import ingest, project_at
from tests.house.program import setwright

SPEC = """dataset: balloons
source: {collection: party}
labels: [Balloon]
split: {train: 50, validation: 25, test: 25}
exports: [RAW]
"""


def run(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return setwright("-C", str(folder), *args)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two versions: eight frames, then nine, and another description."""
    folder = project_at(tmp_path_factory.mktemp("versions") / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, *"abcdefgh")
    assert run(folder, "apply", "--yes").returncode == 0
    ingest(folder, *"abcdefghi")
    (folder / "specs/balloons.yaml").write_text(SPEC + "description: told anew\n")
    assert run(folder, "apply", "--yes").returncode == 0
    return folder


def test_a_version_is_shown_counted_and_with_where_it_is_from(project: Path) -> None:
    numbers = [line.split()[0] for line in run(project, "versions", "balloons").stdout.splitlines()[1:]]
    newest, first = numbers
    shown = run(project, "show", "balloons").stdout
    assert f"after {first}" in shown
    assert re.search(r"frames +\d+ +\d+ +\d+ +9\n", shown)
    document = json.loads(run(project, "show", f"balloons@{newest}", "--json").stdout)
    assert (document["parent_version"], document["division"]["apart"]) == (first, 0)
    assert document["profile"]["sizes"] == [[8, 8, 9]]
    assert document["config_digest"].startswith("config-1:")


def test_two_versions_are_compared_as_text_as_json_and_as_a_page(project: Path) -> None:
    newest, first = (line.split()[0] for line in run(project, "versions", "balloons").stdout.splitlines()[1:])
    pair = f"balloons@{first}", f"balloons@{newest}"
    text = run(project, "diff", *pair).stdout
    assert "frames  8 -> 9  +1 entering" in text
    assert "told anew" in text
    document = json.loads(run(project, "diff", *pair, "--json").stdout)
    assert (document["same"], document["change"]["frames"]["entering"]["count"]) == (False, 1)
    assert run(project, "diff", *pair, "--html", "d.html").returncode == 0
    page = (project / "d.html").read_text()
    assert "data:image/" in page
    assert "<script" not in page
    assert "same" in run(project, "diff", "balloons", "balloons").stdout


def test_other_sizes_asked_for_since_are_unmet_because_frames_stay(tmp_path: Path) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, *"abcdefgh")
    assert run(folder, "apply", "--yes").returncode == 0
    (folder / "specs/balloons.yaml").write_text(
        SPEC.replace("train: 50", "train: 75").replace("test: 25", "test: 0")
    )
    assert run(folder, "apply", "--yes").returncode == 0
    ingest(folder, *"abcdefghi")
    assert run(folder, "apply", "--yes").returncode == 0
    stay = "asked for 6 / 2 / 0 frames, but frames stay in the splits that they had"
    first, newest = "balloons@1.0.0", "balloons"
    assert stay in run(folder, "show", first).stdout
    # Compared with one that came later, it stands as it was divided all the same.
    assert stay in run(folder, "diff", newest, first).stdout


def test_groups_that_are_asked_for_since_are_told_where_they_are_apart(tmp_path: Path) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, *"abcdefgh")
    assert run(folder, "apply", "--yes").returncode == 0
    told = [{"file": f"{name}.png", "metadata": {"site": "park"}} for name in "abcdefgh"]
    (tmp_path / "pictures" / "metadata.json").write_text(json.dumps({"files": told}))
    taken = ("--collection", "party", "--format", "layernext")
    assert run(folder, "lake", "ingest", str(tmp_path / "pictures"), *taken).returncode == 0
    (folder / "specs/balloons.yaml").write_text(SPEC.replace("test: 25", "test: 25, group_by: metadata.site"))
    apart = "1 group of frames that belong together in several splits, as frames stay where they were"
    assert apart in run(folder, "plan").stdout
    assert run(folder, "apply", "--yes").returncode == 0
    assert apart in run(folder, "show", "balloons").stdout
    (folder / "specs/balloons.yaml").write_text(SPEC)
    assert run(folder, "apply", "--yes").returncode == 0
    assert apart not in run(folder, "show", "balloons").stdout


def test_an_address_that_was_given_up_or_has_a_version_leads_to_the_one_that_is_meant(
    project: Path, tmp_path: Path
) -> None:
    assert 'did you mean "balloons"?' in run(project, "versions", "balloons@1.0.0").stderr
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    (folder / "specs/balloons.yaml").write_text(
        SPEC.replace("dataset: balloons", "dataset: sky").rstrip() + "\npreviously: balloons\n"
    )
    assert run(folder, "apply", "--yes").returncode == 0
    for command in ("versions", "show", "pull"):
        assert 'its address is "sky" now' in run(folder, command, "balloons").stderr


def test_a_number_from_before_an_update_in_place_says_what_it_is_called_now(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    before = run(folder, "versions", "balloons").stdout.splitlines()[1].split()[0]
    (folder / "specs/balloons.yaml").write_text(SPEC.replace("[RAW]", "[COCO]") + "description: told anew\n")
    assert run(folder, "apply", "--yes").returncode == 0
    now = run(folder, "versions", "balloons").stdout.splitlines()[1].split()[0]
    assert now != before
    done = run(folder, "diff", f"balloons@{before}", "balloons")
    assert f"balloons {before} was updated in place, and is {now} now" in done.stderr
    assert "was updated" not in run(folder, "verify", f"balloons@{now}").stderr


def test_a_dataset_that_was_forgotten_can_be_taken_back(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    (folder / "specs/balloons.yaml").unlink()
    (folder / "specs/sky.yaml").write_text(SPEC.replace("dataset: balloons", "dataset: sky"))
    assert run(folder, "apply", "--yes").returncode == 0
    assert "`setwright adopt balloons` takes it" in run(folder, "versions", "balloons").stderr
    assert run(folder, "adopt", "balloons").returncode == 0
    assert len(run(folder, "versions", "balloons").stdout.splitlines()) == 3


@pytest.mark.parametrize(
    "command",
    [
        ("versions", "balloons"),
        ("show", "balloons@1.0.0"),
        ("diff", "balloons@1.0.0", "balloons"),
        ("verify", "balloons"),
        ("pull", "balloons", "--to", "out"),
    ],
)
def test_what_was_applied_is_read_though_specs_hold_errors(
    project: Path, tmp_path: Path, command: tuple[str, ...]
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    (folder / "specs/balloons.yaml").write_text("dataset: balloons\nlabels: [Balloon\n")
    (folder / "specs/kites.yaml").write_text("dataset: kites\nquerry: x\n")
    done = run(folder, *command)
    assert done.returncode == 0
    assert "The specs hold 4 errors, which `setwright validate` shows" in done.stderr
    assert "error[" not in done.stderr


def test_an_address_that_was_never_applied_is_refused_with_the_errors_of_the_specs(
    project: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    (folder / "specs/kites.yaml").write_text("dataset: kites\nquerry: x\n")
    done = run(folder, "versions", "kites")
    assert done.returncode == 1
    assert "kites.yaml:2:1: error[SW203]" in done.stderr


def test_nothing_is_read_where_the_project_file_holds_an_error(project: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    shutil.copytree(project, folder)
    file = folder / "setwright.yaml"
    file.write_text(file.read_text() + "remotes: {}\n")
    done = run(folder, "pull", "balloons", "--to", "out")
    assert done.returncode == 1
    assert "setwright.yaml" in done.stderr
    assert not (folder / "out").exists()


def test_a_version_is_found_by_the_number_that_it_had_before_an_export_was_added(tmp_path: Path) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, *"abcd")
    assert run(folder, "apply", "--yes").returncode == 0
    (folder / "specs/balloons.yaml").write_text(SPEC.replace("[RAW]", "[RAW, COCO]"))
    assert run(folder, "apply", "--yes").returncode == 0
    assert run(folder, "show", "balloons@1.0.0").stdout.startswith("balloons 1.0.1\n")
    assert run(folder, "pull", "balloons@1.0.0", "--export", "RAW", "--to", "out").returncode == 0
    assert "There are 1.0.1." in run(folder, "show", "balloons@1.0.2").stderr


@pytest.mark.parametrize(
    ("spec", "address"),
    [
        (SPEC + "name: Party balloons\n", "balloons"),
        (SPEC.replace("dataset: balloons", "dataset: party\npreviously: balloons"), "party"),
    ],
)
def test_a_dataset_that_is_to_be_called_otherwise_has_its_versions_before_that_is_applied(
    spec: str, address: str, tmp_path: Path
) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, *"abcd")
    assert run(folder, "apply", "--yes").returncode == 0
    (folder / "specs/balloons.yaml").write_text(spec)
    for _ in ("before", "after"):
        assert "1.0.0 " in run(folder, "versions", address).stdout
        assert run(folder, "show", f"{address}@1.0.0").returncode == 0
        assert run(folder, "apply", "--yes").returncode == 0


def test_the_frames_that_a_difference_leaves_out_are_listed_as_it_says(tmp_path: Path) -> None:
    folder = project_at(tmp_path / "project", {"specs/balloons.yaml": SPEC})
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a")
    assert run(folder, "apply", "--yes").returncode == 0
    ingest(folder, *"abcdefgh")
    assert run(folder, "apply", "--yes").returncode == 0
    pair = "balloons@1.0.0", "balloons"
    assert "`diff --frames` lists all" in run(folder, "diff", *pair).stdout
    assert "party_h.png" in run(folder, "diff", *pair, "--frames").stdout


def test_a_version_is_made_again_and_is_the_same(project: Path) -> None:
    done = run(project, "verify", "balloons")
    assert (done.returncode, "is what it was made of" in done.stdout) == (0, True), done.stderr


def test_a_version_is_downloaded_by_its_id_with_and_without_pictures(project: Path, tmp_path: Path) -> None:
    document = json.loads(run(project, "show", "balloons", "--json").stdout)
    done = run(project, "download", document["id"], "RAW", "--to", str(tmp_path / "out"), "--no-media")
    assert done.returncode == 0, done.stderr
    (folder,) = (tmp_path / "out").iterdir()
    assert folder.name == f"balloons-{document['version']}-raw"
    assert not list(folder.rglob("*.png"))
    done = run(project, "download", document["id"], "RAW", "--path", str(tmp_path / "out"))
    assert len(list(folder.rglob("*.png"))) == 9
    assert run(project, "download", "nothing", "RAW").returncode == 1
