"""One run of `setwright plan` writes every form that a build server needs, and prints the one that was asked for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from shutil import copytree

import pytest
from PIL import Image

from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import project_at

BOX = "<bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox>"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a lake of a dozen pictures and a spec that was not applied."""
    folder = project_at(tmp_path_factory.mktemp("party"))
    pictures = folder / "pictures"
    pictures.mkdir()
    for number in range(12):
        Image.new("RGB", (40, 30), (number * 20, 60, 90)).save(pictures / f"{number:02}.png")
        (pictures / f"{number:02}.xml").write_text(
            f"<annotation><filename>{number:02}.png</filename><object><name>Balloon</name>{BOX}</object></annotation>"
        )
    succeeded(folder, "lake", "ingest", str(pictures), "--collection", "party")
    return folder


def test_one_run_writes_every_form(lake: Path, tmp_path: Path) -> None:
    files = {form: tmp_path / f"plan.{form}" for form in ("out", "json-into", "markdown", "html", "sarif")}
    files |= {form: tmp_path / f"plan.{form}" for form in ("gitlab", "gitlab-mr")}
    said = succeeded(lake, "plan", *(f"--{form}={file}" for form, file in files.items()))
    assert "Plan: 1 to add" in said
    text = {form: file.read_text() for form, file in files.items()}
    assert text["html"].startswith("<!doctype html>")
    assert text["markdown"].startswith("<!-- setwright:plan party -->\n")
    assert json.loads(text["gitlab-mr"]) == {"create": 1, "update": 0, "delete": 0}
    assert json.loads(text["sarif"])["runs"][0]["results"][0]["ruleId"] == "SW901"
    assert json.loads(text["gitlab"])[0]["location"]["path"].endswith("specs/balloons.yaml")
    document = json.loads(text["out"])
    assert len(document["changes"][0]["pictures"]) == 12
    assert json.loads(text["json-into"].partition("\n")[0])["type"] == "version"


@pytest.mark.parametrize(
    "args",
    [
        ("plan", "--out"),
        ("plan", "--json-into"),
        ("plan", "--markdown"),
        ("show", "plan.json", "--html"),
        ("diff", "balloons@1.0.0", "balloons", "--html"),
        ("preview", "balloons", "--out"),
    ],
)
@pytest.mark.parametrize("file", ["specs/balloons.yaml", "setwright.yaml", "setwright.lock", "new.YML"])
def test_no_file_of_a_project_is_written_over(lake: Path, args: tuple[str, ...], file: str) -> None:
    before = {path: path.read_bytes() for path in (lake / "setwright.yaml", lake / "specs/balloons.yaml")}
    ran = setwright(lake, *args, file)
    assert ran.returncode == 1
    assert f"'{file}' would be taken for a file of a project" in ran.stderr
    assert {path: path.read_bytes() for path in before} == before


def test_an_empty_name_is_not_taken_for_no_file_at_all(lake: Path) -> None:
    for option in ("--markdown", "--out", "--json-into"):
        ran = setwright(lake, "plan", option, "")
        assert (ran.returncode, "it is empty" in ran.stderr) == (1, True)


def test_two_forms_do_not_go_to_one_file(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    ran = setwright(lake, "plan", f"--out={tmp_path}/plan.json", f"--html={tmp_path}/link/plan.json")
    assert ran.returncode == 1
    assert "--html and --out would both write" in ran.stderr
    assert not (tmp_path / "plan.json").exists()
    succeeded(lake, "plan", "--out=/dev/null", "--html=/dev/null")


def test_pictures_are_taken_only_for_a_page_or_on_request(lake: Path) -> None:
    def pictures(*args: str) -> int:
        return len(json.loads(succeeded(lake, "plan", "--json", *args))["changes"][0]["pictures"])

    assert pictures() == 0
    assert pictures("--pictures", "5") == 5


def test_terraform_s_spelling_of_the_events_file_is_taken(lake: Path, tmp_path: Path) -> None:
    file = tmp_path / "events"
    succeeded(lake, "plan", f"-json-into={file}")
    types = [json.loads(line)["type"] for line in file.read_text().splitlines()]
    assert (types[0], types[-1]) == ("version", "change_summary")
    assert "planned_change" in types


def test_events_are_printed_with_their_times_and_nothing_else(lake: Path) -> None:
    events = [json.loads(line) for line in succeeded(lake, "plan", "--json-stream").splitlines()]
    assert all(list(event)[:4] == ["@level", "@message", "@module", "@timestamp"] for event in events)
    assert events[0]["ui"] == "1.0"


def test_only_one_form_can_be_printed(lake: Path) -> None:
    ran = setwright(lake, "plan", "--json", "--format", "html")
    assert ran.returncode == 1
    assert "Only one form can be printed, not html and json" in ran.stderr


@pytest.mark.parametrize(
    "form", ["markdown", "html", "sarif", "github", "gitlab", "gitlab-mr", "json", "ndjson"]
)
def test_mistakes_in_the_specs_are_told_in_every_form(form: str, tmp_path: Path) -> None:
    folder = project_at(
        tmp_path, {"specs/a.yaml": "dataset: a\nsource: {collection: b}\nlabels: [c]\nsplit: {train: 50}\n"}
    )
    ran = setwright(folder, "plan", "--format", form)
    assert ran.returncode == 1
    assert "SW213" in ran.stderr
    assert ("SW213" in ran.stdout) == (form != "gitlab-mr")
    if form == "json":
        document = json.loads(ran.stdout)
        assert (document["errored"], document["applyable"]) == (True, False)


def test_a_plan_that_could_not_be_made_is_saved_for_whoever_shows_it_and_not_for_apply(
    tmp_path: Path,
) -> None:
    folder = project_at(tmp_path, {"specs/a.yaml": "dataset: a\nsource: {collection: b}\nlabel: [c]\n"})
    saved = tmp_path / "plan.json"
    ran = setwright(folder, "plan", f"--out={saved}", "--format=markdown")
    assert ran.returncode == 1
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert succeeded(elsewhere, "show", str(saved), "--format=markdown") == ran.stdout
    shown = setwright(folder, "show", str(saved))
    assert "SW203" in shown.stderr
    assert "nothing to apply" in shown.stdout
    (folder / "specs" / "a.yaml").unlink()
    succeeded(folder, "lake", "init")
    applied = setwright(folder, "apply", str(saved))
    assert (applied.returncode, "No plan could be made" in applied.stderr) == (1, True)


def test_a_reader_of_events_that_leaves_is_no_error(lake: Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "setwright", "-C", str(lake), "plan", "--json-stream"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert ran.stderr == ""


def test_a_plan_without_changes_is_said_in_every_form(lake: Path, tmp_path: Path) -> None:
    folder = tmp_path / "party"
    copytree(lake, folder)
    succeeded(folder, "apply", "--yes")
    assert "**No changes.**" in succeeded(folder, "plan", "--format", "markdown")
    assert "<h1>No changes</h1>" in succeeded(folder, "plan", "--format", "html")
    assert json.loads(succeeded(folder, "plan", "--format", "gitlab")) == []
    assert succeeded(folder, "plan", "--format", "github") == ""


def test_a_saved_plan_is_shown_in_every_form(lake: Path, tmp_path: Path) -> None:
    saved, page, comment = tmp_path / "plan.json", tmp_path / "plan.html", tmp_path / "comment.md"
    succeeded(lake, "plan", "--out", str(saved), "--pictures", "3")
    succeeded(lake, "show", str(saved), "--html", str(page), "--markdown", str(comment))
    assert page.read_text().count("<figure>") == 3
    assert comment.read_text() == succeeded(lake, "show", str(saved), "--format", "markdown")
    assert succeeded(lake, "show", str(saved), "--json") == saved.read_text()
    types = [
        json.loads(line)["type"] for line in succeeded(lake, "show", str(saved), "--json-stream").splitlines()
    ]
    assert types == ["version", "planned_change", "change_summary"]


def test_a_version_has_no_other_form_than_text_and_json(lake: Path) -> None:
    ran = setwright(lake, "show", "balloons", "--format", "html")
    assert ran.returncode == 1
    assert "A version is shown as text or JSON" in ran.stderr


# --- Apply ---------------------------------------------------------------------------------------------------------


def two_datasets(lake: Path, folder: Path) -> Path:
    copytree(lake, folder)
    spec = (folder / "specs" / "balloons.yaml").read_text()
    (folder / "specs" / "kites.yaml").write_text(spec.replace("dataset: balloons", "dataset: kites"))
    return folder


def test_apply_tells_of_each_dataset_as_events(lake: Path, tmp_path: Path) -> None:
    folder = two_datasets(lake, tmp_path / "party")
    events = [json.loads(line) for line in succeeded(folder, "apply", "--yes", "--json-stream").splitlines()]
    steps = [
        (event["type"], event["hook"]["resource"]["addr"])
        for event in events
        if event["type"].startswith("apply_")
    ]
    assert sorted(steps) == [
        ("apply_complete", "balloons"),
        ("apply_complete", "kites"),
        ("apply_start", "balloons"),
        ("apply_start", "kites"),
    ]
    for address in ("balloons", "kites"):
        assert steps.index(("apply_start", address)) < steps.index(("apply_complete", address))
    last = events[-1]
    assert (last["type"], last["changes"]["operation"], last["changes"]["add"]) == (
        "change_summary",
        "apply",
        2,
    )
    assert [event["changes"]["operation"] for event in events if event["type"] == "change_summary"] == [
        "plan",
        "apply",
    ]


def test_apply_writes_its_events_beside_what_people_read(lake: Path, tmp_path: Path) -> None:
    folder, file = two_datasets(lake, tmp_path / "party"), tmp_path / "events"
    said = succeeded(folder, "apply", "--yes", f"-json-into={file}")
    assert "Apply complete! Datasets: 2 added" in said
    assert json.loads(file.read_text().splitlines()[-1])["@message"].startswith("Apply complete!")


def test_apply_asks_nobody_who_only_reads_events(lake: Path) -> None:
    ran = setwright(lake, "apply", "--json-stream")
    assert ran.returncode == 1
    assert "Nobody is there to agree" in ran.stderr
    assert json.loads(ran.stdout.splitlines()[-1])["diagnostic"]["summary"] == "Nobody is there to agree"


def test_mistakes_end_the_events_of_apply_too(tmp_path: Path) -> None:
    folder = project_at(tmp_path, {"specs/a.yaml": "dataset: a\nsource: {collection: b}\n"})
    events = [json.loads(line) for line in setwright(folder, "apply", "--json-stream").stdout.splitlines()]
    assert [event["type"] for event in events] == ["version", "diagnostic"]


def test_apply_goes_on_where_the_reader_of_its_events_leaves(lake: Path, tmp_path: Path) -> None:
    folder = two_datasets(lake, tmp_path / "party")
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [sys.executable, "-m", "setwright", "-C", str(folder), "apply", "--yes", "--json-stream"],
        stdout=writer,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writer)
    assert (ran.returncode, "Error" in ran.stderr) == (0, False)
    assert "No changes." in succeeded(folder, "plan")


def test_what_the_state_alone_comes_to_know_is_counted_as_adopted(lake: Path, tmp_path: Path) -> None:
    folder = two_datasets(lake, tmp_path / "party")
    succeeded(folder, "apply", "--yes")
    file = folder / "setwright.yaml"
    file.write_text(re.sub(r"(?m)^project: .*$", "project: somebody-elses", file.read_text()))
    assert "Apply complete! Datasets: 0 added, 0 changed, 0 destroyed, 2 adopted." in succeeded(
        folder, "apply", "--yes"
    )
