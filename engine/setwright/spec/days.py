"""Days as text: what a calendar knows, and nothing that merely looks like it."""

from __future__ import annotations

from datetime import date


def day(text: str) -> date | None:
    """The day that `text`, `YYYY-MM-DD`, names; None where there is none such."""
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:10]))
    except ValueError:
        return None
