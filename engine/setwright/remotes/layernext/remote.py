"""A LayerNext as a remote: what it cannot tell of its datasets comes from the records of what was made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from setwright.model.dataset import taken
from setwright.model.errors import RemoteError
from setwright.model.events import silence
from setwright.model.frames import Annotations, Membership
from setwright.model.vocabulary import Vocabulary
from setwright.query.parse import parse
from setwright.remotes.layernext.fit import unfit
from setwright.remotes.layernext.listing import Lister, frames_of
from setwright.remotes.layernext.making import Maker
from setwright.remotes.layernext.observing import Observer
from setwright.remotes.protocol import Capabilities
from setwright.spec.queries import known_to_layernext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path
    from typing import BinaryIO

    from setwright.formats.protocol import ExportEntry, PictureFile
    from setwright.model.dataset import DatasetConfig, Selection
    from setwright.model.events import Listener
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
    from setwright.remotes.layernext.adopting import Found
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.records import Records
    from setwright.state.document import State
    from setwright.state.folder import FolderStates

UNTOLD: Final = (
    "Of frames LayerNext tells the names alone. Which labels, annotations and splits a version has, and how large it "
    "is, only shows once it is downloaded.",
    "LayerNext divides the frames itself, and numbers its versions. Whether frames keep their splits is not known, so "
    "the severity is the gravest that may be.",
    "It does not read a dataset's settings back. They are taken to be those applied last: a split, labels, a query or "
    "augmentations that were changed there by hand do not show, except by the frames.",
    "A description, owners, tags and `protect` are kept in the state alone.",
)


class LayerNextRemote:
    """What `remotes.protocol.Remote` asks, as far as LayerNext can be brought to tell it."""

    def __init__(
        self,
        client: Client,
        states: FolderStates,
        records: Records,
        *,
        location: str,
        pin_ids: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """With `pin_ids` selections are sent frame by frame. `sleep` waits for jobs, and between looks."""
        self._client = client
        self._lister = Lister(client)
        self._states = states
        self._location = location
        self._observer = Observer(client, records)
        self._maker = Maker(client, self._observer, records, pin_ids=pin_ids, sleep=sleep)

    @property
    def location(self) -> str:
        return self._location

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            augments=True,
            reads_config=False,
            reads_membership=False,
            pins_revisions=False,
            renames=False,
            deletes=True,
            tells_content=False,
            numbers=False,
            in_place=True,
            untold=UNTOLD,
        )

    def revision(self) -> int:
        return 0

    def frames_revision(self, revision: int) -> int:
        return 0

    def vocabulary(self) -> Vocabulary:
        return Vocabulary(
            collections=tuple(sorted({each.name for each in self._lister.collections()})),
            labels=self._client.labels(),
        )

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        return tuple(unfit(config))

    def doubts(self, selection: Selection) -> tuple[str, ...]:
        return tuple(self._doubts(selection))

    def _doubts(self, selection: Selection) -> Iterator[str]:
        projects = None
        for operation in taken(selection.operations) or ():
            projects = self._client.project_ids() if projects is None else projects
            if operation not in projects and operation not in projects.values():
                yield (
                    f'"{operation}" is no annotation project, so it is sent as the id of a model run. Those cannot be '
                    "looked up, and one that does not exist would bring no annotations."
                )
        if not selection.query.strip():
            return
        collection, items = self._maker.where(selection)
        some, all_ = (
            self._client.count(collection=collection, items=items, query=query, filter=selection.filter)
            for query in (selection.query, "")
        )
        if some is not None and some == all_ and some > 0:
            yield f"With this query LayerNext selects as many as without any: {some:,}. It may not understand it."
        elif some is not None and all_ is not None and not known_to_layernext(parse(selection.query)):
            yield f"LayerNext is not known to take queries of this form. It selects {some:,} of {all_:,} with it."

    def membership(self, selection: Selection, revision: int) -> Membership:
        parse(selection.query)  # what does not parse here would be anything there
        return Membership(
            revision=0,
            frames=frames_of(self._lister.members(selection)),
            annotations=Annotations.empty(),
            names_only=True,
        )

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        return (self.membership(*each) for each in asked)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        return self._observer.observe(names)

    def versions(self, name: str) -> tuple[Version, ...]:
        return self._observer.versions(name)

    def version_by_number(self, name: str, number: VersionNumber) -> Version | None:
        return next((each for each in self.versions(name) if each.number == number), None)

    def version(self, id: str) -> Version:
        return self._observer.version(id)

    def made_by(self, key: str) -> Version | None:
        return self._maker.made_by(key)

    def manifest(self, version: str) -> Manifest:
        return self._observer.manifest(version)

    def manifests(self, versions: Sequence[str]) -> Iterator[Manifest]:
        return map(self.manifest, versions)

    def made_with(self, version: str) -> DatasetConfig:
        return self._observer.required(version).made_with

    def config(self, version: str) -> DatasetConfig:
        return self._observer.required(version).config

    def state(self, project: str) -> State | None:
        return self._states.newest(project)

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        raise RemoteError(
            "LayerNext gives an export as files, and not what is in them",
            f"{export} of version {version} can be downloaded whole.",
            f'`setwright download {version} "{export}"` brings it',
        )

    def made(self, recipes: Sequence[str]) -> Collection[str]:
        return ()

    def picture(self, digest: str) -> BinaryIO:
        raise RemoteError("LayerNext gives no picture by its digest", f"None with {digest} can be asked for.")

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
        return self.picture

    def picture_path(self, digest: str) -> Path | None:
        return None

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        return self._maker.publish(publication, listener)

    def amend(self, amendment: Amendment) -> Version:
        return self._maker.amend(amendment)

    def delete(self, deletion: Deletion) -> None:
        self._maker.delete(deletion)

    def commit_state(self, project: str, state: State) -> None:
        self._states.add(project, state)

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        return self._states.lease(name, holder)

    def read(self, name: str, version: str, labels: tuple[str, ...]) -> Found:
        """What can be read of that version of the dataset called `name`; see `Maker.read`."""
        return self._maker.read(name, version, labels)

    def adopt(self, version: str, config: DatasetConfig, *, author: str, at: datetime) -> ObservedDataset:
        """Take a version for one that was made from here; see `Maker.adopt`."""
        return self._maker.adopt(version, config, author=author, at=at)
