"""What has become of the world that a saved plan was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.model.versions import ObservedDataset
    from setwright.plan.document import DatasetChange, PlanDocument
    from setwright.state.document import State


def changed_since(
    plan: PlanDocument, newest: State | None, observed: Mapping[str, ObservedDataset]
) -> tuple[str, ...]:
    """Why `plan` can no longer be applied, in sentences; none where it can.

    `newest` is the project's state, None before the first apply; `observed` are the datasets of the plan's names.
    """
    return (*_of_state(plan, newest), *(line for change in plan.changes for line in _of(change, observed)))


def _of_state(plan: PlanDocument, newest: State | None) -> Iterator[str]:
    serial = 0 if newest is None else newest.serial
    if newest is not None and newest.lineage != plan.lineage:
        yield "The project was applied for the first time since, or its state has another history."
    elif serial < plan.serial:
        yield (
            f"This is another remote, or an older copy: the plan was made from state {plan.serial}, "
            f"the newest is {serial}."
        )
    elif serial > plan.serial:
        yield f"The project was applied since: the plan was made from state {plan.serial}, the newest is {serial}."


def _of(change: DatasetChange, observed: Mapping[str, ObservedDataset]) -> Iterator[str]:
    name = change.previous_name or change.name
    seen, found = change.version, observed.get(name)
    if seen is None:
        if change.follows is not None and (found is None or found.version.id != change.follows):
            yield f'"{change.name}" was changed or deleted since, and was to be deleted as it was.'
        return
    if found is None:
        if seen.id_before is not None:
            yield f'"{name}" does not exist any more.'
        return
    number = str(found.version.number)
    if seen.id_before is None:
        yield f'There is a dataset "{change.name}" now: version {number} by {found.version.author}.'
    elif (seen.id_before, seen.before) != (found.version.id, number):
        yield f"{change.address} is at {number} by {found.version.author}, and the plan follows {seen.before}."
