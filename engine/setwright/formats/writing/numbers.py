"""How exports write numbers: 3 for 3.0, and as many digits as it takes to read the same number back."""

from __future__ import annotations


def number(value: float) -> str:
    """`value` as JSON and as text."""
    return str(int(value)) if value == int(value) else repr(value)
