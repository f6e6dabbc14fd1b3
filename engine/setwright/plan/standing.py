"""What stands for an address before a plan: its entry in the state, and the dataset at the remote.

A dataset is known by the id that the remote gave it, which the state holds. So it keeps its versions when its spec
gives it another name, or when its address changes and the spec says what it was `previously`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from setwright.model.errors import UsageError
from setwright.model.values import dataclass
from setwright.plan.upstream import made_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.dataset import DatasetConfig
    from setwright.model.versions import ObservedDataset
    from setwright.state.document import Applied, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What there is for one address.

    `moved_from` is the address whose entry in the state it takes over. `stays` is the name of the dataset that it would
    be renamed from, where that cannot be: it stays as it is. `of_others` says that no address of the state stands for
    what is observed: another project may keep it.
    """

    applied: Applied | None
    observed: ObservedDataset | None
    moved_from: str | None = None
    stays: str | None = None
    of_others: bool = False


def names_to_ask_for(
    desired: Mapping[str, DatasetConfig], state: State, previously: Mapping[str, str]
) -> tuple[str, ...]:
    """The names of the datasets that are to be observed, to tell what stands for which address; sorted."""
    found = {config.name for config in desired.values()}
    # What is not planned for, but made of, is taken as it is.
    for address in {*desired, *(other for config in desired.values() for other in made_of(config))}:
        entry, _ = _entry(address, state, previously)
        if entry is not None:
            found.add(entry.config.name)
    found.update(entry.config.name for address, entry in state.datasets.items() if address not in desired)
    return tuple(sorted(found))


def moved_addresses(state: State, previously: Mapping[str, str]) -> frozenset[str]:
    """The addresses of the state whose datasets have other addresses now."""
    moved = (_entry(address, state, previously)[1] for address in previously)
    return frozenset(address for address in moved if address is not None)


def standing(
    desired: Mapping[str, DatasetConfig],
    state: State,
    observed: Mapping[str, ObservedDataset],
    previously: Mapping[str, str],
    *,
    renames: bool,
) -> dict[str, Standing]:
    """What stands for each address of `desired`.

    `observed` are datasets by name, `previously` leads from addresses to those that they had before; `renames` says
    whether the remote can give a dataset another name.

    Raises:
        UsageError: datasets would swap their names, or one that is protected would be taken over by its name.
    """
    own = {address: _own(address, state, observed, previously) for address in desired}
    # A name is free for others where the dataset that has it is about to get another one.
    leaving = _leaving(desired, own, observed) if renames else frozenset()
    guarded = {
        other: entry.dataset
        for other, entry in state.datasets.items()
        if other not in desired and entry.config.protect
    }
    known = {entry.dataset for entry in state.datasets.values()}
    result = {}
    for address, config in desired.items():
        entry, moved_from = _entry(address, state, previously)
        there = observed.get(config.name)
        if there is not None and there.id in leaving:
            there = None
        mine = own[address]
        if there is None and mine is not None and renames:
            result[address] = Standing(applied=entry, observed=mine, moved_from=moved_from)
            continue
        if there is not None:
            _check_unguarded(address, there, state, guarded, moved_from)
        stays = mine.name if mine is not None and mine.name != config.name else None
        result[address] = Standing(
            applied=entry,
            observed=there,
            moved_from=moved_from,
            stays=stays,
            of_others=there is not None and there.id not in known,
        )
    return result


def _check_unguarded(
    address: str,
    there: ObservedDataset,
    state: State,
    guarded: Mapping[str, str],
    moved_from: str | None,
) -> None:
    """Make sure that `address` does not take over the protected dataset of another one by taking its name.

    `guarded` are the ids of the protected datasets that nothing is planned for, by address.
    Two addresses would stand for it then, and the one without protection could have it deleted.
    """
    for other, dataset in guarded.items():
        if dataset == there.id and other not in (address, moved_from):
            raise UsageError(
                f'"{there.name}" is protected, and is the dataset of {other}',
                f"The spec of {address} would take it over by its name.",
                f"give {address} another name"
                + ("" if address in state.datasets else f"; or say `previously: {other}` if it is the same"),
            )


def _leaving(
    desired: Mapping[str, DatasetConfig],
    own: Mapping[str, ObservedDataset | None],
    observed: Mapping[str, ObservedDataset],
) -> frozenset[str]:
    """The ids of the datasets that get another name: one that is free, or that its dataset leaves as well.

    Raises:
        UsageError: some would only leave their names for each other.
    """
    wishes = {
        dataset.id: desired[address].name
        for address, dataset in own.items()
        if dataset is not None and dataset.name != desired[address].name
    }
    waits = {dataset: observed[name].id for dataset, name in wishes.items() if name in observed}
    leaving = {dataset for dataset in wishes if dataset not in waits}
    while more := {each for each, other in waits.items() if other in leaving and each not in leaving}:
        leaving |= more
    for start in sorted(waits.keys() - leaving):
        way, here = {start}, waits[start]
        while here in waits and here not in way:
            way.add(here)
            here = waits[here]
        if here == start:
            names = ", ".join(sorted(f'"{wishes[dataset]}"' for dataset in way))
            raise UsageError(
                "Datasets cannot swap their names in one go",
                f"{names} would each have to be free before another takes it.",
                "give one of them a third name, apply, and give it the name that you want",
            )
    return frozenset(leaving)


def _entry(address: str, state: State, previously: Mapping[str, str]) -> tuple[Applied | None, str | None]:
    """The state's entry for `address`, and the address that it is under where that is another."""
    if address in state.datasets:
        return state.datasets[address], None
    before = previously.get(address)
    if before is None or before not in state.datasets:
        return None, None
    return state.datasets[before], before


def _own(
    address: str, state: State, observed: Mapping[str, ObservedDataset], previously: Mapping[str, str]
) -> ObservedDataset | None:
    """The dataset that was applied for `address`, if it is still there under the name that it had then."""
    entry, _ = _entry(address, state, previously)
    found = None if entry is None else observed.get(entry.config.name)
    return found if found is not None and entry is not None and found.id == entry.dataset else None
