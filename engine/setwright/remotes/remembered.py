"""A lake that answers what a plan asks from what it answered before, as long as nothing was written to it.

Not plans are remembered but answers, and a plan is made anew of them. What is asked that is not remembered opens the
lake, which from then on answers everything. Who changes a lake must not be given this: it may be older than it says by
the time that a plan takes, as answers of a lake are.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from setwright.lake.stamp import settled, stamp
from setwright.model.canonical import digest_of
from setwright.model.documents import to_document, told_config
from setwright.model.revival import config_of, statistics_of
from setwright.model.versions import ObservedDataset, Version, VersionNumber
from setwright.model.vocabulary import Vocabulary
from setwright.remotes.lake import AnsweringLake
from setwright.state.document import Applied, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from setwright.lake.lake import Lake
    from setwright.lake.stamp import Stamp
    from setwright.model.dataset import DatasetConfig

T = TypeVar("T")

_MOST = 50
"""So many answers are kept until they are begun anew."""


class Kept(Protocol):
    """Where answers are kept between runs. Nobody else may have written what it gives."""

    def load(self) -> bytes | None: ...

    def store(self, content: bytes) -> None: ...


class RememberedLake(AnsweringLake):
    """A remote to read from: the lake in `folder`, which `open_lake` opens when it is asked what is not known."""

    def __init__(self, folder: Path, location: str, kept: Kept, open_lake: Callable[[], Lake]) -> None:
        super().__init__(location)
        self._folder = folder
        self._kept = kept
        self._open = open_lake
        self._opened: Lake | None = None
        # Before anything is asked, so that a write meanwhile is one after this.
        self._stamp = stamp(folder)
        self._known: dict[str, Any] = {}
        self._configs = _Configs([])
        if self._stamp is not None and (content := kept.load()) is not None:
            self._known, configs = _answers(content, self._stamp)
            self._configs = _Configs(configs)

    def keep(self) -> None:
        """Remember what the lake answered, once it is closed and if nothing was written meanwhile."""
        if self._opened is None or self._stamp is None:
            return
        if stamp(self._folder) != self._stamp or not settled(self._folder, self._stamp):
            return
        document = {"stamp": self._stamp, "configs": self._configs.told, "answers": self._known}
        self._kept.store(json.dumps(document, separators=(",", ":")).encode())

    def revision(self) -> int:
        return self._answer("revision", _number, _number, super().revision)

    def frames_revision(self, revision: int) -> int:
        ask = partial(super().frames_revision, revision)
        return self._answer(f"frames of {revision}", _number, _number, ask)

    def vocabulary(self) -> Vocabulary:
        return self._answer("vocabulary", _told_vocabulary, _vocabulary, super().vocabulary)

    def state(self, project: str) -> State | None:
        ask = partial(super().state, project)
        return self._answer(f"state of {project}", _Configs.told_state, _Configs.state, ask)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        question = f"datasets {digest_of('names-1', list(names))}"
        ask = partial(super().observe, names)
        return self._answer(question, _Configs.told_datasets, _Configs.datasets, ask)

    @property
    def _lake(self) -> Lake:
        if self._opened is None:
            self._opened = self._open()
            if len(self._known) > _MOST:
                self._known, self._configs = {}, _Configs([])
        return self._opened

    def _answer(
        self,
        question: str,
        tell: Callable[[_Configs, T], Any],
        revive: Callable[[_Configs, Any], T],
        ask: Callable[[], T],
    ) -> T:
        # An open lake may have moved on, and nothing may be told that is older than what it has told.
        if self._opened is None and question in self._known:
            try:
                return revive(self._configs, self._known[question])
            except _MISTAKES:
                pass
        answer = ask()
        if self._stamp is not None:
            # By the numbers of now, since opening the lake may have begun them anew.
            self._known[question] = tell(self._configs, answer)
        return answer


_MISTAKES = (KeyError, TypeError, ValueError, IndexError, AttributeError)


def _answers(content: bytes, now: Stamp) -> tuple[dict[str, Any], list[str]]:
    """What is kept, if it was answered by the lake as it is now, and the configurations in it."""
    try:
        document = json.loads(content)
        if document["stamp"] == now:
            return dict(document["answers"]), list(document["configs"])
    except (*_MISTAKES, RecursionError):
        pass
    return {}, []


def _number(_: _Configs, number: int) -> int:
    return int(number)


def _told_vocabulary(_: _Configs, vocabulary: Vocabulary) -> dict[str, Any]:
    return asdict(vocabulary)


def _vocabulary(_: _Configs, told: dict[str, Any]) -> Vocabulary:
    versions = told["versions"]
    return Vocabulary(
        **{
            name: None if told[name] is None else tuple(told[name])
            for name in ("collections", "labels", "operations", "datasets")
        },
        versions=None
        if versions is None
        else {dataset: tuple(numbers) for dataset, numbers in versions.items()},
    )


class _Configs:
    """Configurations by number: what was applied last is mostly what is observed, and stands here once."""

    def __init__(self, told: list[str]) -> None:
        self.told = told
        self._numbers: dict[DatasetConfig, int] = {}

    def number(self, config: DatasetConfig) -> int:
        number = self._numbers.get(config)
        if number is None:
            number = self._numbers[config] = len(self.told)
            self.told.append(told_config(config).text)
        return number

    def of(self, number: int) -> DatasetConfig:
        return config_of(self.told[number])

    def told_state(self, state: State | None) -> Any:
        if state is None:
            return None
        datasets = {
            address: [
                entry.dataset,
                entry.version,
                entry.number,
                self.number(entry.config),
                entry.manifest_digest,
                entry.revision,
                entry.key,
                entry.applied_at.isoformat(),
            ]
            for address, entry in state.datasets.items()
        }
        return [state.lineage, state.serial, datasets]

    def state(self, told: Any) -> State | None:
        if told is None:
            return None
        lineage, serial, datasets = told
        applied = {}
        for address, (dataset, version, number, config, manifest, revision, key, at) in datasets.items():
            applied[address] = Applied(
                dataset=dataset,
                version=version,
                number=number,
                config=self.of(config),
                manifest_digest=manifest,
                revision=revision,
                key=key,
                applied_at=datetime.fromisoformat(at),
            )
        return State(lineage=lineage, serial=serial, datasets=MappingProxyType(applied))

    def told_datasets(self, datasets: Mapping[str, ObservedDataset]) -> Any:
        return [
            [
                found.id,
                name,
                None if found.config is None else self.number(found.config),
                _told_version(found.version),
            ]
            for name, found in datasets.items()
        ]

    def datasets(self, told: Any) -> dict[str, ObservedDataset]:
        return {
            name: ObservedDataset(
                id=id,
                name=name,
                config=None if config is None else self.of(config),
                version=_version(*version),
            )
            for id, name, config, version in told
        }


def _told_version(version: Version) -> list[Any]:
    number = version.number
    return [
        version.id,
        version.dataset,
        [number.major, number.minor, number.patch],
        version.parent,
        version.revision,
        version.manifest_digest,
        version.exports,
        json.dumps(to_document(version.statistics)),
        version.created_at.isoformat(),
        version.author,
    ]


def _version(
    id: str,
    dataset: str,
    number: list[int],
    parent: str | None,
    revision: int,
    manifest_digest: str,
    exports: list[str],
    statistics: str,
    created_at: str,
    author: str,
) -> Version:
    return Version(
        id=id,
        dataset=dataset,
        number=VersionNumber(*number),
        parent=parent,
        revision=revision,
        manifest_digest=manifest_digest,
        exports=tuple(exports),
        statistics=statistics_of(statistics),
        created_at=datetime.fromisoformat(created_at),
        author=author,
    )
