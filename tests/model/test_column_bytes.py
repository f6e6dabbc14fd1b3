"""What digests are made of: the bytes of columns."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from setwright.model.canonical import canonical_json
from setwright.model.column_bytes import array_bytes, texts_json
from setwright.model.frames import texts

written = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
awkward = st.sampled_from(["", "a", '"', '","', "\\", "\x00", "\n", "\x1f", "\x7f", "é", "\u2028", "😀"])


@given(values=st.lists(written | awkward, max_size=20))
def test_texts_are_the_json_that_they_are_elsewhere(values: list[str]) -> None:
    assert bytes(texts_json(texts(values))) == canonical_json(values).encode()


@given(value=written | awkward, last=written | awkward)
def test_so_they_are_where_they_are_many_and_all_but_one_alike(value: str, last: str) -> None:
    values = [value] * 40_000 + [last]
    assert bytes(texts_json(texts(values))) == canonical_json(values).encode()


def test_the_bytes_of_a_column_are_those_of_its_rows_in_order_however_it_lies() -> None:
    boxes = np.arange(12, dtype=">f8").reshape(3, 4)
    for column in (boxes, boxes[::2], boxes.T, boxes[:0], boxes[:, 1]):
        assert bytes(array_bytes(column, "<f8")) == column.astype("<f8").tobytes()
