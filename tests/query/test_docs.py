"""docs/query.md says what is so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from setwright.query.keys import KEYS, Operator
from setwright.query.parse import MAX_BYTES, MAX_CONDITIONS, MAX_DEPTH, parse

PAGE = (Path(__file__).parents[2] / "docs" / "query.md").read_text(encoding="utf-8")
EXAMPLES = [
    line for block in re.findall(r"```query\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()
]


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_is_a_query(example: str) -> None:
    parse(example)


def test_the_page_lists_every_key_as_the_table_has_it() -> None:
    rows = re.findall(
        r"^\| `((?:annotation|metadata|frame|collection|dataset)\.\S+)` \| (.*?) \| (.*?) \|$",
        PAGE,
        re.MULTILINE,
    )
    assert rows == [(facts.shown, facts.meaning, facts.type.value) for facts in KEYS]


def test_the_page_names_every_operator() -> None:
    table = PAGE.partition("## Comparisons")[2].partition("```")[0]
    assert {operator.value for operator in Operator} <= set(re.findall(r"`([^`\s]+)`", table))


def test_the_page_gives_the_bounds() -> None:
    bounds = PAGE.partition("## Bounds")[2].partition("##")[0]
    assert f"{MAX_BYTES // 1024} KB, {MAX_CONDITIONS} conditions" in bounds
    assert f"{MAX_DEPTH} levels" in bounds
