"""Components found slowly, and how to compare them."""

from __future__ import annotations


def by_hand(count: int, pairs: list[tuple[int, int]]) -> list[set[int]]:
    """The components, found by joining sets."""
    parts = [{place} for place in range(count)]
    for one, other in pairs:
        mine = next(part for part in parts if one in part)
        theirs = next(part for part in parts if other in part)
        if mine is not theirs:
            parts.remove(theirs)
            mine |= theirs
    return sorted(parts, key=min)


def as_sets(unit: list[int]) -> list[set[int]]:
    parts: dict[int, set[int]] = {}
    for place, number in enumerate(unit):
        parts.setdefault(number, set()).add(place)
    return sorted(parts.values(), key=min)
