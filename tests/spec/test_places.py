"""Lines and columns of offsets, in files of any length."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setwright.spec.source_text import SourceText


@given(lines=st.lists(st.text("ab ", max_size=5), min_size=1, max_size=20), data=st.data())
def test_a_place_is_the_same_however_much_follows_it(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    long = text + "\n" + "c\n" * 10_000
    assert SourceText("a.yaml", text).ref(start, end) == SourceText("a.yaml", long).ref(start, end)


@given(lines=st.lists(st.text("ab", min_size=1, max_size=5), min_size=1, max_size=20), data=st.data())
def test_a_place_is_the_line_and_column_that_an_editor_shows(lines: list[str], data: st.DataObject) -> None:
    number = data.draw(st.integers(0, len(lines) - 1))
    start = sum(len(line) + 1 for line in lines[:number])
    for filler in ("", "c\n" * 10_000):
        ref = SourceText("a.yaml", "\n".join(lines) + "\n" + filler).ref(start, start + len(lines[number]))
        assert (ref.line, ref.column, ref.excerpt) == (number + 1, 1, lines[number])
        assert (ref.end_line, ref.end_column) == (number + 1, len(lines[number]) + 1)
