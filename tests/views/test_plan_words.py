"""How values of fields are said."""

from __future__ import annotations

from typing import Any

import pytest

from setwright.views import plan_words as words


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "all"),
        ([], "none"),
        (["a", "b"], "a, b"),
        ({"take": None, "prefer": "human"}, "all, prefer human"),
        ({"take": ["a", "b"], "prefer": "human"}, "a, b, prefer human"),
    ],
)
def test_operations_are_said_as_a_spec_says_them(value: Any, said: str) -> None:
    assert words.value(value, "operations") == said


def test_another_field_without_a_value_has_none() -> None:
    assert words.value(None, "filter.from_date") == "none"
