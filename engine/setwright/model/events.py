"""What long work tells while it goes on. Whoever listens decides how to show it, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from setwright.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """Work named `task` begins: `total` units of `unit` ("pictures", "files"), None where that is not known yet.

    Without a unit it is waiting for somebody else, which may take any time.
    """

    task: str
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True)
class Advanced:
    """`steps` more units of `task` are done."""

    task: str
    steps: int = 1


@dataclass(frozen=True, slots=True)
class Finished:
    """`task` is done; `note` says with what outcome, in a few words."""

    task: str
    note: str = ""


Event: TypeAlias = Started | Advanced | Finished
Listener: TypeAlias = Callable[[Event], None]


def silence(event: Event) -> None:
    """A listener that shows nothing."""
