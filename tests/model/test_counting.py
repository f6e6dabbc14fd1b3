"""Counts in words."""

from setwright.model.counting import counted


def test_one_is_told_in_the_singular_and_all_else_in_the_plural() -> None:
    assert [counted(count, "frame") for count in (0, 1, 2, 1_000)] == [
        "0 frames",
        "1 frame",
        "2 frames",
        "1,000 frames",
    ]
    assert [counted(count, "varied copy", "varied copies") for count in (1, 3)] == [
        "1 varied copy",
        "3 varied copies",
    ]
