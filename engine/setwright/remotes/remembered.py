"""A lake that answers what a plan asks from what it answered before, as long as nothing was written to it.

Not plans are remembered but answers, and a plan is made anew of them. What is asked that is not remembered opens the
lake, which from then on answers everything. Who changes a lake must not be given this: it may be older than it says by
the time that a plan takes, as answers of a lake are.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from setwright.lake.stamp import settled, stamp
from setwright.model.canonical import digest_of
from setwright.model.documents import to_document, told_config
from setwright.model.revival import config_of, statistics_of
from setwright.model.versions import ObservedDataset, Version, VersionNumber
from setwright.model.vocabulary import Vocabulary
from setwright.remotes.lake import lake_capabilities
from setwright.state.document import Applied, State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from setwright.lake.stamp import Stamp
    from setwright.model.dataset import DatasetConfig
    from setwright.model.remarks import Remark
    from setwright.remotes.lake import LakeRemote
    from setwright.remotes.protocol import Capabilities, Remote

T = TypeVar("T")

_MOST = 50
"""So many answers are kept until they are begun anew."""


class Kept(Protocol):
    """Where answers are kept between runs. Nobody else may have written what it gives."""

    def load(self) -> bytes | None: ...

    def store(self, content: bytes) -> None: ...


class RememberedLake:
    """A remote to read from: the lake in `folder`, which `open_lake` opens when it is asked what is not known."""

    def __init__(self, folder: Path, location: str, kept: Kept, open_lake: Callable[[], LakeRemote]) -> None:
        self._folder = folder
        self._location = location
        self._kept = kept
        self._open = open_lake
        self._lake: LakeRemote | None = None
        self._capabilities = lake_capabilities()
        # Before anything is asked, so that a write meanwhile is one after this.
        self._stamp = stamp(folder)
        self._known: dict[str, Any] = {}
        self._configs = _Configs([])
        if self._stamp is not None and (content := kept.load()) is not None:
            self._known, configs = _answers(content, self._stamp)
            self._configs = _Configs(configs)

    def as_remote(self) -> Remote:
        """The same, for who plans: what is not here is the lake's own affair."""
        return cast("Remote", self)

    def keep(self) -> None:
        """Remember what the lake answered, once it is closed and if nothing was written meanwhile."""
        if self._lake is None or self._stamp is None:
            return
        if stamp(self._folder) != self._stamp or not settled(self._folder, self._stamp):
            return
        document = {"stamp": self._stamp, "configs": self._configs.told, "answers": self._known}
        self._kept.store(json.dumps(document, separators=(",", ":")).encode())

    @property
    def location(self) -> str:
        return self._location

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        return ()

    def doubts(self, selection: object) -> tuple[str, ...]:
        return ()

    def revision(self) -> int:
        return self._answer("revision", int, int, lambda lake: lake.revision())

    def frames_revision(self, revision: int) -> int:
        return self._answer(f"frames of {revision}", int, int, lambda lake: lake.frames_revision(revision))

    def vocabulary(self) -> Vocabulary:
        return self._answer("vocabulary", asdict, _vocabulary, lambda lake: lake.vocabulary())

    def state(self, project: str) -> State | None:
        tell, revive = self._configs.told_state, self._configs.state
        return self._answer(f"state of {project}", tell, revive, lambda lake: lake.state(project))

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        question = f"datasets {digest_of('names-1', list(names))}"
        tell, revive = self._configs.told_datasets, self._configs.datasets
        return self._answer(question, tell, revive, lambda lake: lake.observe(names))

    def __getattr__(self, name: str) -> Any:
        # Who only keeps a question for later does not open the lake.
        return lambda *args, **named: getattr(self._opened(), name)(*args, **named)

    def _opened(self) -> LakeRemote:
        if self._lake is None:
            self._lake = self._open()
            if len(self._known) > _MOST:
                self._known, self._configs = {}, _Configs([])
        return self._lake

    def _answer(
        self,
        question: str,
        tell: Callable[[T], Any],
        revive: Callable[[Any], T],
        ask: Callable[[LakeRemote], T],
    ) -> T:
        # An open lake may have moved on, and nothing may be told that is older than what it has told.
        if self._lake is None and question in self._known:
            try:
                return revive(self._known[question])
            except _MISTAKES:
                pass
        answer = ask(self._opened())
        if self._stamp is not None:
            self._known[question] = tell(answer)
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


def _vocabulary(told: dict[str, Any]) -> Vocabulary:
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
