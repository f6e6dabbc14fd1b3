"""`setwright demo`, as its users run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.house.program import setwright

if TYPE_CHECKING:
    from pathlib import Path


def test_it_draws_and_says_what_to_do_next(tmp_path: Path) -> None:
    result = setwright("-C", str(tmp_path), "demo", "party", "--frames", "3")
    assert result.returncode == 0, result.stderr
    assert len(list((tmp_path / "party").glob("*.jpg"))) == 3
    assert result.stdout == (
        "Drew 3 pictures into party, and wrote down what is to be seen: 13 × Balloon, 2 × Kite.\n"
        "Next:\n"
        "  setwright init\n"
        "  setwright lake ingest party --collection party\n"
    )


def test_a_folder_with_anything_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    result = setwright("demo", str(tmp_path))
    assert result.returncode == 1
    assert "is not empty" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
