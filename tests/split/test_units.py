"""What may not be divided."""

from __future__ import annotations

from setwright.split.near import NEAR
from setwright.split.units import units
from tests.split.frames import frames_of


def test_near_duplicates_are_one_unit_and_pictures_of_nothing_are_not() -> None:
    close, far = (1 << NEAR) - 1 << 8, (1 << NEAR + 1) - 1 << 40
    unit = units(frames_of([1, 2, 3, 4, 5], hashes=[1 << 63, 1 << 63 | close, 1 << 63 | far, 0, 0])).tolist()
    assert unit[0] == unit[1]
    assert len(set(unit)) == 4


def test_a_near_duplicate_joins_the_groups_of_both() -> None:
    frames = frames_of([1, 2, 3, 4], groups=["a", "a", "b", "b"], hashes=[0, 0xF0, 0xF1, 0])
    assert set(units(frames).tolist()) == {0}
