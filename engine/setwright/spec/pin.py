"""What one spec is held to, wherever that is written."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from setwright.model.diagnostics import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """What one spec is held to: the revision at which it selects, and what that gives.

    `selection` and `membership` are digests of what was asked and of what was given, `frames` counts the frames.
    `revision` is None for a remote that cannot be asked about the past. `where` is the block of the lock file that says
    so, None for a pin that comes from elsewhere; two pins are equal wherever they are written.
    """

    revision: int | None
    frames: int
    selection: str
    membership: str
    where: SourceRef | None = field(default=None, compare=False)
