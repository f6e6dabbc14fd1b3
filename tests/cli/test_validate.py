"""`setwright validate`, as its users run it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest
from jsonschema import Draft202012Validator

from tests.cli.project_folder import BALLOONS, project_at
from tests.conftest import Golden
from tests.house.program import ROOT, setwright

TWENTY_MISTAKES = dedent(
    """\
    dataset: Night Balloons
    name: no
    source: {collection: party, datalake: image}
    querry: annotation.label=Balloon
    query: annotation.lable=Balloon
    filter: {annotation_types: [people], from_date: 2024-02-30}
    tags:
    operations: [by-hand, by-hand]
    labels: [Balloon, Kite, Balloon, kite]
    split: {train: 70, validation: 20, seed: -1, group_by: patient}
    exports: [yolo darknt]
    description: {a: b}
    augmentations: {rotate: [-400, 20], flipp: {}, flip: true, noise: [0, 60], blur: 0}
    owners: "${env.USER}"
    protect: yes
    checks: {fewest_frames: {test: 0}}
    """
)


def validate(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return setwright("-C", str(folder), "validate", *args, **environ)


def test_specs_without_a_mistake_are_counted(tmp_path: Path) -> None:
    two = BALLOONS + "---\n" + BALLOONS.replace("balloons", "kites")
    project_at(tmp_path, {"specs/a.yaml": two, "specs/b.yaml": BALLOONS.replace("balloons", "birds")})
    result = validate(tmp_path)
    assert (result.returncode, result.stdout, result.stderr) == (
        0,
        "3 datasets in 2 files: no mistakes\n",
        "",
    )


def test_one_dataset_is_not_called_several(tmp_path: Path) -> None:
    assert validate(project_at(tmp_path)).stdout == "1 dataset in 1 file: no mistakes\n"


def test_specs_in_folders_that_no_pattern_looks_into_are_told(tmp_path: Path) -> None:
    files = {
        "specs/a.yaml": BALLOONS,
        "specs/night/b.yaml": BALLOONS,
        "specs/night/far/c.yml": BALLOONS,
        "specs/night/job.yml": "stage: test\n",
        "specs/.old/d.yaml": BALLOONS,
        "other/e.yaml": BALLOONS,
    }
    result = validate(project_at(tmp_path, files))
    assert (result.returncode, result.stdout) == (
        0,
        "1 dataset in 1 file: no mistakes\n"
        "2 specs are not read: they lie in folders that no pattern under `specs:` in setwright.yaml looks into "
        "(as specs/**/*.yaml does): specs/night/b.yaml, specs/night/far/c.yml\n",
    )
    (tmp_path / "setwright.yaml").write_text(
        "specs: [specs/*.yaml, specs/night/*.yaml, specs/night/far/*.yml]\n"
    )
    assert "not read" not in validate(tmp_path).stdout
    # Beside pictures of a dataset: only so many names are looked at.
    (tmp_path / "setwright.yaml").write_text("specs: [specs/*.yaml]\n")
    for number in range(1200):
        (tmp_path / "specs" / "night" / f"{number}.png").touch()
    assert validate(tmp_path).returncode == 0


def test_twenty_mistakes_are_shown_at_once(tmp_path: Path, golden: Golden) -> None:
    result = validate(project_at(tmp_path, {"specs/night.yaml": TWENTY_MISTAKES}), COLUMNS="100")
    assert (result.returncode, result.stderr) == (1, "")
    assert len(set(re.findall(r"\[(SW[0-9]+)\]", result.stdout))) == 20
    golden("spec/twenty-mistakes.txt", result.stdout)


def test_it_works_from_a_folder_within_the_project(tmp_path: Path) -> None:
    assert validate(project_at(tmp_path) / "specs").stdout == "1 dataset in 1 file: no mistakes\n"


def test_a_warning_fails_only_where_that_is_asked_for(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/balloons.yaml": BALLOONS + "split: {train: 100, seed: 010}\n"})
    lenient, strict = validate(tmp_path), validate(tmp_path, "--strict")
    assert lenient.returncode == 0
    assert lenient.stdout.endswith("1 dataset in 1 file: no errors\n")
    assert "warning[SW115]" in lenient.stdout
    assert strict.returncode == 1
    assert "no errors" not in strict.stdout


def test_a_project_without_specs_is_told_how_to_begin(tmp_path: Path) -> None:
    result = validate(project_at(tmp_path, {}))
    assert result.returncode == 0
    assert '"specs/*.yaml" matches no file' in result.stdout
    assert "Write a spec that begins with `dataset: balloons`" in result.stdout


def test_a_folder_without_a_project_is_told_how_to_begin(tmp_path: Path) -> None:
    result = validate(tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert "setwright init" in result.stderr


def test_json_keeps_to_its_schema_with_and_without_mistakes(tmp_path: Path) -> None:
    schema = json.loads((ROOT / "schemas" / "findings.schema.json").read_text())
    for text, valid in ((BALLOONS, True), (TWENTY_MISTAKES, False)):
        result = validate(project_at(tmp_path, {"specs/a.yaml": text}), "--format", "json")
        document = json.loads(result.stdout)
        Draft202012Validator(schema).validate(document)
        assert document["valid"] is valid
        assert result.returncode == (0 if valid else 1)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("github", "::error file=ml/party/specs/night.yaml,line=1,"),
        ("gitlab", '"path": "ml/party/specs/night.yaml"'),
        ("sarif", '"uri": "ml/party/specs/night.yaml"'),
    ],
)
def test_platforms_are_told_the_path_from_the_top_of_the_repository(
    form: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / ".git").mkdir()
    folder = project_at(tmp_path / "ml" / "party", {"specs/night.yaml": TWENTY_MISTAKES})
    assert said in validate(folder, "--format", form).stdout


def test_without_a_repository_paths_are_those_of_the_project(tmp_path: Path) -> None:
    folder = project_at(tmp_path / "party", {"specs/night.yaml": TWENTY_MISTAKES})
    assert "::error file=specs/night.yaml," in validate(folder, "--format", "github").stdout


def test_sarif_tells_runs_of_two_environments_apart(tmp_path: Path) -> None:
    project_at(tmp_path, project="environments: {staging: {}}\n")
    result = validate(tmp_path, "--format", "sarif", "--env", "staging")
    assert json.loads(result.stdout)["runs"][0]["automationDetails"]["id"] == "setwright/staging/"


def test_sarif_carries_the_pages_of_what_was_found(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": BALLOONS + "querry: x\n"})
    (rule,) = json.loads(validate(tmp_path, "--format", "sarif").stdout)["runs"][0]["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"] == (ROOT / "docs" / "findings" / "SW203.md").read_text()


def test_colours_come_only_where_they_are_wanted(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/night.yaml": TWENTY_MISTAKES})
    assert "\x1b[" not in validate(tmp_path).stdout
    assert "\x1b[" in validate(tmp_path, FORCE_COLOR="1").stdout


def test_the_specs_of_this_repository_hold_no_mistake(tmp_path: Path) -> None:
    files = {f"specs/{file.name}": file.read_text() for file in (ROOT / "specs").glob("*.yaml")}
    result = validate(project_at(tmp_path, files), "--strict")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.endswith(": no mistakes\n")
