"""`setwright init`: a project from nothing, and a spec from pictures."""

from __future__ import annotations

import json
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from setwright.cli.own_folder import own_folder
from setwright.cli.workspace import open_workspace
from setwright.model.dataset import CollectionSource, LabelClass
from tests.cli.project_folder import BALLOONS, project_at
from tests.house.program import ROOT, setwright
from tests.lake.lakes import write

DATA = ROOT.parent / "shared" / "data"


def init(folder: Path, *args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return setwright("-C", str(folder), "init", *args, **environ)


def pictures_at(folder: Path, objects: Sequence[Sequence[str]] = (("Cat", "Dog"), ("Dog",))) -> Path:
    """Empty pictures with annotations of VOC that name `objects`; nobody opens the pictures."""
    folder.mkdir(parents=True)
    for number, labels in enumerate(objects):
        (folder / f"{number}.jpg").write_bytes(b"")
        boxes = "".join(
            f"<object><name>{label}</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>5</xmax><ymax>5</ymax></bndbox>"
            "</object>"
            for label in labels
        )
        (folder / f"{number}.xml").write_text(
            f"<annotation><filename>{number}.jpg</filename>{boxes}</annotation>"
        )
    return folder


def files_in(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_new_project_is_without_a_mistake_and_validate_and_lake_work_in_it(tmp_path: Path) -> None:
    result = init(tmp_path)
    assert (result.returncode, result.stderr) == (0, "")
    workspace = open_workspace(tmp_path)
    assert workspace.project is not None
    assert workspace.project.name == tmp_path.name
    assert [finding.code for finding in workspace.diagnostics] == ["SW120"]  # no spec yet
    assert setwright("-C", str(tmp_path), "validate").returncode == 0
    assert "0 frames" in setwright("-C", str(tmp_path), "lake", "stats").stdout


def test_it_says_what_to_do_next(tmp_path: Path) -> None:
    said = init(tmp_path).stdout
    for step in ("setwright lake ingest", "specs/NAME.yaml", "setwright plan", "setwright apply"):
        assert step in said
    assert "cd " not in said


def test_a_project_in_another_folder_is_made_there_and_one_is_told_to_go_there(tmp_path: Path) -> None:
    said = init(tmp_path, "a party/inner").stdout
    assert "cd 'a party/inner'" in said
    assert open_workspace(tmp_path / "a party" / "inner").project is not None


def test_the_example_is_not_taken_for_a_spec_and_a_copy_of_it_is_one(tmp_path: Path) -> None:
    init(tmp_path)
    example = tmp_path / "specs" / "balloons.yaml.example"
    (tmp_path / "specs" / "mine.yaml").write_bytes(example.read_bytes())
    workspace = open_workspace(tmp_path)
    assert workspace.diagnostics == ()
    assert workspace.project is not None
    assert [spec.address for spec in workspace.project.specs] == ["balloons"]


def test_editors_find_the_schemas_that_the_files_name(tmp_path: Path) -> None:
    init(tmp_path)
    for file in (tmp_path / "setwright.yaml", tmp_path / "specs" / "balloons.yaml.example"):
        first = file.read_text().splitlines()[0]
        named = first.removeprefix("# yaml-language-server: $schema=")
        assert json.loads((file.parent / named).read_text())["$schema"]


def test_git_ignores_the_lake(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    init(tmp_path)
    listed = subprocess.check_output(["git", "status", "--short", "-uall"], cwd=tmp_path, text=True)
    assert listed.split("\n")[:-1] == ["?? setwright.yaml", "?? specs/balloons.yaml.example"]


@pytest.mark.parametrize("command", [("ingest", "pets", "--collection", "pets"), ("init",)])
def test_git_ignores_the_lake_of_a_clone_too_and_editors_find_the_schemas(
    command: Sequence[str], tmp_path: Path
) -> None:
    project_at(tmp_path)  # as git carries it: without what git ignores
    write(tmp_path / "pets", {"1.png": ["Cat"]})
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    assert setwright("-C", str(tmp_path), "lake", *command).returncode == 0
    assert (tmp_path / ".setwright" / "lake" / "lake.json").exists()
    status = subprocess.check_output(
        ["git", "status", "--short", "--untracked-files=all"], cwd=tmp_path, text=True
    )
    assert ".setwright" not in status
    assert (tmp_path / ".setwright" / "schemas" / "dataset.schema.json").exists()


def test_after_an_upgrade_editors_get_the_schemas_of_the_new_release(tmp_path: Path) -> None:
    schema = own_folder(tmp_path) / "schemas" / "dataset.schema.json"
    ours = schema.read_text()
    schema.write_text("{}")
    (tmp_path / ".setwright" / ".gitignore").write_text("mine\n")
    own_folder(tmp_path)
    assert schema.read_text() == ours
    assert (tmp_path / ".setwright" / ".gitignore").read_text() == "mine\n"


def test_a_lake_that_is_no_projects_own_gets_nothing_beside_it(tmp_path: Path) -> None:
    assert setwright("-C", str(tmp_path), "lake", "init", "--lake", ".setwright/lake").returncode == 0
    assert [file.name for file in (tmp_path / ".setwright").iterdir()] == ["lake"]


def test_a_second_time_is_refused_and_nothing_is_touched(tmp_path: Path) -> None:
    init(tmp_path)
    before = files_in(tmp_path)
    result = init(tmp_path)
    assert (result.returncode, result.stdout) == (1, "")
    assert "There is a project here already" in result.stderr
    assert files_in(tmp_path) == before


def test_what_is_there_stays_as_it_is(tmp_path: Path) -> None:
    mine = {"specs/balloons.yaml.example": "mine\n", ".setwright/.gitignore": "lake\n", "README": "hello\n"}
    for name, text in mine.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert init(tmp_path).returncode == 0
    assert {name: (tmp_path / name).read_text() for name in mine} == mine


def test_who_has_specs_already_gets_no_example(tmp_path: Path) -> None:
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "balloons.yaml").write_text(BALLOONS)
    said = init(tmp_path).stdout
    assert "example" not in said
    assert [file.name for file in (tmp_path / "specs").iterdir()] == ["balloons.yaml"]


def test_a_project_within_another_is_made_and_told(tmp_path: Path) -> None:
    project_at(tmp_path)
    result = init(tmp_path, "inner")
    assert result.returncode == 0
    assert f"{tmp_path} holds a project too" in result.stdout
    assert (
        "holds a project too"
        not in init(tmp_path / "inner", "--from", str(pictures_at(tmp_path / "pets"))).stdout
    )


def test_a_project_file_that_is_a_link_to_nothing_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    inside = tmp_path / "inside"
    inside.mkdir()
    (inside / "setwright.yaml").symlink_to(outside)
    assert init(inside).returncode == 1
    assert not outside.exists()


def test_a_run_that_was_cut_short_can_be_repeated(tmp_path: Path) -> None:
    init(tmp_path)
    lake = (tmp_path / ".setwright" / "lake" / "lake.json").read_bytes()
    (tmp_path / "setwright.yaml").unlink()  # it is written last
    assert init(tmp_path).returncode == 0
    assert (tmp_path / ".setwright" / "lake" / "lake.json").read_bytes() == lake


def test_pictures_give_a_spec_with_their_labels_most_frequent_first(tmp_path: Path) -> None:
    pictures_at(tmp_path / "pets")
    project = tmp_path / "project"
    project.mkdir()
    result = init(project, "--from", "../pets")
    assert result.returncode == 0
    workspace = open_workspace(project)
    assert workspace.diagnostics == ()
    assert workspace.project is not None
    (spec,) = workspace.project.specs
    assert spec.address == "pets"
    assert spec.where.file == "specs/pets.yaml"
    assert spec.config.source == CollectionSource(name="pets")
    assert spec.config.labels == tuple(LabelClass(name=name, sources=(name,)) for name in ("Dog", "Cat"))
    assert [float(share) for share in spec.config.split.percent.values()] == [70, 20, 10]
    assert spec.config.exports == ("RAW", "YOLO Darknet")


def test_counts_are_told_and_the_command_to_ingest(tmp_path: Path) -> None:
    pictures_at(tmp_path / "my pets")
    result = init(tmp_path, "project", "--from", "my pets")
    rows = [line.split() for line in result.stdout.splitlines()]
    for row in (["pictures", "2"], ["annotations", "3"], ["Dog", "2"], ["Cat", "1"], ["cd", "project"]):
        assert row in rows
    assert "  setwright lake ingest '../my pets' --format voc --collection my-pets\n" in result.stdout


def test_a_folder_that_looks_like_an_option_is_told_so_that_it_is_none(tmp_path: Path) -> None:
    pictures_at(tmp_path / "-pets")
    said = init(tmp_path, "--from", "-pets").stdout
    assert "setwright lake ingest ./-pets --format voc --collection pets  " in said


def test_a_folder_inside_the_project_is_named_as_it_was_typed(tmp_path: Path) -> None:
    pictures_at(tmp_path / "pets")
    assert "setwright lake ingest pets --format" in init(tmp_path, "--from", "pets").stdout


def test_a_project_that_is_there_gets_the_spec_and_keeps_its_file(tmp_path: Path) -> None:
    project_at(tmp_path)
    pictures_at(tmp_path / "pets")
    before = (tmp_path / "setwright.yaml").read_bytes()
    (tmp_path / "notes").mkdir()
    assert init(tmp_path / "notes", "--from", "../pets").returncode == 0
    assert (tmp_path / "setwright.yaml").read_bytes() == before
    project = open_workspace(tmp_path).project
    assert project is not None
    assert [spec.address for spec in project.specs] == ["balloons", "pets"]


@pytest.mark.parametrize("project", [True, False])
def test_a_spec_file_that_is_there_is_not_overwritten(project: bool, tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/pets.yaml": BALLOONS})
    pictures_at(tmp_path / "pets")
    if not project:
        (tmp_path / "setwright.yaml").unlink()
    result = init(tmp_path, "--from", "pets")
    assert (result.returncode, result.stdout) == (1, "")
    assert "specs/pets.yaml already" in result.stderr
    assert (tmp_path / "specs" / "pets.yaml").read_text() == BALLOONS


def test_an_address_that_is_taken_is_not_given_again(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/a.yaml": BALLOONS})
    result = init(tmp_path, "--from", str(pictures_at(tmp_path / "balloons")))
    assert result.returncode == 1
    assert 'a dataset "balloons" already' in result.stderr


def test_a_project_within_a_project_has_addresses_of_its_own(tmp_path: Path) -> None:
    project_at(tmp_path)
    pictures = pictures_at(tmp_path / "balloons")
    assert init(tmp_path, "inner", "--from", str(pictures)).returncode == 0


def test_a_spec_that_no_pattern_leads_to_is_told(tmp_path: Path) -> None:
    project_at(tmp_path, {"a.yaml": BALLOONS}, "specs: [a.yaml]\n")
    pictures_at(tmp_path / "pets")
    assert "leads to specs/pets.yaml" in init(tmp_path, "--from", "pets").stdout


def test_a_remote_that_is_no_lake_of_this_machine_is_not_ingested_into(tmp_path: Path) -> None:
    project_at(tmp_path, project="remote: {kind: layernext, url: https://layernext.example.org}\n")
    pictures_at(tmp_path / "pets")
    result = init(tmp_path, "--from", "pets")
    assert result.returncode == 0
    assert "ingest" not in result.stdout


def test_pictures_without_annotations_give_a_project_and_no_spec(tmp_path: Path) -> None:
    pictures_at(tmp_path / "bare", [()])
    (tmp_path / "bare" / "0.xml").unlink()
    result = init(tmp_path, "project", "--from", "bare")
    assert result.returncode == 0
    assert "--format folder" in result.stdout
    assert "write specs/NAME.yaml" in result.stdout
    assert list(tmp_path.glob("project/specs/*.yaml")) == []


def test_regions_without_a_label_get_the_one_that_is_given_and_so_does_the_command(tmp_path: Path) -> None:
    pictures = tmp_path / "sky"
    pictures.mkdir()
    (pictures / "0.jpg").touch()
    region = {
        "shape_attributes": {"name": "rect", "x": 1, "y": 1, "width": 3, "height": 3},
        "region_attributes": {},
    }
    (pictures / "via.json").write_text(json.dumps({"0": {"filename": "0.jpg", "regions": [region]}}))
    refused = init(tmp_path, "project", "--from", "sky")
    assert refused.returncode == 1
    assert "--label NAME" in refused.stderr
    assert not (tmp_path / "project").exists()
    said = init(tmp_path, "project", "--from", "sky", "--label", "Hot Air Balloon").stdout
    assert "--format via --collection sky --label 'Hot Air Balloon'" in said
    project = open_workspace(tmp_path / "project").project
    assert project is not None
    assert [label.name for label in project.specs[0].config.labels] == ["Hot Air Balloon"]


def test_what_is_wrong_with_the_files_is_counted(tmp_path: Path) -> None:
    pictures_at(tmp_path / "pets", [["Dog"], [""]])
    assert "1 problem with the files" in init(tmp_path, "--from", "pets").stdout


def test_a_folder_without_pictures_starts_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = init(tmp_path, "project", "--from", "empty")
    assert result.returncode == 1
    assert "There are no pictures" in result.stderr
    assert not (tmp_path / "project").exists()


def test_labels_cannot_give_the_terminal_orders(tmp_path: Path) -> None:
    pictures_at(tmp_path / "pets", [["a\u202eb", "Dog"]])
    result = init(tmp_path, "--from", "pets")
    assert result.returncode == 0
    assert "\u202e" not in result.stdout
    assert "\u202e" not in (tmp_path / "specs" / "pets.yaml").read_text()
    assert open_workspace(tmp_path).diagnostics == ()


@pytest.mark.skipif(not (DATA / "bccd").is_dir(), reason="the photographs of bccd are not here")
def test_the_proposal_for_photographs_of_cells_is_made_and_its_command_works(tmp_path: Path) -> None:
    result = init(tmp_path, "--from", str(DATA / "bccd"))
    rows = [line.split() for line in result.stdout.splitlines()]
    assert ["annotations", "4,888"] in rows
    (command,) = (line for line in result.stdout.splitlines() if "lake ingest" in line)
    project = open_workspace(tmp_path).project
    assert project is not None
    assert [label.name for label in project.specs[0].config.labels] == ["RBC", "WBC", "Platelets"]
    ingested = setwright("-C", str(tmp_path), *shlex.split(command)[1:])
    assert ingested.returncode == 0
    assert "collection   bccd" in ingested.stdout


@pytest.mark.parametrize(("pictures", "official"), [(("a", "b"), True), (("a", "b", "c"), False)])
def test_splits_that_all_pictures_came_with_are_proposed(
    pictures: Sequence[str], official: bool, tmp_path: Path
) -> None:
    folder = tmp_path / "party"
    for name in pictures:
        split = {"a": "train", "b": "val"}.get(name, "unused")
        for kind, ending, content in (("images", "jpg", ""), ("labels", "txt", "0 0.5 0.5 0.2 0.2\n")):
            file = folder / kind / split / f"{name}.{ending}"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content)
    (folder / "data.yaml").write_text("train: images/train\nval: images/val\nnames: [Balloon]\n")
    assert proposes_official(tmp_path / "project", folder) == official


@pytest.mark.parametrize(
    ("folders", "official"), [("train val", True), ("train", False), ("train more", False)]
)
def test_splits_that_folders_are_called_after_are_proposed_whatever_the_format(
    folders: str, official: bool, tmp_path: Path
) -> None:
    for name in folders.split():
        folder = tmp_path / "party" / name
        folder.mkdir(parents=True)
        (folder / f"{name}.jpg").write_text("")
        shape = {"name": "rect", "x": 1, "y": 1, "width": 5, "height": 5}
        region = {"shape_attributes": shape, "region_attributes": {"name": "Balloon"}}
        said = {"a": {"filename": f"{name}.jpg", "size": 1, "regions": [region]}}
        (folder / "via_region_data.json").write_text(json.dumps(said))
    assert proposes_official(tmp_path / "project", tmp_path / "party") == official


def proposes_official(project: Path, pictures: Path) -> bool:
    project.mkdir()
    assert init(project, "--from", str(pictures)).returncode == 0
    found = open_workspace(project).project
    assert found is not None
    (spec,) = found.specs
    return spec.config.split.official is not None
