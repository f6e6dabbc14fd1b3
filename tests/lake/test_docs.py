"""docs/lake.md says what there is: every format, every kind of problem, every command."""

from __future__ import annotations

import re
from pathlib import Path

from setwright.cli.commands.lake import COMMANDS
from setwright.cli.commands.lake.ingest import FORMATS
from setwright.formats.reading.problems import ProblemKind
from setwright.formats.reading.registry import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "lake.md").read_text(encoding="utf-8")


def table(heading: str) -> list[str]:
    """The words in backticks that begin the rows of the table with that heading."""
    rows = PAGE.split(f"| {heading} |", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `([^`]+)`", rows, re.MULTILINE)


def test_every_format_is_told_and_can_be_asked_for() -> None:
    assert sorted(reader.name for reader in READERS) == list(FORMATS) == table("format")


def test_every_kind_of_problem_is_told() -> None:
    assert table("in the report") == [kind.value for kind in ProblemKind]


def test_every_command_is_told() -> None:
    commands = [name for section in COMMANDS.values() for name in section]
    assert all(f"setwright lake {name}" in PAGE for name in commands)
    assert set(re.findall(r"^setwright lake ([\w-]+)", PAGE, re.MULTILINE)) == set(commands)
