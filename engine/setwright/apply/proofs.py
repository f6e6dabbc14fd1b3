"""Pins that were compared with what the lake gives, so that nobody has to read a thousand selections to compare again.

Frames of a revision never change, so a pin that agrees with a lake agrees with it for ever. Which lake it is a
version's id tells, which no two lakes have in common.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.canonical import digest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.model.versions import Version
    from setwright.spec.pin import Pin

MOST = 20_000
"""So many are remembered, the newest."""


class Proofs:
    """What is known of pins from earlier plans, and what this one adds."""

    def __init__(self, known: Iterable[str] = ()) -> None:
        self._known = dict.fromkeys(known)
        self.added = False

    def holds(self, version: Version, pin: Pin) -> bool:
        """Whether `pin` was found to agree with the lake of `version`."""
        return _proof(version, pin) in self._known

    def add(self, version: Version, pin: Pin) -> None:
        """`pin` agrees with the lake of `version`."""
        self._known[_proof(version, pin)] = None
        self.added = True

    def remembered(self) -> list[str]:
        """What the next plan should know."""
        return list(self._known)[-MOST:]


def _proof(version: Version, pin: Pin) -> str:
    return digest_of("pin-1", [version.id, pin.revision, pin.frames, pin.selection, pin.membership])
