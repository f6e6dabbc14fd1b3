"""`setwright lock`, as people and build servers run it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from setwright.lake.lake import Lake
from tests.cli.inside import setwright, succeeded
from tests.cli.project_folder import BALLOONS, ingest, project_at

KITES = "dataset: kites\nsource: {collection: party}\nlabels: [Kite]\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Two specs over a lake of three pictures."""
    folder = tmp_path / "project"
    environments = "project: party\nenvironments: {staging: {names: {prefix: staging-}}}\n"
    project_at(folder, {"specs/balloons.yaml": BALLOONS, "specs/kites.yaml": KITES}, environments)
    Lake.create(folder / ".setwright" / "lake").close()
    ingest(folder, "a", "b", "c")
    return folder


def test_a_project_that_is_locked_follows_the_lake_only_when_told(project: Path) -> None:
    assert "2 of 2 pins changed" in succeeded(project, "lock")
    succeeded(project, "apply", "--yes")
    ingest(project, "d", "e")
    text = succeeded(project, "plan")
    assert "No changes." in text
    assert (
        "balloons is pinned to revision 1; `setwright lock --upgrade balloons` would bring +2 -0 frames"
        in text
    )
    assert setwright(project, "plan", "--detailed-exitcode").returncode == 0
    assert succeeded(project, "lock").startswith("setwright.lock stays as it is: 2 pins.")
    told = succeeded(project, "lock", "--upgrade", "balloons")
    assert "^ balloons  revision 1 -> 4, 3 -> 5 frames" in told
    plan = json.loads(succeeded(project, "plan", "--json"))
    assert [change["actions"] for change in plan["changes"]] == [["new-version"], ["no-op"]]


def test_a_build_server_learns_whether_the_lock_file_is_up_to_date(project: Path) -> None:
    check = setwright(project, "lock", "--check")
    assert (check.returncode, check.stdout) == (
        1,
        "  + balloons  revision 1, 3 frames\n  + kites     revision 1, 3 frames\n"
        "setwright.lock is not there. `setwright lock` writes it.\n",
    )
    assert not (project / "setwright.lock").exists()
    succeeded(project, "lock")
    assert succeeded(project, "lock", "--check") == "setwright.lock is up to date: 2 pins.\n"
    ingest(project, "d")
    assert setwright(project, "lock", "--check").returncode == 0
    moved_on = setwright(project, "lock", "--check", "--upgrade")
    assert moved_on.returncode == 1
    of_one = setwright(project, "lock", "--check", "--revision", "2", "balloons")
    assert "`setwright lock balloons --revision 2` writes it." in of_one.stdout
    assert moved_on.stdout.endswith("out of date: 2 of 2 pins. `setwright lock --upgrade` writes it.\n")
    spec = project / "specs" / "kites.yaml"
    spec.write_text(KITES.replace("[Kite]", "[Kite, Dragon]"))
    told = setwright(project, "lock", "--check")
    assert told.returncode == 1
    assert "~ kites" in told.stdout
    spec.unlink()
    assert "- kites" in setwright(project, "lock", "--check").stdout


def test_a_spec_that_is_not_locked_is_told_of(project: Path) -> None:
    succeeded(project, "lock", "balloons")
    ran = setwright(project, "plan")
    assert "SW508" in ran.stderr
    assert "kites is not in the lock file" in ran.stderr


def test_an_environment_has_a_lock_file_of_its_own(project: Path) -> None:
    assert "setwright.staging.lock was written" in succeeded(project, "lock", "--env", "staging")
    assert not (project / "setwright.lock").exists()
    assert "pinned" in succeeded(project, "plan", "--env", "staging")
    assert "pinned" not in succeeded(project, "plan")


def test_a_lock_file_of_another_lake_stops_apply_before_anything_is_made(project: Path) -> None:
    succeeded(project, "lock")
    lock = project / "setwright.lock"
    lock.write_text(re.sub("membership-1:[0-9a-f]+", f"membership-1:{'0' * 64}", lock.read_text()))
    ran = setwright(project, "apply", "--yes")
    assert ran.returncode == 5, ran.stderr
    assert "setwright lock --upgrade balloons kites" in ran.stderr
    assert "no version yet" in succeeded(project, "versions", "balloons")


def test_an_address_that_is_locked_is_named_once_among_those_that_there_are(project: Path) -> None:
    succeeded(project, "lock")
    assert "Its specs are of balloons, kites.\n" in setwright(project, "lock", "--upgrade", "stars").stderr


def test_an_address_that_nobody_has_is_an_error_with_a_hint(project: Path) -> None:
    ran = setwright(project, "lock", "ballons")
    assert ran.returncode == 1
    assert "balloons" in ran.stderr


def test_a_conflict_that_a_merge_left_is_an_error_that_says_what_to_do(project: Path) -> None:
    succeeded(project, "lock")
    lock = project / "setwright.lock"
    lines = lock.read_text().splitlines(keepends=True)
    both = [
        *lines[:5],
        "<<<<<<< HEAD\n",
        *lines[5:7],
        "=======\n",
        *lines[5:7],
        ">>>>>>> theirs\n",
        *lines[7:],
    ]
    lock.write_text("".join(both))
    for arguments in (["plan"], ["lock"], ["lock", "--check"]):
        ran = setwright(project, *arguments)
        assert ran.returncode == 1
        assert "A merge left both sides in setwright.lock\n  From line 6 on" in ran.stderr
        assert "keep one side of each conflict" in ran.stderr


def test_a_pin_that_contradicts_itself_is_told_at_its_line_by_whoever_reads_it(project: Path) -> None:
    succeeded(project, "lock")
    succeeded(project, "apply", "--yes")
    ingest(project, "d")
    succeeded(project, "lock", "--upgrade")
    lock = project / "setwright.lock"
    text = lock.read_text()
    # As a merge leaves it that took the revision from one side and the digest from the other.
    lock.write_text(re.sub(r"revision = \d+", "revision = 1", text, count=1))
    line = 1 + text[: text.index("[datasets.balloons]")].count("\n")
    for arguments, code in ((["lock"], 1), (["lock", "--check"], 1), (["plan"], 0), (["apply", "--yes"], 5)):
        ran = setwright(project, *arguments)
        assert ran.returncode == code, ran.stderr
        assert f"setwright.lock:{line}:1: warning[SW509]" in ran.stderr
    assert "1 of 2 pins in setwright.lock contradicts the lake" in setwright(project, "lock").stdout
    assert "^ balloons  revision 1 -> 4" in succeeded(project, "lock", "--upgrade")
    assert "up to date" in succeeded(project, "lock", "--check")


def test_which_pins_agree_is_remembered_and_nothing_depends_on_it(project: Path) -> None:
    succeeded(project, "lock")
    succeeded(project, "apply", "--yes")
    told = succeeded(project, "plan")
    remembered = project / ".setwright" / "compared-pins.json"
    assert len(json.loads(remembered.read_bytes())) == 2
    for damaged in (b"", b"[[[", b'{"a": 1}', b"[1]", b"\xff"):
        remembered.write_bytes(damaged)
        assert succeeded(project, "plan") == told
    remembered.unlink()
    remembered.mkdir()
    assert succeeded(project, "plan") == told
