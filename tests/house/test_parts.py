"""The picture of the parts stays true where import-linter cannot look.

It sees imports of whole libraries. It does not see folders that are no package, nor calls, nor which half of
`urllib` is meant: the one that parses or the one that fetches.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.program import ROOT

PACKAGE = ROOT / "engine" / "setwright"

PURE = ["model", "query", "split", "augment", "spec", "diff", "plan", "views"]
"""The parts whose results are functions of their inputs: time, chance and file contents are handed in."""

WORLDLY_CALLS = re.compile(
    r"(^|\.)(open|input|print|(read|write)_(text|bytes)|date(time)?\.(now|today|utcnow))$"
)
WORLDLY_MODULES = {"os", "random", "secrets", "shutil", "tempfile", "time", "urllib.request"}


def worldly(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of whatever in a module asks something of the world."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names if alias.name in WORLDLY_MODULES)
            case ast.ImportFrom(module=str(module)) if module in WORLDLY_MODULES:
                yield node.lineno, module
            case ast.Call(func=called) if WORLDLY_CALLS.search(name := ast.unparse(called)):
                # A grammar that comes with the package is code, and a member of an archive in memory is bytes.
                if not name.startswith(("files(", "self._archive.")):
                    yield node.lineno, name
            case _:
                pass


def test_every_folder_with_code_is_a_package_for_else_the_import_contract_would_not_see_it() -> None:
    folders = {file.parent for file in PACKAGE.rglob("*.py")}
    assert {folder for folder in folders if not (folder / "__init__.py").exists()} == set()


@pytest.mark.parametrize("part", PURE)
def test_what_decides_asks_nothing_of_the_world(part: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in sorted((PACKAGE / part).rglob("*.py"))
        for line, name in worldly(file.read_text())
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "import os",
        "from urllib.request import urlopen",
        "open('a')",
        "datetime.now(UTC)",
        "path.read_text()",
        "self.path.open()",
    ],
)
def test_a_question_to_the_world_is_noticed(source: str) -> None:
    assert [line for line, _ in worldly(source)] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "from urllib.parse import quote",
        "from datetime import datetime",
        "clock.now()",
        "door.reopen()",
        "files('setwright.query').joinpath('grammar.lark').read_text()",
    ],
)
def test_what_needs_no_world_is_let_be(source: str) -> None:
    assert list(worldly(source)) == []
