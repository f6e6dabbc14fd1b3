"""What was changed by others since a project applied its datasets: the datasets themselves, or the lake below them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from setwright.diff.config import changed_fields
from setwright.model.values import dataclass
from setwright.plan.causes import LAKE
from setwright.plan.changes import Follow

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from setwright.diff.config import FieldChange
    from setwright.model.versions import ObservedDataset
    from setwright.plan.changes import MadeChange
    from setwright.plan.pinning import Pinned
    from setwright.plan.standing import Standing
    from setwright.state.document import Applied

_OF_ANNOTATIONS = ("source", "filter", "operations", "labels")
"""Fields by which the spec itself makes the annotations of a frame others."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Drift:
    """One thing that became of a dataset; `document.Drift` says what each part means."""

    address: str
    name: str
    drift: Literal["deleted", "version", "configuration", "data"]
    applied: Applied | None
    observed: ObservedDataset | None
    fields: tuple[FieldChange, ...] = ()
    entering: int = 0
    leaving: int = 0
    relabelled: int = 0
    repainted: int = 0


def drift(
    changes: Iterable[MadeChange], stands: Mapping[str, Standing], pinned: Mapping[str, Pinned]
) -> tuple[Drift, ...]:
    """All that was changed by others beside what `stands` for the addresses, sorted by them.

    Datasets that no spec describes any more, or that get another name, are not looked at. Of those that are `pinned`,
    by address, it is told what has come to the lake since, though nothing follows from it.
    """
    return tuple(
        each
        for change in sorted(changes, key=lambda change: change.address)
        for each in (
            *_of_dataset(change, stands[change.address]),
            *_of_lake(change, stands[change.address], pinned.get(change.address)),
            *_beyond(change, stands[change.address], pinned.get(change.address)),
        )
    )


def _of_dataset(change: MadeChange, stands: Standing) -> Iterator[Drift]:
    applied, observed = stands.applied, stands.observed
    if applied is None or (observed is None and applied.config.name != change.config.name):
        return
    address, name = change.address, applied.config.name
    if observed is not None and observed.id != applied.dataset:
        return  # another dataset, which the spec names now
    if observed is None:
        yield Drift(address=address, name=name, drift="deleted", applied=applied, observed=None)
        return
    if (observed.version.id, str(observed.version.number)) != (applied.version, applied.number):
        yield Drift(address=address, name=name, drift="version", applied=applied, observed=observed)
    if observed.config is not None and observed.config != applied.config:
        yield Drift(
            address=address,
            name=name,
            drift="configuration",
            applied=applied,
            observed=observed,
            fields=changed_fields(applied.config, observed.config),
        )


def _of_lake(change: MadeChange, stands: Standing, pinned: Pinned | None) -> Iterator[Drift]:
    """Of frames, what the lake is the cause of; of pictures and annotations, all, unless the spec asks otherwise.

    What a pin brings that was turned back is what the lock file asks for: nobody else changed it.
    """
    if not isinstance(change, Follow):
        return
    if pinned is not None and (pinned.pin.revision or change.revision) < change.observed.version.revision:
        return
    by_lake = [cause for cause in change.causes if cause.cause == LAKE]
    asks_alike = not any(field.path.partition(".")[0] in _OF_ANNOTATIONS for field in change.fields)
    found = Drift(
        address=change.address,
        name=change.config.name,
        drift="data",
        applied=stands.applied,
        observed=change.observed,
        entering=sum(cause.entering for cause in by_lake),
        leaving=sum(cause.leaving for cause in by_lake),
        relabelled=len(change.diff.relabelled) if asks_alike else 0,
        repainted=len(change.diff.repainted),
    )
    if found.entering or found.leaving or found.relabelled or found.repainted:
        yield found


def _beyond(change: MadeChange, stands: Standing, pinned: Pinned | None) -> Iterator[Drift]:
    """Of a pinned dataset, what the lake has beyond its pin."""
    if pinned is not None and pinned.upgrade is not None:
        yield Drift(
            address=change.address,
            name=change.config.name,
            drift="data",
            applied=stands.applied,
            observed=stands.observed,
            entering=pinned.upgrade.entering,
            leaving=pinned.upgrade.leaving,
            relabelled=pinned.upgrade.relabelled,
            repainted=pinned.upgrade.repainted,
        )
