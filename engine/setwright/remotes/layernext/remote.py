"""A LayerNext as a remote: what it cannot tell of its datasets comes from the records of what was made."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

import numpy as np

from setwright.model.dataset import CollectionSource, LakeSource, Selection, taken
from setwright.model.errors import RemoteError, StalePlanError, UnansweredError, UsageError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.frames import Annotations, Membership
from setwright.model.manifest import Manifest
from setwright.model.statistics import count
from setwright.model.versions import UNNUMBERED, ObservedDataset, Version, VersionNumber
from setwright.model.vocabulary import Vocabulary
from setwright.query.parse import parse
from setwright.remotes.layernext import wire
from setwright.remotes.layernext.adopting import Found, found
from setwright.remotes.layernext.fit import EXPORTS, unfit
from setwright.remotes.layernext.listing import Lister, Member, frames_of
from setwright.remotes.layernext.reading_back import reconciled
from setwright.remotes.layernext.records import Dataset, Pending, Record
from setwright.remotes.protocol import Capabilities
from setwright.spec.queries import known_to_layernext

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import BinaryIO

    from setwright.formats.protocol import ExportEntry, PictureFile
    from setwright.model.dataset import DatasetConfig, ItemType
    from setwright.model.events import Listener
    from setwright.model.frames import Frames
    from setwright.model.remarks import Remark
    from setwright.model.versions import Amendment, Deletion, Publication
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.records import Records
    from setwright.state.document import State
    from setwright.state.folder import FolderStates

TASK: Final = "Waiting for LayerNext"
SOMEBODY: Final = "somebody at LayerNext"
"""The author of a version that was not made from here."""

UNTOLD: Final = (
    "Of frames LayerNext tells the names alone. Which labels, annotations and splits a version has, and how large it "
    "is, only shows once it is downloaded.",
    "LayerNext divides the frames itself, and numbers its versions. Whether frames keep their splits is not known, so "
    "the severity is the gravest that may be.",
    "It does not read a dataset's settings back. They are taken to be those applied last: a split, labels, a query or "
    "augmentations that were changed there by hand do not show, except by the frames.",
    "A description, owners, tags and `protect` are kept in the state alone.",
)

_LOOKS: Final = (0.0, 1.0, 2.0, 4.0)
"""Pauses in seconds before each look at whether a request was carried out whose answer was lost."""

_Fate: TypeAlias = Literal["made", "not made", "unknown"]


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
        """With `pin_ids` selections are sent frame by frame."""
        self._client = client
        self._lister = Lister(client)
        self._states = states
        self._records = records
        self._location = location
        self._pin_ids = pin_ids
        self._sleep = sleep
        self._session = f"{time.time():.6f}"

    # --- Reading --------------------------------------------------------------------------------------------------

    @property
    def location(self) -> str:
        return self._location

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities(
            exports=EXPORTS,
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
        collections = self._client.objects(
            collection=None, items="image_collection", query="", filter=wire.NO_FILTER
        )
        return Vocabulary(
            collections=tuple(sorted({each.name for each in collections})),
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
        collection, items = self._where(selection)
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

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        if not names:
            return {}
        ids: dict[str, list[str]] = {}
        for each in self._client.objects(collection=None, items="dataset", query="", filter=wire.NO_FILTER):
            ids.setdefault(each.name, []).append(each.id)
        found = {}
        for name in names:
            if len(ids.get(name, ())) > 1:
                raise RemoteError(
                    f'LayerNext has {len(ids[name])} datasets called "{name}"',
                    "By its name alone the one that is meant cannot be told.",
                    "rename the others in LayerNext, or give this one another name",
                )
            if name in ids:
                found[name] = ObservedDataset(
                    id=ids[name][0], name=name, config=None, version=self._current(name, ids[name][0])
                )
        return found

    def _current(self, name: str, id: str) -> Version:
        """The current version of the dataset with that id in the lake."""
        known = self._records.dataset(name)
        listed = self._listed(name)
        if listed:
            record = known.of(listed[-1].id)
            return self._foreign(listed[-1], id) if record is None else record.version
        mine = [record for record in known.versions if record.dataset == id]
        if not mine:
            raise _unknown_version(name)
        newest = mine[-1].version
        if newest.exports and not self._is_there(newest.id, newest.exports):
            raise RemoteError(
                f'The version of "{name}" that was applied last is gone',
                f"LayerNext has the dataset, and nothing of its version {newest.id}.",
                "if it was deleted on purpose, `setwright adopt ADDRESS --version-id ID` takes another in its place",
            )
        return newest

    def versions(self, name: str) -> tuple[Version, ...]:
        observed = self.observe([name]).get(name)
        if observed is None:
            return ()
        known, listed = self._records.dataset(name), self._listed(name)
        if listed is None:
            own = [record.version for record in known.versions if record.dataset == observed.id]
            return tuple(reversed(own))
        found = ((listing, known.of(listing.id)) for listing in reversed(listed))
        return tuple(
            self._foreign(listing, observed.id) if record is None else record.version
            for listing, record in found
        )

    def version(self, id: str) -> Version:
        record = self._record(id)
        if record is not None:
            return record.version
        for listing in self._client.listed_versions() or ():
            if listing.id == id:
                return self._foreign(listing, None)
        raise _no_version(id)

    def made_by(self, key: str) -> Version | None:
        for dataset in self._records.all():
            for record in dataset.versions:
                if key in record.keys:
                    return record.version
            if dataset.pending is not None and dataset.pending.key == key:
                return self._settled(dataset, dataset.pending)
        return None

    def manifest(self, version: str) -> Manifest:
        record = self._record(version)
        if record is None:
            found = self.version(version)
            ids = self._lake_ids(found.dataset)
            return _manifest(self._frames(version, ids, None, found.exports, varied=False), ())
        recorded = self._records.members(record.version.manifest_digest)
        varied = bool(record.made_with.augmentations.recipes)
        frames = self._frames(version, record.dataset, recorded, record.version.exports, varied=varied)
        return _manifest(frames, record.made_with.classes)

    def made_with(self, version: str) -> DatasetConfig:
        return self._required(version).made_with

    def config(self, version: str) -> DatasetConfig:
        return self._required(version).config

    def state(self, project: str) -> State | None:
        return self._states.newest(project)

    def export(self, version: str, export: str) -> Iterator[ExportEntry]:
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

    # --- Writing --------------------------------------------------------------------------------------------------

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        made = self.made_by(publication.key)
        if made is not None:
            return made
        config = publication.config
        observed = self.observe([config.name]).get(config.name)
        if (None if observed is None else observed.version.id) != publication.parent:
            raise _stale(config.name)
        tag = self._select(config, publication.manifest.frames)
        known = self._records.dataset(config.name)
        draft = Version(
            id="",
            dataset=config.name,
            number=UNNUMBERED,
            parent=publication.parent,
            revision=0,
            manifest_digest=publication.manifest.digest,
            exports=config.exports,
            statistics=count(publication.manifest),
            created_at=publication.at,
            author=publication.author,
        )
        listed = self._listed(config.name)
        pending = Pending(
            key=publication.key,
            follows=publication.parent,
            known=tuple(each.id for each in listed or ()),
            version=draft,
            config=config,
        )
        self._records.keep_members(publication.manifest.digest, publication.manifest.frames)
        self._records.keep(replace(known, pending=pending))
        answer = self._sent(tag, pending, known, listener)
        return self._finished(known, pending, answer)

    def _sent(self, tag: str, pending: Pending, known: Dataset, listener: Listener) -> wire.Made:
        """Ask for the version, and wait until it is made. Of an answer that is lost the outcome is looked for."""
        config, follows = self._for_wire(pending.config), pending.follows
        try:
            if follows is None:
                answer = self._client.create(tag, config)
            elif config.versioning == "in_place":
                answer = self._client.update_in_place(tag, follows, config)
            else:
                answer = self._client.new_version(tag, follows, config)
            self._wait(answer, listener)
        except UnansweredError as error:
            return self._looked_for(pending, known, error)
        except RemoteError:
            self._records.keep(replace(known, pending=None))
            raise
        return answer

    def _looked_for(self, pending: Pending, known: Dataset, error: RemoteError) -> wire.Made:
        """What was made of a request whose answer was lost.

        Raises:
            RemoteError: nothing was.
            UnansweredError: nobody can tell.
        """
        fate: _Fate = "unknown"
        for pause in _LOOKS:
            self._sleep(pause)
            try:
                fate, version = self._fate(pending)
            except RemoteError as unreachable:
                raise _uncertain(pending.config.name) from unreachable
            if fate == "made":
                return wire.Made(version=version)
            if fate == "unknown":
                break
        if fate == "unknown":
            raise _uncertain(pending.config.name) from error
        self._records.keep(replace(known, pending=None))
        raise error

    def _fate(self, pending: Pending) -> tuple[_Fate, str | None]:
        """What became of a request, and the version that it made."""
        name = pending.config.name
        if pending.follows is not None and pending.config.versioning == "in_place":
            # The same frames and settings once more change nothing, so it may be asked for again.
            return "not made", None
        listed = self._listed(name)
        if listed is not None:
            fresh = [each.id for each in listed if each.id not in pending.known]
            return ("made", fresh[-1]) if fresh else ("not made", None)
        if pending.follows is None and self._lake_ids(name) is None:
            return "not made", None
        return "unknown", None

    def _settled(self, dataset: Dataset, pending: Pending) -> Version | None:
        """What became of a request that an earlier run was cut off at.

        Raises:
            UnansweredError: nobody can tell.
        """
        fate, version = self._fate(pending)
        if fate == "unknown":
            raise _uncertain(dataset.name)
        if fate == "not made":
            self._records.keep(replace(dataset, pending=None))
            return None
        return self._finished(dataset, pending, wire.Made(version=version))

    def _finished(self, known: Dataset, pending: Pending, answer: wire.Made) -> Version:
        """Write down the version that was made, as it is when it is read again."""
        name, exports = pending.config.name, pending.version.exports
        in_place = pending.follows is not None and pending.config.versioning == "in_place"
        id = pending.follows if in_place else answer.version
        listed = {each.id: each for each in self._listed(name) or ()}
        if id is None or (id not in listed and exports and not self._is_there(id, exports)):
            # What is called an id in an answer may be one of something else.
            fresh = [each for each in listed if each not in pending.known]
            if not fresh:
                raise _uncertain(name)
            id = fresh[-1]
        lake = self._lake_ids(name)
        planned = self._records.members(pending.version.manifest_digest)
        varied = bool(pending.config.augmentations.recipes)
        content = _manifest(self._frames(id, lake, planned, exports, varied=varied), pending.config.classes)
        number = answer.number or (listed[id].number if id in listed else "")
        version = replace(
            pending.version,
            id=id,
            number=_number(number),
            manifest_digest=content.digest,
            statistics=count(content),
        )
        before = known.of(id)
        record = Record(
            dataset=lake or "",
            version=version,
            made_with=pending.config,
            config=pending.config,
            keys=(*(before.keys if before is not None else ()), pending.key),
            answers=(answer.raw,) if answer.raw is not None else (),
        )
        self._records.keep_members(content.digest, content.frames)
        self._records.keep(known.put(record))
        return version

    def amend(self, amendment: Amendment) -> Version:
        made = self.made_by(amendment.key)
        if made is not None:
            return made
        config = amendment.config
        observed = self.observe([config.name]).get(config.name)
        if observed is None or observed.version.id != amendment.version:
            raise _stale(config.name)
        known = self._records.dataset(config.name)
        record = known.of(amendment.version)
        if record is None:
            raise _unknown_version(config.name)
        answers = record.answers
        number = record.version.number
        if wire.payload(self._for_wire(record.config)) != wire.payload(self._for_wire(config)):
            frames = self._records.members(record.version.manifest_digest)
            assert frames is not None, "a version's frames are written down before it is"
            tag = self._select(config, frames)
            answer = self._client.update_in_place(tag, amendment.version, self._for_wire(config))
            self._wait(answer, silence)
            missing = [each for each in config.exports if not self._is_there(amendment.version, (each,))]
            if missing:
                raise RemoteError(
                    f"{config.name} was not exported as asked",
                    f"LayerNext took the change, and has no {', '.join(missing)} of version {amendment.version}.",
                    "look at the dataset's page in LayerNext, and plan again",
                )
            answers = (*answers, answer.raw)
            listed = {each.id: each.number for each in self._listed(config.name) or ()}
            if told := answer.number or listed.get(amendment.version):
                number = _number(told)
        version = replace(record.version, exports=config.exports, number=number)
        self._records.keep(
            known.put(
                replace(
                    record,
                    version=version,
                    config=config,
                    keys=(*record.keys, amendment.key),
                    answers=answers,
                )
            )
        )
        return version

    def delete(self, deletion: Deletion) -> None:
        known = self._records.dataset(deletion.name)
        if deletion.key in known.deleted:
            return
        observed = self.observe([deletion.name]).get(deletion.name)
        if observed is None or observed.version.id != deletion.version:
            raise _stale(deletion.name)
        record = known.of(deletion.version)
        if record is not None and record.config.protect:
            raise RemoteError(
                f'"{deletion.name}" is protected', "Its configuration says so, so it is not deleted."
            )
        listed = self._listed(deletion.name)
        ids = (
            [each.id for each in listed]
            if listed is not None
            else [each.version.id for each in known.versions if each.dataset == observed.id]
        )
        # The current one last: until then the dataset is what it was, and the next run goes on.
        for id in [*(each for each in ids if each != deletion.version), deletion.version]:
            exports = observed.version.exports if id == deletion.version else EXPORTS
            if not self._is_there(id, exports or EXPORTS) and id != deletion.version:
                continue
            self._client.delete_version(id)
            if self._is_there(id, exports or EXPORTS):
                raise RemoteError(
                    f"A version of {deletion.name} is still there",
                    f"LayerNext said that it deleted {id}, and still gives its files.",
                    "look at the dataset's page in LayerNext",
                )
        self._records.keep(Dataset(name=deletion.name, deleted=(*known.deleted, deletion.key)))

    def commit_state(self, project: str, state: State) -> None:
        self._states.add(project, state)

    def lease(self, name: str, holder: str) -> AbstractContextManager[None]:
        return self._states.lease(name, holder)

    # --- Adopting -------------------------------------------------------------------------------------------------

    def read(self, name: str, version: str, labels: tuple[str, ...]) -> Found:
        """What can be read of that version of the dataset called `name`; `labels` are those that occur in it.

        Raises:
            RemoteError: there is no such dataset or version.
        """
        lake, exports = self._required_id(name), self._exports(name, version)
        frames = self._frames(version, lake, None, exports, varied=False)
        files = self._files(version, exports) or ()
        return found(
            self._lister,
            name,
            frames,
            labels=labels,
            exports=exports,
            lists=(file.path_list for file in files if file.is_media and file.path_list),
            varied=max(0, sum(file.is_media for file in files) - len(frames)),
        )

    def adopt(self, version: str, config: DatasetConfig, *, author: str, at: datetime) -> ObservedDataset:
        """Take a version for one that was made from here, with that configuration but for the exports.

        What was asked for and not answered is settled by it.

        Raises:
            RemoteError: there is no such dataset or version.
        """
        name, lake = config.name, self._required_id(config.name)
        exports = self._exports(name, version)
        listed = {each.id: each for each in self._listed(name) or ()}
        content = _manifest(self._frames(version, lake, None, exports, varied=False), config.classes)
        made = Version(
            id=version,
            dataset=name,
            number=_number(listed[version].number if version in listed else ""),
            parent=None,
            revision=0,
            manifest_digest=content.digest,
            exports=exports,
            statistics=count(content),
            created_at=at,
            author=author,
        )
        settled = replace(config, exports=exports)
        known = self._records.dataset(name)
        others = tuple(each for each in known.versions if each.version.id != version)
        record = Record(dataset=lake, version=made, made_with=settled, config=settled, keys=())
        self._records.keep_members(content.digest, content.frames)
        self._records.keep(replace(known, versions=(*others, record), pending=None))
        return ObservedDataset(id=lake, name=name, config=settled, version=made)

    def _required_id(self, name: str) -> str:
        lake = self._lake_ids(name)
        if lake is None:
            raise RemoteError(
                f'LayerNext has no dataset "{name}"',
                "Its name is written as LayerNext shows it.",
                "give its name with `--name`",
            )
        return lake

    def _exports(self, name: str, version: str) -> tuple[str, ...]:
        """The exports that there are of a version of the dataset called `name`."""
        exports = tuple(each for each in EXPORTS if self._is_there(version, (each,)))
        listed = self._listed(name)
        if listed is not None and version not in {each.id for each in listed}:
            raise _no_version(version)
        if not exports and listed is None:
            raise _no_version(version)
        return exports

    # --- Helpers --------------------------------------------------------------------------------------------------

    def _listed(self, name: str) -> tuple[wire.ListedVersion, ...] | None:
        """The versions of a dataset, the oldest first; None where LayerNext lists none at all."""
        listed = self._client.listed_versions()
        return None if listed is None else tuple(each for each in listed if each.dataset == name)

    def _lake_ids(self, name: str) -> str | None:
        """The id in the lake of the dataset of that name, None where there is none."""
        datasets = self._client.objects(collection=None, items="dataset", query="", filter=wire.NO_FILTER)
        return next((each.id for each in datasets if each.name == name), None)

    def _is_there(self, version: str, exports: Sequence[str]) -> bool:
        """Whether the version exists, in one of `exports`."""
        return any(self._client.has_version(version, each, session=self._session) for each in exports)

    def _record(self, version: str) -> Record | None:
        found = (dataset.of(version) for dataset in self._records.all())
        return next((record for record in found if record is not None), None)

    def _required(self, version: str) -> Record:
        record = self._record(version)
        if record is None:
            raise RemoteError(
                "LayerNext does not tell a version's settings", f"Version {version} was not made from here."
            )
        return record

    def _foreign(self, listing: wire.ListedVersion, lake: str | None) -> Version:
        """A version that was not made from here, as far as it can be read."""
        exports = tuple(each for each in EXPORTS if self._is_there(listing.id, (each,)))
        content = _manifest(self._frames(listing.id, lake, None, exports, varied=False), ())
        return Version(
            id=listing.id,
            dataset=listing.dataset,
            number=_number(listing.number),
            parent=None,
            revision=0,
            manifest_digest=content.digest,
            exports=exports,
            statistics=count(content),
            created_at=_moment(listing.created_at),
            author=SOMEBODY,
        )

    def _frames(
        self, version: str, lake: str | None, recorded: Frames | None, exports: Sequence[str], *, varied: bool
    ) -> Frames:
        """The frames of a version: those `recorded`, as far as LayerNext still shows them.

        The listing of a dataset tells unique names, though not for certain of which version; the names of pictures in
        an export are of the version, though not for certain the unique ones. Where either bears the records out they
        hold.
        """
        members: tuple[Member, ...] = ()
        if lake is not None:
            try:
                members = self._lister.of_dataset(lake)
            except RemoteError:
                members = ()  # nothing documents that this can be asked
        listed = frames_of(members)
        if recorded is not None and np.array_equal(listed.name, recorded.name):
            return recorded
        media = self._media(version, exports)
        if recorded is None:
            if media is None or len(media) == len(listed):
                return listed
            return reconciled(listed.take(np.empty(0, np.int64)), media, varied=False)
        if media is None:
            return recorded
        return reconciled(recorded, media, varied=varied)

    def _media(self, version: str, exports: Sequence[str]) -> tuple[str, ...] | None:
        """The names of the pictures in an export, None where no export has them one by one."""
        files = self._files(version, exports)
        return None if files is None else tuple(each.name for each in files if each.is_media)

    def _files(self, version: str, exports: Sequence[str]) -> tuple[wire.Resource, ...] | None:
        """The files of an export that has pictures one by one, None where none has."""
        for export in ("YOLO Darknet", "RAW"):
            if export in exports:
                pages = self._client.version_pages(version, export, session=self._session)
                return tuple(each for page in pages for each in page.resources)
        return None

    def _where(self, selection: Selection) -> tuple[str | None, ItemType]:
        """The collection's id, or which items of the lake are selected."""
        match selection.source:
            case CollectionSource() as source:
                return self._lister.collection(source), "image"
            case LakeSource(items=items):
                return None, items
            case source:
                raise RemoteError("A source that LayerNext does not offer", f"It is {source.kind}.")

    def _select(self, config: DatasetConfig, planned: Frames) -> str:
        """The tag of the selection that gives the frames `planned`.

        Raises:
            StalePlanError: what the spec selects is something else now.
        """
        selection = Selection.of(config)
        collection, items = self._where(selection)
        members = {member.name: member.id for member in self._lister.members(selection)}
        wanted = planned.name.tolist()
        gone = [name for name in wanted if name not in members]
        fresh = len(members) - (len(wanted) - len(gone))
        if gone or (fresh and not self._pin_ids):
            raise StalePlanError(
                f"{config.name} selects other frames than it did when the plan was made",
                f"{fresh:,} came and {len(gone):,} went. Nothing was changed.",
                "plan again; with `pin: ids` frames that come meanwhile do not matter",
            )
        if self._pin_ids and items == "image":
            ids = tuple(members[name] for name in wanted)
            return self._client.select_ids(ids, collection=collection, items=items)
        return self._client.select(
            collection=collection, items=items, query=config.query, filter=config.filter
        )

    def _for_wire(self, config: DatasetConfig) -> DatasetConfig:
        """`config` with the ids of annotation projects in place of their names."""
        operations = taken(config.operations)
        if not operations:
            return config
        ids = self._client.project_ids()
        return replace(config, operations=tuple(ids.get(each, each) for each in operations))

    def _wait(self, answer: wire.Made, listener: Listener) -> None:
        """Wait for the job of an answer, if it has one."""
        if answer.job is None:
            return
        done = 0
        listener(Started(TASK, 100, "percent"))

        def told(progress: float) -> None:
            nonlocal done
            steps = max(0, min(100, int(progress)) - done)
            done += steps
            if steps:
                listener(Advanced(TASK, steps))

        self._client.wait(answer.job, told=told, sleep=self._sleep)
        listener(Finished(TASK))


def _manifest(frames: Frames, classes: tuple[str, ...]) -> Manifest:
    return Manifest(
        frames=frames,
        split=np.zeros(len(frames), np.int8),
        annotations=Annotations.empty(classes),
        names_only=True,
    )


def _number(text: str) -> VersionNumber:
    try:
        return VersionNumber.parse(text)
    except UsageError:
        return UNNUMBERED


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime(1970, 1, 1, tzinfo=UTC)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _stale(name: str) -> StalePlanError:
    return StalePlanError(
        f'"{name}" has changed since the plan was made',
        "Its current version is not the one that the plan follows, so nothing was changed.",
        "plan again, and look at what is different",
    )


def _unknown_version(name: str) -> RemoteError:
    return RemoteError(
        f'Which version "{name}" is at cannot be told',
        "LayerNext has the dataset, and lists no versions; this project did not make it.",
        "take the version's id from the dataset's page, and run `setwright adopt ADDRESS --version-id ID`; or give the "
        "dataset another `name`",
    )


def _no_version(id: str) -> RemoteError:
    return RemoteError(
        "There is no such version",
        f"LayerNext gives no files of a version {id}, and it was not made from here.",
        "the id is on the dataset's page in LayerNext",
    )


def _uncertain(name: str) -> UnansweredError:
    return UnansweredError(
        f'Whether "{name}" was made cannot be told',
        "LayerNext was asked, its answer was lost, and it lists no versions. It is not asked again, for that might "
        "make it twice.",
        f'look at "{name}" in LayerNext, and run `setwright adopt ADDRESS --version-id ID` with the version that is '
        "current there, whether it is the new one or the one before",
    )
