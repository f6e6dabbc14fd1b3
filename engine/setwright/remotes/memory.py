"""A remote that is gone when the program ends: the reference for the others, and the ground for tests."""

from __future__ import annotations

import hashlib
import io
import threading
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from setwright.augment.expand import Made, expand
from setwright.augment.recipes import recipe_digests
from setwright.model.dataset import CollectionSource, LakeSource
from setwright.model.errors import LockHeldError, NotYetError, RemoteError, StalePlanError
from setwright.model.events import silence
from setwright.model.extras import needing
from setwright.model.frames import Membership, digests
from setwright.model.splits import SPLITS
from setwright.model.statistics import count
from setwright.model.versions import ObservedDataset, Version
from setwright.model.vocabulary import Vocabulary
from setwright.query.evaluate import DatasetFacts
from setwright.query.parse import parse
from setwright.query.tree import speaks_of_datasets
from setwright.remotes.exports import export_entries
from setwright.remotes.lake import lake_capabilities
from setwright.remotes.memory_frames import membership

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from setwright.formats.protocol import ExportEntry, PictureFile
    from setwright.model.dataset import DatasetConfig, Selection
    from setwright.model.events import Listener
    from setwright.model.manifest import Manifest
    from setwright.model.remarks import Remark
    from setwright.model.versions import Amendment, Deletion, Publication, VersionNumber
    from setwright.remotes.memory_frames import Held, StoredFrame
    from setwright.remotes.protocol import Capabilities
    from setwright.state.document import State


@dataclass(slots=True)
class _Dataset:
    id: str
    config: DatasetConfig
    versions: list[Version]


class _Listed(NamedTuple):
    """A version as it was at a revision."""

    id: str
    name: str
    numbers: tuple[str, ...]
    newest: bool


class _Store:
    """The pictures of a remote, for who makes others of them."""

    def __init__(self, remote: MemoryRemote) -> None:
        self._remote = remote

    def read(self, digest: str) -> bytes:
        return self._remote.picture(digest).read()

    @contextmanager
    def together(self) -> Iterator[Callable[[bytes], str]]:
        def put(content: bytes) -> str:
            digest = hashlib.sha256(content).hexdigest()
            self._remote._made[digest] = content
            return digest

        yield put


class MemoryRemote:
    """A dataset manager in this process' memory.

    Its revisions are tuples of frames, beside the versions that there were; what changes no frame shares the tuple.
    """

    def __init__(self) -> None:
        self._revisions: list[tuple[StoredFrame, ...]] = [()]
        self._versions: list[tuple[_Listed, ...]] = [()]
        self._numbers: dict[str, list[str]] = {}  # all that a version was called, by its id
        self._datasets: dict[str, _Dataset] = {}
        self._manifests: dict[str, Manifest] = {}
        self._varied: dict[str, str] = {}  # digests of pictures by recipe
        self._made: dict[str, bytes] = {}  # varied pictures by digest
        self._configs: dict[str, list[DatasetConfig]] = {}
        self._keys: dict[str, Version] = {}
        self._states: dict[str, State] = {}
        self._held: dict[str, str] = {}
        self._deleted: set[str] = set()
        self._lock = threading.RLock()

    def put(self, frames: Iterable[StoredFrame]) -> int:
        """Add frames, or replace those of the same unique name; gives the revision that this makes."""
        with self._lock:
            named = {frame.unique_name: frame for frame in self._revisions[-1]}
            named.update((frame.unique_name, frame) for frame in frames)
            return self._revise(tuple(named[name] for name in sorted(named)))

    def remove(self, unique_names: Iterable[str]) -> int:
        """Take frames away; gives the revision that this makes."""
        with self._lock:
            gone = set(unique_names)
            return self._revise(tuple(f for f in self._revisions[-1] if f.unique_name not in gone))

    def _revise(self, frames: tuple[StoredFrame, ...] | None = None) -> int:
        """A new revision of `frames`, those that there are if None, and of the versions that there are."""
        self._revisions.append(self._revisions[-1] if frames is None else frames)
        self._versions.append(
            tuple(
                _Listed(version.id, name, tuple(self._numbers[version.id]), version is dataset.versions[-1])
                for name, dataset in self._datasets.items()
                for version in dataset.versions
            )
        )
        return self.revision()

    @property
    def location(self) -> str:
        return "memory"

    @property
    def capabilities(self) -> Capabilities:
        return lake_capabilities()

    def revision(self) -> int:
        return len(self._revisions) - 1

    def frames_revision(self, revision: int) -> int:
        while revision and self._revisions[revision] is self._revisions[revision - 1]:
            revision -= 1
        return revision

    def vocabulary(self) -> Vocabulary:
        facts = [frame.facts for frame in self._revisions[-1]]
        annotations = [annotation for fact in facts for annotation in fact.annotations]
        return Vocabulary(
            collections=tuple(sorted({fact.collection for fact in facts})),
            labels=tuple(sorted({annotation.label for annotation in annotations})),
            operations=tuple(sorted({annotation.operation for annotation in annotations})),
            datasets=tuple(sorted(self._datasets)),
            versions={
                name: tuple(number for version in dataset.versions for number in self._numbers[version.id])
                for name, dataset in sorted(self._datasets.items())
            },
        )

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        return ()

    def doubts(self, selection: Selection) -> tuple[str, ...]:
        return ()

    def membership(self, selection: Selection, revision: int) -> Membership:
        of_datasets = selection.source == LakeSource(items="dataset") or speaks_of_datasets(
            parse(selection.query)
        )
        held = self._holdings(revision) if of_datasets else {}
        frames = self._revisions[revision]
        inside = [frame for frame in frames if self._in_source(frame, selection, revision)]
        return membership(selection, revision, frames, inside, held)

    def _holdings(self, revision: int) -> Held:
        held: Held = {}
        for listed in self._versions[revision]:
            manifest = self._manifests[listed.id]
            for name, code in zip(manifest.frames.name.tolist(), manifest.split.tolist(), strict=True):
                facts = DatasetFacts(
                    name=listed.name, numbers=listed.numbers, split=SPLITS[code].value, newest=listed.newest
                )
                held[name] = (*held.get(name, ()), facts)
        return held

    def _in_source(self, frame: StoredFrame, selection: Selection, revision: int) -> bool:
        match selection.source:
            case CollectionSource(name=str(name)):
                if all(other.facts.collection != name for other in self._revisions[revision]):
                    there = any(other.facts.collection == name for some in self._revisions for other in some)
                    kind = NotYetError if there else RemoteError
                    raise kind(f'There is no collection "{name}"', "The source of a spec names it.")
                return frame.facts.collection == name
            case LakeSource():
                return True
            case source:
                raise RemoteError("A source that is not offered yet", f"It is {source}.")

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        return (self.membership(*each) for each in asked)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        return {
            name: ObservedDataset(
                id=dataset.id, name=name, config=dataset.config, version=dataset.versions[-1]
            )
            for name in names
            if (dataset := self._datasets.get(name)) is not None
        }

    def versions(self, name: str) -> tuple[Version, ...]:
        dataset = self._datasets.get(name)
        return () if dataset is None else tuple(reversed(dataset.versions))

    def version_by_number(self, name: str, number: VersionNumber) -> Version | None:
        return next((each for each in self.versions(name) if str(number) in self._numbers[each.id]), None)

    def version(self, id: str) -> Version:
        for dataset in self._datasets.values():
            for version in dataset.versions:
                if version.id == id:
                    return version
        raise RemoteError("There is no such version", f"None has the id {id}.")

    def made_by(self, key: str) -> Version | None:
        return self._keys.get(key)

    def manifest(self, version: str) -> Manifest:
        if version not in self._manifests:
            raise RemoteError("There is no such version", f"None has the id {version}.")
        return self._manifests[version]

    def manifests(self, versions: Sequence[str]) -> Iterator[Manifest]:
        return map(self.manifest, versions)

    def made_with(self, version: str) -> DatasetConfig:
        return self._editions(version)[0]

    def config(self, version: str) -> DatasetConfig:
        return self._editions(version)[-1]

    def _editions(self, version: str) -> list[DatasetConfig]:
        if version not in self._configs:
            raise RemoteError("There is no such version", f"None has the id {version}.")
        return self._configs[version]

    def state(self, project: str) -> State | None:
        return self._states.get(project)

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        found, dataset = next(
            (one, dataset)
            for dataset in self._datasets.values()
            for one in dataset.versions
            if one.id == version
        )
        return export_entries(self._expanded(version), found, dataset.config.description, export)

    def made(self, recipes: Sequence[str]) -> Collection[str]:
        return [recipe for recipe in recipes if recipe in self._varied]

    def picture(self, digest: str) -> io.BytesIO:
        if digest in self._made:
            return io.BytesIO(self._made[digest])
        for frames in reversed(self._revisions):
            for frame in frames:
                if hashlib.sha256(frame.picture).hexdigest() == digest:
                    return io.BytesIO(frame.picture)
        raise RemoteError("There is no such picture", f"None has the digest {digest}.")

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], io.BytesIO]:
        return self.picture

    def picture_path(self, digest: str) -> Path | None:
        return None

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        with self._lock:
            made = self._keys.get(publication.key)
            if made is not None:
                return made
            config = publication.config
            dataset = self._followed(config.name, publication.parent)
            current = publication.parent
            self._vary(publication.manifest)
            if dataset is None:
                dataset = _Dataset(f"d{len(self._manifests) + 1}", config, [])
                self._datasets[config.name] = dataset
            version = Version(
                id=f"v{len(self._manifests) + 1}",
                dataset=config.name,
                number=publication.number,
                parent=current,
                revision=publication.revision,
                manifest_digest=publication.manifest.digest,
                exports=config.exports,
                statistics=count(publication.manifest),
                created_at=publication.at,
                author=publication.author,
            )
            self._manifests[version.id] = publication.manifest
            self._numbers[version.id] = [str(version.number)]
            self._configs[version.id] = [config]
            dataset.config = config
            dataset.versions.append(version)
            self._keys[publication.key] = version
            self._revise()
            return version

    def _vary(self, manifest: Manifest) -> None:
        """Make the pictures of the copies of `manifest` that are not there yet."""
        if not len(manifest.copies):
            return
        with needing("images", "make varied pictures"):
            from setwright.pixels.executor import Threads
            from setwright.pixels.making import make, sources

        recipes = recipe_digests(manifest.copies, manifest.frames)
        for pictures in make(sources(manifest, recipes, self._varied), _Store(self), Threads(1)):
            self._varied.update((picture.recipe, picture.digest) for picture in pictures)

    def _expanded(self, version: str) -> Manifest:
        manifest = self.manifest(version)
        recipes = recipe_digests(manifest.copies, manifest.frames).tolist()
        found = [self._varied[recipe.decode()] for recipe in recipes]
        sizes = np.array([len(self._made[digest]) for digest in found], np.int64)
        return expand(manifest, Made(digests(found), sizes))

    def amend(self, amendment: Amendment) -> Version:
        with self._lock:
            made = self._keys.get(amendment.key)
            if made is not None:
                return made
            dataset = self._followed(amendment.config.name, amendment.version)
            assert dataset is not None
            version = replace(dataset.versions[-1], number=amendment.number, exports=amendment.config.exports)
            dataset.versions[-1] = version
            dataset.config = amendment.config
            self._configs[version.id].append(amendment.config)
            self._keys[amendment.key] = version
            if str(version.number) not in self._numbers[version.id]:
                self._numbers[version.id].append(str(version.number))
            self._revise()
            return version

    def delete(self, deletion: Deletion) -> None:
        with self._lock:
            if deletion.key in self._deleted:
                return
            dataset = self._datasets.get(deletion.name)
            if dataset is None or dataset.versions[-1].id != deletion.version:
                raise _stale(deletion.name)
            if dataset.config.protect:
                raise RemoteError(
                    f'"{deletion.name}" is protected', "Its configuration says so, so it is not deleted."
                )
            del self._datasets[deletion.name]
            self._deleted.add(deletion.key)
            self._revise()

    def _followed(self, name: str, version: str | None) -> _Dataset | None:
        """The dataset whose current version that is, called `name` from now on; None for no version and a free name."""
        there = self._datasets.get(name)
        if version is None:
            if there is not None:
                raise _stale(name)
            return None
        dataset = next((each for each in self._datasets.values() if each.versions[-1].id == version), None)
        if dataset is None or (there is not None and there is not dataset):
            raise _stale(name)
        if there is None:
            self._datasets = {
                name if each is dataset else other: each for other, each in self._datasets.items()
            }
            dataset.versions[:] = [replace(each, dataset=name) for each in dataset.versions]
        return dataset

    def commit_state(self, project: str, state: State) -> None:
        with self._lock:
            newest = self._states.get(project)
            serial = newest.serial if newest else 0
            if state.serial != serial + 1 or (newest and newest.lineage != state.lineage):
                raise StalePlanError(
                    "The project's state has moved on",
                    f"State {state.serial} was to be recorded, but the newest is {serial}.",
                    "plan again",
                )
            self._states[project] = state

    @contextmanager
    def lease(self, name: str, holder: str) -> Iterator[None]:
        with self._lock:
            if name in self._held:
                raise LockHeldError(f'"{name}" is locked', f"{self._held[name]} holds the lock.")
            self._held[name] = holder
        try:
            yield
        finally:
            del self._held[name]


def _stale(name: str) -> StalePlanError:
    return StalePlanError(
        f'"{name}" has changed since the plan was made',
        "Its current version is not the one that the plan follows, so nothing was changed.",
        "plan again, and look at what is different",
    )
