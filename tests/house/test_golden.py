"""Golden files compare what people read, to the byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import conftest


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conftest, "GOLDEN", tmp_path)


def test_a_text_equals_the_golden_file_that_was_written_of_it() -> None:
    conftest.rewrite_golden("plan/first.txt", "+ balloons\r\n  naïve café\n")
    conftest.compare_golden("plan/first.txt", "+ balloons\r\n  naïve café\n")


def test_a_carriage_return_is_a_difference() -> None:
    conftest.rewrite_golden("first.txt", "+ balloons\r\n")
    with pytest.raises(AssertionError, match=r"first\.txt differs"):
        conftest.compare_golden("first.txt", "+ balloons\n")


def test_a_golden_file_that_is_not_there_is_not_taken_for_equal() -> None:
    with pytest.raises(AssertionError, match="no golden file missing"):
        conftest.compare_golden("missing", "")
