"""Texts of a file as findings quote them: anybody may have written a page into one value."""

from __future__ import annotations

MOST = 60
"""The longest quotation, in characters."""


def short(text: str) -> str:
    """`text`, with an ellipsis for its end where it is long."""
    return text if len(text) <= MOST else text[: MOST - 1] + "…"
