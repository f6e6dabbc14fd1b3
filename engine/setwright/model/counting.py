"""Counts in words."""

from __future__ import annotations


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 frame`, `2 frames`; `many` where the plural is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
