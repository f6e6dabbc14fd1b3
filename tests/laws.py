"""How hard laws are tried: a little by default, and `SETWRIGHT_LAWS=250` times as hard when somebody has the time."""

from __future__ import annotations

import os

_FACTOR = int(os.environ.get("SETWRIGHT_LAWS", "1"))


def examples(few: int) -> int:
    """How many examples to generate where a run of all tests has time for `few`."""
    return few * _FACTOR
