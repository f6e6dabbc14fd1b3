"""One run of `setwright plan` writes every form that a build server needs, and prints the one that was asked for."""

from __future__ import annotations

import json
import os
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
