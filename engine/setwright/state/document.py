"""The state of a project as an immutable, numbered document."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - pydantic reads the annotations when it decodes a state
from dataclasses import replace
from datetime import datetime  # noqa: TC003 - the same
from types import MappingProxyType
from typing import Any

from setwright.model.dataset import DatasetConfig  # noqa: TC001 - the same
from setwright.model.documents import from_document, to_document
from setwright.model.errors import FormatError, StalePlanError
from setwright.model.values import dataclass

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """What we last made for one address.

    `dataset` and `version` are the remote's ids, `number` the version's number as text. `key` is the idempotency
    key of the publication or amendment that made it.
    """

    dataset: str
    version: str
    number: str
    config: DatasetConfig
    manifest_digest: str
    revision: int
    key: str
    applied_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One state of a project. `lineage` names its history, `serial` counts along it from 1; 0 is "never applied"."""

    lineage: str
    serial: int
    datasets: Mapping[str, Applied]

    def bind(self, address: str, applied: Applied) -> State:
        """The next state, in which `address` stands for `applied`."""
        return self.changed({address: applied})

    def forget(self, address: str) -> State:
        """The next state, in which `address` stands for nothing."""
        return self.changed({address: None})

    def changed(self, entries: Mapping[str, Applied | None]) -> State:
        """The next state, in which each of these addresses stands for what is said, None for nothing."""
        datasets = {**self.datasets, **entries}
        kept = {address: datasets[address] for address in sorted(datasets)}
        return replace(
            self,
            serial=self.serial + 1,
            datasets=MappingProxyType({address: entry for address, entry in kept.items() if entry}),
        )


def never_applied(lineage: str) -> State:
    """The state before the first apply."""
    return State(lineage=lineage, serial=0, datasets=MappingProxyType({}))


def encode(state: State) -> dict[str, Any]:
    """`state` as a JSON document."""
    return {
        "format_version": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "datasets": {address: to_document(applied) for address, applied in sorted(state.datasets.items())},
    }


def decode(document: Any) -> State:
    """The state that `document` tells.

    Raises:
        FormatError: it is no state, or one of a version that this setwright does not know.
    """
    if not isinstance(document, dict) or document.get("format_version") != FORMAT_VERSION:
        raise FormatError(
            "Not a state that this setwright can read",
            f"It reads state documents of format version {FORMAT_VERSION}.",
            "upgrade setwright, if a newer one wrote the state",
        )
    try:
        return State(
            lineage=str(document["lineage"]),
            serial=int(document["serial"]),
            datasets=MappingProxyType(from_document(dict[str, Applied], document["datasets"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("Not a state", f"The document cannot be read as one: {error}.") from error


def require_next(project: str, newest: tuple[str, int] | None, state: State) -> None:
    """Make sure that `state` follows the newest one, whose lineage and serial are given; None where there is none.

    Raises:
        StalePlanError: its serial is not the next one, or the lineages differ.
    """
    lineage, serial = newest or (state.lineage, 0)
    if lineage != state.lineage:
        raise StalePlanError(
            f"The state of {project} has another history",
            f"The one that is kept is {lineage}, ours {state.lineage}: another project of that name keeps its state "
            "there.",
            "give one of the two projects another name",
        )
    if state.serial != serial + 1:
        raise StalePlanError(
            f"The state of {project} has moved on",
            f"It is at serial {serial}, so {state.serial} cannot be the next: somebody applied meanwhile.",
            "plan again",
        )
