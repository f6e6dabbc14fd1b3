"""What the shell offers after a command's name."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from setwright.cli.main import root
from setwright.lake.lake import Lake
from setwright.spec.exports import KNOWN_EXPORTS
from tests.cli.inside import succeeded
from tests.cli.project_folder import project_at
from tests.lake.lakes import ingest, write

PAGES = [page.stem for page in (Path(__file__).parents[2] / "docs" / "findings").glob("SW*.md")]

PROJECT = """\
variables: {site: {default: north}, share: {type: number}}
environments: {staging: {}, production: {}}
"""


def offered(folder: Path, *args: str) -> list[str]:
    """What is offered for the last of `args`, typed as far as it is."""
    *before, incomplete = args
    shell = ShellComplete(root, {}, "setwright", "_SETWRIGHT_COMPLETE")
    return [item.value for item in shell.get_completions(["-C", str(folder), *before], incomplete)]


@pytest.mark.parametrize("command", [("validate",), ("pull",), ("show-spec",), ("lake", "stats")])
def test_environments_are_offered_wherever_one_can_be_named(command: tuple[str, ...], tmp_path: Path) -> None:
    project_at(tmp_path, project=PROJECT)
    assert offered(tmp_path, *command, "--env", "") == ["staging", "production"]
    assert offered(tmp_path, *command, "--env", "pro") == ["production"]


def test_variables_are_offered_ready_for_a_value(tmp_path: Path) -> None:
    project_at(tmp_path, project=PROJECT)
    assert offered(tmp_path, "validate", "--var", "s") == ["site=", "share="]


def test_addresses_are_those_of_the_project_that_the_command_line_names(tmp_path: Path) -> None:
    project_at(tmp_path)
    assert offered(tmp_path, "pull", "ball") == ["balloons"]


def test_exports_are_offered_by_the_names_that_need_no_quotes(tmp_path: Path) -> None:
    assert offered(tmp_path, "pull", "--export", "") == [each.short for each in KNOWN_EXPORTS if each.lake]
    assert offered(tmp_path, "pull", "--export", "YO") == ["YOLO Darknet"]


def test_codes_of_findings_are_offered(tmp_path: Path) -> None:
    assert offered(tmp_path, "explain", "sw41") == sorted(code for code in PAGES if code.startswith("SW41"))


@pytest.mark.parametrize("project", ["environments: [", "environments: staging", "- a", "", "\0"])
def test_a_project_that_cannot_be_read_offers_nothing_and_does_not_fail(project: str, tmp_path: Path) -> None:
    project_at(tmp_path, project=project)
    assert offered(tmp_path, "validate", "--env", "") == []


def test_without_a_project_nothing_is_offered(tmp_path: Path) -> None:
    assert offered(tmp_path, "validate", "--env", "") == []
    assert offered(tmp_path, "pull", "") == []


def test_collections_and_operations_of_the_lake_are_offered(tmp_path: Path) -> None:
    project_at(tmp_path)
    with Lake.create(tmp_path / ".setwright" / "lake") as lake:
        ingest(lake, write(tmp_path / "in", {"a.png": ["RBC"]}), collection="cells", operation="doctors")
    assert offered(tmp_path, "lake", "ingest", "in", "--collection", "") == ["cells"]
    assert offered(tmp_path, "lake", "ingest", "in", "--operation", "d") == ["doctors"]
    elsewhere = str(tmp_path / "nowhere")
    assert offered(tmp_path, "lake", "ingest", "in", "--lake", elsewhere, "--collection", "") == []


def test_fish_shows_what_a_command_does_beyond_the_first_comma(tmp_path: Path) -> None:
    script = succeeded(tmp_path, "completion", "fish")
    assert 'string split --max 1 ","' in script
    assert 'string split ","' not in script
