"""In which order the changes of a plan are carried out: by address, but what others wait for first."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING

from setwright.plan.changes import Amend, Delete, Follow, Forget, Guard, Keep
from setwright.plan.upstream import made_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from setwright.plan.changes import Change


def in_order(changes: Iterable[Change]) -> tuple[Change, ...]:
    """`changes` so that each comes after those that it `waits_for`, else by address.

    Two datasets that swap their names wait for each other; they come by address, and the remote will refuse the first.
    """
    by_address = {change.address: change for change in changes}
    waiting = {address: set(others) for address, others in waits_for(by_address.values()).items()}
    blocks: dict[str, list[str]] = {}
    for address, others in waiting.items():
        for other in others:
            blocks.setdefault(other, []).append(address)
    ready = [address for address in by_address if not waiting[address]]
    heapq.heapify(ready)
    done: dict[str, Change] = {}
    while len(done) < len(by_address):
        if not ready:
            ready.append(min(address for address in by_address if address not in done))
        address = heapq.heappop(ready)
        if address in done:
            continue
        done[address] = by_address[address]
        for other in blocks.get(address, ()):
            waiting[other].discard(address)
            if not waiting[other] and other not in done:
                heapq.heappush(ready, other)
    return tuple(done.values())


def waits_for(changes: Iterable[Change]) -> Mapping[str, frozenset[str]]:
    """The addresses that must be done before each one: the datasets that it is made of, and who gives up its name."""
    changes = list(changes)
    addresses = {change.address for change in changes}
    gives_up = {name: change.address for change in changes if (name := _given_up(change)) is not None}
    return {
        change.address: frozenset(
            other for other in _needed(change, gives_up) if other in addresses and other != change.address
        )
        for change in changes
    }


def _given_up(change: Change) -> str | None:
    """The name that is free for others once `change` is done."""
    if isinstance(change, Delete):
        return change.observed.name
    if isinstance(change, Follow | Amend) and change.observed.name != change.config.name:
        return change.observed.name
    return None


def _needed(change: Change, gives_up: Mapping[str, str]) -> list[str]:
    if isinstance(change, Delete | Forget | Guard | Keep):
        return []
    freed = gives_up.get(change.config.name)
    return [*made_of(change.config), *([] if freed is None else [freed])]
