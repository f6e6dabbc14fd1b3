"""Names are found among others, however long they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from setwright.model.frames import contained, places, texts

# NumPy keeps texts of up to 15 bytes in place and longer ones elsewhere, and treats the two otherwise.
names = st.sets(st.text("ab", min_size=12, max_size=20), max_size=20)


@given(names, names)
def test_names_are_among_others_or_not(some: set[str], others: set[str]) -> None:
    listed = sorted(some)
    found = contained(texts(listed), texts(sorted(others))).tolist()
    assert found == [name in others for name in listed]


@given(names, names.filter(bool))
def test_each_name_that_is_there_is_found_in_its_place(some: set[str], keys: set[str]) -> None:
    listed, ordered = sorted(some, reverse=True), sorted(keys)
    found = places(texts(listed), texts(ordered)).tolist()
    assert all(0 <= place < len(ordered) for place in found)
    for name, place in zip(listed, found, strict=True):
        if name in keys:
            assert ordered[place] == name
