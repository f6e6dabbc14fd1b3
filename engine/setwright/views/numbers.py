"""Numbers for people."""

from __future__ import annotations


def size(count: int) -> str:
    """Bytes, in powers of 1000."""
    amount = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if amount < 1000:
            return f"{count:,} B" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} TB"


def delta(before: int, after: int) -> str:
    """The difference with its sign, empty for none."""
    return f"{after - before:+,}" if after != before else ""
