"""What identifies a plan: what it would do, and nothing of how it is told."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from setwright.model.canonical import digest_of
from setwright.model.documents import config_digest
from setwright.plan.changes import (
    Adopt,
    Amend,
    Create,
    Delete,
    Follow,
    Forget,
    Guard,
    Keep,
    digest_after,
)

if TYPE_CHECKING:
    from setwright.plan import document
    from setwright.plan.changes import Change
    from setwright.plan.plan import Plan

PLAN_ALGORITHM = "plan-1"
"""Names how a plan's digest is made; a change of it is a new name."""


def plan_digest(plan: Plan) -> str:
    """Identifies what the plan would do: changes, contents and the versions that they follow, but no time or serial."""
    return digest_of(PLAN_ALGORITHM, [_identity(change) for change in plan.changes])


def _identity(change: Change) -> list[str]:
    kind, address = action(change), change.address
    if isinstance(change, Forget | Guard | Keep):
        return [kind, address]
    if isinstance(change, Delete):
        return [kind, address, change.observed.version.id]
    if isinstance(change, Create):
        return [kind, address, config_digest(change.config), digest_after(change), ""]
    moved = [change.moved_from] if change.moved_from is not None else []
    follows = change.observed.version.id
    return [kind, address, config_digest(change.config), digest_after(change), follows, *moved]


def action(change: Change) -> document.Action:
    """What the document calls the change."""
    match change:
        case Create():
            return "create"
        case Follow():
            return "new-version"
        case Amend():
            return "update"
        case Adopt():
            return "adopt"
        case Forget():
            return "forget"
        case Delete():
            return "delete"
        case Keep() | Guard():
            return "no-op"
        case _:
            assert_never(change)
