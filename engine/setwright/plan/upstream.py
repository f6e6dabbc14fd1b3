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


def foundations(address: str, configs: Mapping[str, DatasetConfig]) -> tuple[str, ...]:
    """The addresses that `address` is made of in the end, which select from the lake; itself if it does.

    What was applied before may form a cycle with what is planned; nothing of one is a foundation.
    """
    seen, found, waiting = set[str](), list[str](), [address]
    while waiting:
        other = waiting.pop()
        if other in seen:
            continue
        seen.add(other)
        others = made_of(configs[other]) if other in configs else ()
        waiting.extend(others)
        if not others:
            found.append(other)
    return tuple(found)


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
