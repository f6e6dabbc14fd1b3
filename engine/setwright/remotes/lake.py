"""An embedded lake as a remote, in this process."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from setwright.model.events import silence
from setwright.remotes.protocol import Capabilities

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from setwright.formats.protocol import ExportEntry, PictureFile
    from setwright.lake.lake import Lake
    from setwright.model.dataset import DatasetConfig, Selection
    from setwright.model.events import Listener
    from setwright.model.frames import Membership
    from setwright.model.manifest import Manifest
    from setwright.model.remarks import Remark
    from setwright.model.versions import (
        Amendment,
        Deletion,
        ObservedDataset,
        Publication,
        Version,
        VersionNumber,
    )
    from setwright.model.vocabulary import Vocabulary
    from setwright.pixels.executor import Executor
    from setwright.state.document import State


def lake_capabilities() -> Capabilities:
    """What an embedded lake can do."""
    return Capabilities(
        augments=True,
        reads_config=True,
        reads_membership=True,
        pins_revisions=True,
        renames=True,
        deletes=True,
    )


class AnsweringLake(ABC):
    """What `remotes.protocol.Remote` asks, answered by a lake; a class below says when that is opened."""

    def __init__(self, location: str, executor: Executor | None = None) -> None:
        """`location` is how people name the lake: its folder as the project gives it.

        `executor` makes varied pictures, threads of this process if None.
        """
        self._location = location
        self._executor = executor
        self._capabilities = lake_capabilities()

    @property
    @abstractmethod
    def _lake(self) -> Lake:
        """The lake, open."""

    @property
    def location(self) -> str:
        return self._location

    @property
    def capabilities(self) -> Capabilities:
        return self._capabilities

    def revision(self) -> int:
        return self._lake.revision()

    def frames_revision(self, revision: int) -> int:
        return self._lake.frames_revision(revision)

    def vocabulary(self) -> Vocabulary:
        return self._lake.vocabulary()

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        return ()

    def doubts(self, selection: Selection) -> tuple[str, ...]:
        return ()

    def membership(self, selection: Selection, revision: int) -> Membership:
        return self._lake.membership(selection, revision)

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        return (self.membership(*each) for each in asked)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        return self._lake.observe(names)

    def versions(self, name: str) -> tuple[Version, ...]:
        return self._lake.versions(name)

    def version_by_number(self, name: str, number: VersionNumber) -> Version | None:
        return self._lake.version_by_number(name, str(number))

    def version(self, id: str) -> Version:
        return self._lake.version(id)

    def made_by(self, key: str) -> Version | None:
        return self._lake.made_by(key)

    def manifest(self, version: str) -> Manifest:
        return self._lake.manifest(version)

    def manifests(self, versions: Sequence[str]) -> Iterator[Manifest]:
        return map(self.manifest, versions)

    def made_with(self, version: str) -> DatasetConfig:
        return self._lake.made_with(version)

    def config(self, version: str) -> DatasetConfig:
        return self._lake.config(version)

    def state(self, project: str) -> State | None:
        return self._lake.state(project)

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        from setwright.remotes.exports import export_entries

        manifest = self._lake.expanded(version, listener)
        description = self._lake.config(version).description
        return export_entries(manifest, self._lake.version(version), description, export)

    def made(self, recipes: Sequence[str]) -> Collection[str]:
        return self._lake.made(recipes)

    def picture(self, digest: str) -> BinaryIO:
        return self._lake.picture(digest)

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
        return self._lake.opener((entry.digest, entry.size) for entry in wanted)

    def picture_path(self, digest: str) -> Path | None:
        return self._lake.picture_path(digest)

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        return self._lake.publish(publication, listener, self._executor)

    def amend(self, amendment: Amendment) -> Version:
        return self._lake.amend(amendment)

    def delete(self, deletion: Deletion) -> None:
        self._lake.delete(deletion)

    def commit_state(self, project: str, state: State) -> None:
        self._lake.commit_state(project, state)

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        return self._lake.lease(name, holder)


class LakeRemote(AnsweringLake):
    """A lake that is open."""

    def __init__(self, lake: Lake, location: str, executor: Executor | None = None) -> None:
        super().__init__(location, executor)
        self._opened = lake

    @property
    def _lake(self) -> Lake:
        return self._opened
