"""Columns of text that stand below each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.views.measure import width_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def aligned(rows: Sequence[Sequence[str]], *, left: int = 1, gap: str = "  ") -> list[str]:
    """The rows as lines: the first `left` columns begin below each other, the others end below each other."""
    if not rows:
        return []
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return [
        gap.join(
            cell + pad if place < left else pad + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
            for pad in [" " * (width - width_of(cell))]
        ).rstrip()
        for row in rows
    ]
