"""Datasets that are made of other datasets: which of them come first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from setwright.model.dataset import DatasetsSource, LakeSource

if TYPE_CHECKING:
    from collections.abc import Mapping

    from setwright.model.dataset import DatasetConfig, Selection


def made_of(config: DatasetConfig) -> tuple[str, ...]:
    """The addresses that a dataset is made of; none for one that selects from the lake."""
    return config.source.addresses if isinstance(config.source, DatasetsSource) else ()


def first_to_last(desired: Mapping[str, DatasetConfig]) -> tuple[str, ...]:
    """The addresses so that each comes after those that it is made of, else as they stand. There are no cycles."""
    done: dict[str, None] = {}
    for start in desired:
        waiting = [start]
        while waiting:
            missing = [
                other for other in made_of(desired[waiting[-1]]) if other in desired and other not in done
            ]
            if missing:
                waiting.extend(reversed(missing))
            else:
                done.setdefault(waiting.pop())
    return tuple(done)


def dependents(address: str, configs: Mapping[str, DatasetConfig]) -> tuple[str, ...]:
    """The addresses that are made of `address`, however far, sorted."""
    found: set[str] = set()
    waiting = [address]
    while waiting:
        before = waiting.pop()
        for other, config in configs.items():
            if before in made_of(config) and other not in found:
                found.add(other)
                waiting.append(other)
    return tuple(sorted(found))


def from_lake(selection: Selection) -> Selection:
    """The same selection from all frames of the lake, of which `joined` takes those that the other datasets hold."""
    return replace(selection, source=LakeSource())
