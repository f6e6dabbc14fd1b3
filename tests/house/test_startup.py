"""`setwright` answers at once whenever the answer needs none of the libraries that are slow to load.

Time is not measured here, for it depends on the machine; which modules were imported does not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.project_folder import ingest, project_at

HEAVY = {
    "PIL",
    "cv2",
    "deepdiff",
    "importlib.metadata",
    "jsonschema",
    "lark",
    "numpy",
    "pydantic",
    "requests",
    "rich",
    "sqlalchemy",
    "yaml",
}


def imported_by(*args: str, **environ: str) -> set[str]:
    """Every module that `setwright ARGS` imports, from the interpreter's own report of them."""
    result = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "setwright", *args],
        env=os.environ | environ,
        capture_output=True,
        text=True,
        check=False,
    )
    modules = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines() if "|" in line}
    assert "setwright.cli.main" in modules
    return modules


@pytest.mark.parametrize(
    "args",
    [["--help"], ["--version"], ["aply"], ["lake", "--help"], ["completion", "bash"]],
    ids=" ".join,
)
def test_it_loads_nothing_heavy(args: list[str]) -> None:
    assert imported_by(*args) & HEAVY == set()


def test_completing_a_commands_name_loads_no_command() -> None:
    completing = imported_by(_SETWRIGHT_COMPLETE="bash_complete", COMP_WORDS="setwright ", COMP_CWORD="1")
    assert completing & HEAVY == set()
    assert {name for name in completing if name.startswith("setwright.cli.commands")} == set()


def test_specs_that_have_not_changed_are_validated_without_what_reads_specs(tmp_path: Path) -> None:
    project = project_at(tmp_path / "project")
    imported_by("-C", str(project), "validate")
    assert imported_by("-C", str(project), "validate") & HEAVY == set()


def test_a_plan_in_which_nothing_changed_loads_nothing_that_reads_pictures_columns_or_yaml(
    tmp_path: Path,
) -> None:
    project = project_at(tmp_path / "project", project="project: party\nremote: {kind: lake}\n")
    Lake.create(project / ".setwright" / "lake").close()
    ingest(project, "one", "two")
    assert "numpy" in imported_by("-C", str(project), "apply", "--yes")
    time.sleep(2.1)  # what a lake answers within two seconds of a write is not remembered
    imported = imported_by("-C", str(project), "plan", "--detailed-exitcode")
    assert imported & (HEAVY - {"importlib.metadata", "pydantic", "sqlalchemy"}) == set()
    if Path("/proc/sys/kernel/random/boot_id").exists():
        again = imported_by("-C", str(project), "plan", "--detailed-exitcode")
        assert again & HEAVY == set()
    assert {name for name in imported if name.startswith("setwright.formats.")} == set()


def test_help_loads_the_front_door_and_no_other_room() -> None:
    ours = {name for name in imported_by("--help") if name.partition(".")[0] == "setwright"}
    assert ours - {"setwright.__main__"} == {
        "setwright",
        "setwright.cli",
        "setwright.cli.context",
        "setwright.cli.lazy",
        "setwright.cli.main",
        "setwright.model",
        "setwright.model.counting",
        "setwright.model.errors",
        "setwright.model.values",
    }
