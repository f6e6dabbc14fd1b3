"""The README is true: its tour shows what happens, and its table has every command."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import setwright
from setwright.cli.main import COMMANDS
from tests.house.program import ROOT

README = (ROOT / "README.md").read_text()


def test_the_table_has_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| `setwright ([a-z-]+)` \|", README, re.M)
    assert listed == [name for section in COMMANDS.values() for name in section]


def test_the_extras_are_those_that_there_are() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    told = README.partition("Extras:")[2].partition("\n\n")[0]
    assert set(re.findall(r"`([a-z]+)`", told)) == set(project["optional-dependencies"])
    assert f"dist/setwright-{setwright.__version__}-py3-none-any.whl[images]" in README


def test_the_pages_to_read_on_are_there() -> None:
    assert [link for link in re.findall(r"\]\(([^)]+)\)", README) if not (ROOT / link).exists()] == []


def test_the_spec_of_the_tour_is_the_one_in_specs() -> None:
    ours = (ROOT / "specs" / "balloons.yaml").read_text()
    # This repository has the schemas at its top; a reader's project has them where `init` puts them.
    theirs = ours.replace("../schemas/", "../.setwright/schemas/")
    assert theirs != ours
    assert theirs in README


@pytest.mark.slow
def test_the_plan_of_the_tour_is_what_setwright_says(tmp_path: Path) -> None:
    def setwright(*args: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "setwright", *args],
            cwd=tmp_path,
            env=os.environ | {"COLUMNS": "100"},
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    setwright("init")
    setwright("demo", "party")
    setwright("lake", "ingest", "party", "--collection", "party")
    spec = tmp_path / "specs" / "balloons.yaml"
    spec.write_text((ROOT / "specs" / "balloons.yaml").read_text())
    setwright("apply", "--yes")
    # The change that docs/tour.sh makes.
    changes = re.findall(r"-e 's/(.+?)/(.+?)/'", (ROOT / "docs" / "tour.sh").read_text())
    assert len(changes) == 2
    text = spec.read_text()
    for wanted, replacement in changes:
        text = re.sub(wanted, replacement, text, flags=re.M)
    spec.write_text(text)
    shown = setwright("plan")
    assert f"```\n$ setwright plan\n{shown.rstrip()}\n```" in README
