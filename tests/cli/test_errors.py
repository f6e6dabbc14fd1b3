"""What every command makes of mistakes in the specs, and of text from outside in its own error messages."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli import inside
from tests.cli.project_folder import project_at
from tests.house.program import setwright

TEN_MISTAKES = """\
dataset: Night Balloons
source: {collection: party, datalake: image}
querry: annotation.label=Balloon
filter: {annotation_types: [people], from_date: 2024-02-30}
labels: [Balloon, Kite, Balloon]
split: {train: 70, validation: 20}
exports: [yolo darknt]
augmentations: {rotate: [-400, 20], flipp: {}}
"""

CLEAR_SCREEN = "\x1b[2J"


def test_a_command_that_needs_specs_without_mistakes_shows_all_of_them_as_validate_does(
    tmp_path: Path,
) -> None:
    project_at(tmp_path, {"specs/night.yaml": TEN_MISTAKES})
    result = setwright("-C", str(tmp_path), "lock", COLUMNS="100")
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.endswith("\n10 errors.\nMore about a finding: `setwright explain SW209`\n")
    assert result.stderr == setwright("-C", str(tmp_path), "validate", COLUMNS="100").stdout


def test_findings_are_coloured_as_asked(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/night.yaml": TEN_MISTAKES})
    at = ("-C", str(tmp_path), "lock")
    assert "\x1b[31m" in setwright("--color", "always", *at).stderr
    assert "\x1b" not in setwright(*at).stderr
    assert "\x1b" not in setwright(*at, FORCE_COLOR="1", NO_COLOR="1").stderr


def test_findings_fit_the_terminal(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/night.yaml": TEN_MISTAKES})
    wide, narrow = (
        setwright("-C", str(tmp_path), "lock", COLUMNS=columns).stderr for columns in ("100", "50")
    )
    assert max(map(len, wide.splitlines())) > max(map(len, narrow.splitlines()))


def test_debug_shows_the_findings_after_the_traceback(tmp_path: Path) -> None:
    project_at(tmp_path, {"specs/night.yaml": TEN_MISTAKES})
    result = setwright("--debug", "-C", str(tmp_path), "lock")
    assert result.stderr.startswith("Traceback")
    assert "\n10 errors.\n" in result.stderr


def test_what_an_error_repeats_cannot_give_the_terminal_orders(tmp_path: Path) -> None:
    hostile = tmp_path / CLEAR_SCREEN
    hostile.mkdir()
    in_detail = setwright("--color", "always", "-C", str(hostile), "validate")
    assert CLEAR_SCREEN not in in_detail.stderr
    assert CLEAR_SCREEN not in setwright("--debug", "-C", str(hostile), "validate").stderr
    assert r"\x1b[2J" in in_detail.stderr
    project_at(tmp_path)
    in_summary = setwright("--color", "always", "-C", str(tmp_path), "show-spec", CLEAR_SCREEN)
    assert CLEAR_SCREEN not in in_summary.stderr
    assert r'There is no spec of "\x1b[2J"' in in_summary.stderr


def test_the_lines_of_an_error_stay_lines(tmp_path: Path) -> None:
    said = setwright("fail", "unforeseen").stderr.splitlines()
    assert said[2] == "  Nothing that you wrote can be the reason. Please report it."


@pytest.mark.parametrize(
    "command",
    [
        ("pull", "balloons", "--to"),
        ("download", "1", "RAW", "--to"),
        ("lake", "ingest", "photos", "--collection", "party", "--lake"),
    ],
    ids=lambda command: command[0],
)
@pytest.mark.parametrize(
    ("folder", "said"),
    [("~/out", "write the path in full, or './~/out'"), ("", "a variable that is not set")],
)
def test_no_folder_is_made_that_is_called_as_a_home_or_not_at_all(
    command: tuple[str, ...], folder: str, said: str, tmp_path: Path
) -> None:
    project_at(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ran = inside.setwright(tmp_path, *command, folder)
    assert ran.returncode == 1
    assert said in " ".join(ran.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "command", [("preview", "balloons", "--out"), ("plan", "--html")], ids=lambda each: each[0]
)
def test_no_file_is_written_below_a_folder_that_is_called_as_a_home(
    command: tuple[str, ...], tmp_path: Path
) -> None:
    project_at(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    ran = inside.setwright(tmp_path, *command, "~/sheet.html")
    assert ran.returncode == 1
    assert "nobody's home; write the path in full, or './~/sheet.html'" in " ".join(ran.stderr.split())
    assert sorted(tmp_path.rglob("*")) == before
