"""`setwright schema`, as its users run it."""

from __future__ import annotations

import pytest

from setwright.cli.schemas import schemas
from tests.house.program import ROOT, setwright

FILES = {file.name.removesuffix(".schema.json"): file for file in (ROOT / "schemas").glob("*.schema.json")}


@pytest.mark.parametrize("kind", sorted(FILES))
def test_it_prints_the_schema_as_it_stands_in_its_file(kind: str) -> None:
    result = setwright("schema", kind)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == FILES[kind].read_text()


def test_it_knows_every_schema_that_is_shipped() -> None:
    assert list(schemas()) == sorted(FILES)
    assert {"dataset", "findings", "project"} <= set(FILES)


def test_a_slip_of_the_pen_is_answered_with_what_was_meant() -> None:
    result = setwright("schema", "datset")
    assert (result.returncode, result.stdout) == (1, "")
    assert 'There is no schema of "datset"' in result.stderr
    assert 'did you mean "dataset"?' in result.stderr


def test_the_shell_completes_its_kinds() -> None:
    result = setwright(_SETWRIGHT_COMPLETE="bash_complete", COMP_WORDS="setwright schema dat", COMP_CWORD="2")
    assert result.stdout == "plain,dataset\n"
