"""What plan and apply ask of a dataset manager.

Who only plans is given a `RemoteReader`; apply gets a `Remote`. Every remote passes the one suite in
`tests/conformance/`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from setwright.model.events import silence
from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from setwright.formats.protocol import ExportEntry, PictureFile
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
    from setwright.state.document import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a remote can do. Plan says what it cannot.

    `augments`: it makes varied copies. `reads_config`, `reads_membership`: a dataset's
    configuration and content can be read back. `pins_revisions`: the frames of an earlier revision can still be asked
    for. `renames`, `deletes`: a dataset can get another name and keep its versions, and it can be deleted.

    `tells_content`: of frames and versions it tells pictures, sizes, annotations and splits; where it does not,
    memberships and manifests hold names only. `numbers`: versions get the numbers that they are published with.
    `in_place`: a version may get other content. `untold` is what it does not tell and a plan
    would else say, in whole sentences.
    """

    augments: bool
    reads_config: bool
    reads_membership: bool
    pins_revisions: bool
    renames: bool = False
    deletes: bool = False
    tells_content: bool = True
    numbers: bool = True
    in_place: bool = False
    untold: tuple[str, ...] = ()


class RemoteReader(Protocol):
    """A dataset manager that is only looked at."""

    @property
    def location(self) -> str:
        """Where it is, for people; holds no credentials."""

    @property
    def capabilities(self) -> Capabilities: ...

    def revision(self) -> int:
        """The revision that the lake is at now."""

    def frames_revision(self, revision: int) -> int:
        """The newest revision up to `revision` that touched frames.

        Every selection gives the same at both, unless its query speaks of datasets.
        """

    def vocabulary(self) -> Vocabulary:
        """The names in use now."""

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        """The settings of `config` that the remote has no place for, beside what its capabilities say."""

    def doubts(self, selection: Selection) -> tuple[str, ...]:
        """Why the remote may understand `selection` otherwise than it is meant, in whole sentences.

        Raises:
            RemoteError: a name in the selection is not known there.
        """

    def membership(self, selection: Selection, revision: int) -> Membership:
        """The frames that `selection` gives at `revision`, sorted by unique name.

        Raises:
            RemoteError: a name in the selection is not known there.
            QueryError: the query does not parse, or speaks of what the remote cannot answer.
        """

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        """What `membership` gives for each of `asked`, in this order, as it is taken.

        A remote that is far away is asked for many at a time.
        """

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        """The datasets of these names, those that exist; asked in one go."""

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions of the dataset of that name, the newest first; none where there is no such dataset."""

    def version_by_number(self, name: str, number: VersionNumber) -> Version | None:
        """The version of that dataset that is called `number`, or was before it was amended; None where there is none.

        What a remote that gives numbers of its own called a version before, it may not know.
        """

    def version(self, id: str) -> Version:
        """The version with that id.

        Raises:
            RemoteError: there is none.
        """

    def made_by(self, key: str) -> Version | None:
        """The version that a publication or an amendment with that idempotency key made."""

    def manifest(self, version: str) -> Manifest:
        """The content of the version with that id."""

    def manifests(self, versions: Sequence[str]) -> Iterator[Manifest]:
        """What `manifest` gives for each of `versions`, in this order, as it is taken, and asked for together."""

    def made_with(self, version: str) -> DatasetConfig:
        """The configuration that the content of the version with that id was made of."""

    def config(self, version: str) -> DatasetConfig:
        """The configuration of that version as it is now, which amendments may have changed."""

    def state(self, project: str) -> State | None:
        """The newest state of that project, None before the first apply."""

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        """The files of one export, by its exact name, of the version with that id, sorted by path.

        `listener` hears of varied pictures that were lost and are made again first.
        """

    def made(self, recipes: Sequence[str]) -> Collection[str]:
        """Those of the recipes of varied copies, by digest, whose pictures are there already."""

    def picture(self, digest: str) -> BinaryIO:
        """The stored picture with that digest, to be read once and closed."""

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
        """How to open `wanted`, which are read one after the other, in this order and from one thread.

        A remote that is far away fetches small ones together.
        """

    def picture_path(self, digest: str) -> Path | None:
        """Where the picture lies as a file of this machine, None where it does not."""


class Remote(RemoteReader, Protocol):
    """A dataset manager that apply may change."""

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        """Make a version, whole or not at all; with a key that was published before, give what that made.

        A parent that is a version of a dataset with another name renames that dataset, where the remote `renames`.
        The pictures of its varied copies are made on the way, those that are not there yet.

        Raises:
            StalePlanError: the dataset's current version is no longer the publication's parent, or another dataset has
                the name.
        """

    def amend(self, amendment: Amendment) -> Version:
        """Change the current version in place, whole or not at all; a repeated key changes nothing.

        A dataset that has another name than the amendment's gets that one, where the remote `renames`.

        Raises:
            StalePlanError: the version is no longer the current one, or another dataset has the name.
        """

    def delete(self, deletion: Deletion) -> None:
        """Let a dataset go, whole or not at all; a repeated key changes nothing.

        Its name is free then. Its versions are listed no more, and can still be read by their ids until they are
        collected.

        Raises:
            StalePlanError: the version is no longer the current one, or there is no such dataset.
            RemoteError: the dataset is protected, or the remote deletes nothing.
        """

    def commit_state(self, project: str, state: State) -> None:
        """Record `state` as the newest one.

        Raises:
            StalePlanError: its serial exists already, or its lineage is not the project's.
        """

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        """Hold the lock `name` for as long as the context lasts; `holder` tells people who that is.

        Raises:
            LockHeldError: somebody else holds it, and has renewed it within its life.
        """
