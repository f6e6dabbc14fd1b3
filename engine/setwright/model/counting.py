"""Counts in words, and lists that are not too long."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 frame`, `2 frames`; `many` where the plural is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], most: int) -> str:
    """`a, b, c`, or the first `most` of them, as in `a, b, …`."""
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")
