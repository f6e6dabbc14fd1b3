"""Label files of boxes are made many at a time; each is what a row at a time would be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setwright.formats.writing import yolo_rows
from setwright.formats.writing.yolo_rows import BoxRows

shares = st.one_of(
    st.integers(0, 1_000_000), st.sampled_from([0, 1, 9, 10, 999, 1000, 1001, 999_999, 1_000_000])
)
rows = st.tuples(st.integers(0, 1200), shares, shares, shares, shares)


def box_rows(files: list[list[tuple[int, int, int, int, int]]]) -> BoxRows:
    table = np.array([row for file in files for row in file], np.int32).reshape(-1, 5)
    bounds = np.cumsum([0, *map(len, files)])
    return BoxRows(table[:, 0], table[:, 1:], bounds, ())


def printed(file: list[tuple[int, int, int, int, int]]) -> bytes:
    return "".join(
        "%d %.6f %.6f %.6f %.6f\n" % (row[0], *(each / 1_000_000 for each in row[1:]))  # noqa: UP031
        for row in file
    ).encode()


@settings(max_examples=300)
@given(st.lists(st.lists(rows, max_size=5), max_size=12))
def test_rows_are_what_numbers_are_printed_as_whatever_the_digits_of_their_classes(
    files: list[list[tuple[int, int, int, int, int]]],
) -> None:
    assert list(box_rows(files).contents()) == [printed(file) for file in files]


@pytest.mark.parametrize("at_once", [1, 2, 3, 1000])
def test_it_does_not_matter_how_many_files_are_made_at_a_time(
    at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = [[(label * 7, label, 2, 3, 4)] * (label % 3) for label in range(40)]
    monkeypatch.setattr(yolo_rows, "_AT_ONCE", at_once)
    assert list(box_rows(files).contents()) == [printed(file) for file in files]
