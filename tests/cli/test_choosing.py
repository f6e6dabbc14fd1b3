"""Planning and applying part of a project, as git and the shell see it."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.shell_completion import ShellComplete

from setwright.cli.main import root
from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, project_at

KITES = "dataset: kites\ntags: [air]\nsource: {datalake: image}\nlabels: [Kite]\n"
OLD_BALLOONS = BALLOONS.replace("collection: party", "datalake: image")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two specs over an empty lake."""
    project_at(tmp_path, {"specs/balloons.yaml": OLD_BALLOONS, "specs/kites.yaml": KITES})
    Lake.create(tmp_path / ".setwright" / "lake").close()
    return tmp_path


def planned(project: Path, *arguments: str) -> Any:
    """The plan as JSON."""
    return json.loads(succeeded(project, "plan", "--json", *arguments))


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def addresses(plan: Any) -> list[str]:
    return [change["address"] for change in plan["changes"]]


def test_what_is_not_chosen_is_not_planned_and_the_plan_says_that_it_is_not_complete(project: Path) -> None:
    plan = planned(project, "--select", "tag:air")
    assert (addresses(plan), plan["left_out"], plan["complete"]) == (["kites"], ["balloons"], False)
    text = setwright(project, "plan", "--exclude", "kites").stdout
    assert "Not planned for, and the plan is not complete: kites." in text


def test_a_plan_of_everything_is_complete(project: Path) -> None:
    plan = planned(project, "--select", "*")
    assert (addresses(plan), plan["left_out"], plan["complete"]) == (["balloons", "kites"], [], True)


def test_what_is_applied_in_parts_is_all_applied_in_the_end(project: Path) -> None:
    for address in ("balloons", "kites"):
        succeeded(project, "apply", "--yes", "--select", address)
    assert setwright(project, "plan", "--detailed-exitcode").returncode == 0


def test_a_spec_that_is_gone_is_forgotten_only_if_chosen(project: Path) -> None:
    assert setwright(project, "apply", "--yes").returncode == 0
    (project / "specs" / "kites.yaml").unlink()
    assert addresses(planned(project, "--select", "balloons")) == ["balloons"]
    assert addresses(planned(project, "--select", "kites")) == ["kites"]


def test_an_address_that_nobody_has_is_an_error_with_a_hint(project: Path) -> None:
    result = setwright(project, "plan", "--select", "kits")
    assert (result.returncode, result.stdout) == (1, "")
    assert "kites" in result.stderr


def test_what_git_says_has_changed(project: Path) -> None:
    # The project is a folder of the repository, so that paths count from different places.
    outer = project.parent / "outer"
    outer.mkdir()
    project = project.rename(outer / "datasets")
    git(outer, "init", "--quiet")
    git(outer, "add", "-A")
    git(outer, "commit", "--quiet", "-m", "first")
    assert addresses(planned(project, "--select", "changed:HEAD")) == []
    told = setwright(project, "plan", "--select", "changed:HEAD").stdout
    assert told.startswith("No changes. The datasets that were chosen are as their specs ask.\n")
    assert "no spec yet" not in told
    (project / "specs" / "kites.yaml").write_text(KITES.replace("[Kite]", "[Kite, Dragon]"))
    assert addresses(planned(project, "--select", "changed:HEAD")) == ["kites"]
    (project / "specs" / "new.yaml").write_text(KITES.replace("dataset: kites", "dataset: new"))
    assert addresses(planned(project, "--select", "changed:HEAD")) == ["kites", "new"]
    git(outer, "add", "-A")
    git(outer, "commit", "--quiet", "-m", "second")
    assert addresses(planned(project, "--select", "changed:HEAD~1")) == ["kites", "new"]
    (project / "setwright.yaml").write_text("project: party\n# all of them take its defaults\n")
    assert addresses(planned(project, "--select", "changed:HEAD")) == ["balloons", "kites", "new"]


@pytest.mark.parametrize("revision", ["nowhere", "--output=evil", "HEAD:specs"])
def test_a_revision_that_git_does_not_know_is_an_error(project: Path, revision: str) -> None:
    git(project, "init", "--quiet")
    result = setwright(project, "plan", "--select", f"changed:{revision}")
    assert result.returncode == 1
    assert not (project / "evil").exists()


def test_a_saved_plan_is_applied_as_a_whole(project: Path) -> None:
    file = str(project / "plan.json")
    assert setwright(project, "plan", "--select", "kites", "--out", file).returncode == 0
    assert setwright(project, "apply", file, "--select", "kites").returncode == 1
    assert setwright(project, "apply", file).returncode == 0
    assert addresses(planned(project, "--select", "kites")) == ["kites"]
    assert planned(project)["summary"]["add"] == 1


def test_the_shell_completes_addresses_and_tags(project: Path) -> None:
    shell = ShellComplete(root, {}, "setwright", "_SETWRIGHT_COMPLETE")

    def completed(word: str) -> list[str]:
        words = ["-C", str(project), "plan", "--select"]
        return [item.value for item in shell.get_completions(words, word)]

    assert completed("ki") == ["kites"]
    assert completed("+k") == ["+kites"]
    assert completed("tag:") == ["tag:air"]
