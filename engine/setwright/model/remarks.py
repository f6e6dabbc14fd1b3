"""What a remote says of a configuration that it cannot fill."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One setting that a remote has no place for: its dotted path, why in whole sentences, and what to do."""

    path: str
    why: str
    hint: str | None = None
