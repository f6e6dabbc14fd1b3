"""Versions are made, changed and deleted at LayerNext: what is asked for is written down before and after.

LayerNext knows no keys by which a request could be repeated. So it is asked once, and of an answer that is lost the
outcome is looked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from setwright.model.dataset import CollectionSource, LakeSource, Selection, taken
from setwright.model.errors import RemoteError, StalePlanError, UnansweredError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.statistics import count
from setwright.model.versions import UNNUMBERED, ObservedDataset, Version
from setwright.remotes.layernext import answers, calls
from setwright.remotes.layernext.adopting import Found, found
from setwright.remotes.layernext.fit import EXPORTS
from setwright.remotes.layernext.listing import Lister
from setwright.remotes.layernext.observing import manifest_of, no_version, number_of, unknown_version
from setwright.remotes.layernext.records import Dataset, Pending, Record

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from setwright.model.dataset import DatasetConfig, ItemType
    from setwright.model.events import Listener
    from setwright.model.frames import Frames
    from setwright.model.versions import Amendment, Deletion, Publication
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.observing import Observer
    from setwright.remotes.layernext.records import Records

TASK: Final = "Waiting for LayerNext"

_LOOKS: Final = (0.0, 1.0, 2.0, 4.0)
"""Pauses in seconds before each look at whether a request was carried out whose answer was lost."""

_Fate: TypeAlias = Literal["made", "not made", "unknown"]


class Maker:
    """Makes versions of what an `Observer` shows. With `pin_ids` selections are sent frame by frame."""

    def __init__(
        self,
        client: Client,
        observer: Observer,
        records: Records,
        *,
        pin_ids: bool,
        sleep: Callable[[float], None],
    ) -> None:
        self._client = client
        self._lister = Lister(client)
        self._observer = observer
        self._records = records
        self._pin_ids = pin_ids
        self._sleep = sleep

    def made_by(self, key: str) -> Version | None:
        """What the request with that key made, also one whose answer was lost; None for nothing.

        Raises:
            UnansweredError: nobody can tell.
        """
        for dataset in self._records.all():
            for record in dataset.versions:
                if key in record.keys:
                    return record.version
            if dataset.pending is not None and dataset.pending.key == key:
                fate, version = self._fate(dataset.pending)
                if fate == "unknown":
                    raise uncertain(dataset.name)
                # What was not made yet may still come, so it stays written down.
                if fate == "made":
                    return self._finished(dataset, dataset.pending, answers.Made(version=version))
        return None

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        made = self.made_by(publication.key)
        if made is not None:
            return made
        config = publication.config
        observed = self._observer.observe([config.name]).get(config.name)
        if (None if observed is None else observed.version.id) != publication.parent:
            raise _stale(config.name)
        tag = self._select(config, publication.manifest.frames)
        known = self._observer.dataset(config.name)
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
        listed = self._observer.listed(config.name)
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

    def _sent(self, tag: str, pending: Pending, known: Dataset, listener: Listener) -> answers.Made:
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
            return self._looked_for(pending, error)
        except RemoteError:
            self._records.keep(replace(known, pending=None))
            raise
        return answer

    def _looked_for(self, pending: Pending, error: RemoteError) -> answers.Made:
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
                raise uncertain(pending.config.name) from unreachable
            if fate == "made":
                return answers.Made(version=version)
            if fate == "unknown":
                break
        if fate == "unknown":
            raise uncertain(pending.config.name) from error
        # It may still come: what was asked for stays written down, and is known when it turns up.
        raise error

    def _fate(self, pending: Pending) -> tuple[_Fate, str | None]:
        """What became of a request, and the version that it made."""
        name = pending.config.name
        if pending.in_place:
            # The same frames and settings once more change nothing, so it may be asked for again.
            return "not made", None
        listed = self._observer.listed(name)
        if listed is not None:
            fresh = [each.id for each in listed if each.id not in pending.known]
            return ("made", fresh[-1]) if fresh else ("not made", None)
        if pending.follows is None and self._observer.lake_id(name) is None:
            return "not made", None
        return "unknown", None

    def _finished(self, known: Dataset, pending: Pending, answer: answers.Made) -> Version:
        """Write down the version that was made, as it is when it is read again."""
        record = self._observer.made(known, pending, answer)
        if record is None:
            raise uncertain(pending.config.name)
        digest = record.version.manifest_digest
        if digest != pending.version.manifest_digest:
            self._records.keep_members(digest, self._observer.manifest(record.version.id).frames)
        self._records.keep(known.put(record))
        return record.version

    def amend(self, amendment: Amendment) -> Version:
        made = self.made_by(amendment.key)
        if made is not None:
            return made
        config = amendment.config
        observed = self._observer.observe([config.name]).get(config.name)
        if observed is None or observed.version.id != amendment.version:
            raise _stale(config.name)
        known = self._observer.dataset(config.name)
        record = known.of(amendment.version)
        if record is None:
            raise unknown_version(config.name)
        answers = record.answers
        number = record.version.number
        if calls.payload(self._for_wire(record.config)) != calls.payload(self._for_wire(config)):
            frames = self._records.members(record.version.manifest_digest)
            assert frames is not None, "a version's frames are written down before it is"
            tag = self._select(config, frames)
            answer = self._client.update_in_place(tag, amendment.version, self._for_wire(config))
            self._wait(answer, silence)
            missing = [
                each for each in config.exports if not self._observer.is_there(amendment.version, (each,))
            ]
            if missing:
                raise RemoteError(
                    f"{config.name} was not exported as asked",
                    f"LayerNext took the change, and has no {', '.join(missing)} of version {amendment.version}.",
                    "look at the dataset's page in LayerNext, and plan again",
                )
            answers = (*answers, answer.raw)
            listed = {each.id: each.number for each in self._observer.listed(config.name) or ()}
            if told := answer.number or listed.get(amendment.version):
                number = number_of(told)
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
        known = self._observer.dataset(deletion.name)
        if deletion.key in known.deleted:
            return
        observed = self._observer.observe([deletion.name]).get(deletion.name)
        if observed is None or observed.version.id != deletion.version:
            raise _stale(deletion.name)
        record = known.of(deletion.version)
        if record is not None and record.config.protect:
            raise RemoteError(
                f'"{deletion.name}" is protected', "Its configuration says so, so it is not deleted."
            )
        listed = self._observer.listed(deletion.name)
        ids = (
            [each.id for each in listed]
            if listed is not None
            else [each.version.id for each in known.versions if each.dataset == observed.id]
        )
        # The current one last: until then the dataset is what it was, and the next run goes on.
        for id in [*(each for each in ids if each != deletion.version), deletion.version]:
            exports = observed.version.exports if id == deletion.version else EXPORTS
            if not self._observer.is_there(id, exports or EXPORTS) and id != deletion.version:
                continue
            self._client.delete_version(id)
            if self._observer.is_there(id, exports or EXPORTS):
                raise RemoteError(
                    f"A version of {deletion.name} is still there",
                    f"LayerNext said that it deleted {id}, and still gives its files.",
                    "look at the dataset's page in LayerNext",
                )
        self._records.keep(Dataset(name=deletion.name, deleted=(*known.deleted, deletion.key)))

    def read(self, name: str, version: str, labels: tuple[str, ...]) -> Found:
        """What can be read of that version of the dataset called `name`; `labels` are those that occur in it.

        Raises:
            RemoteError: there is no such dataset or version.
        """
        lake, exports = self._required_id(name), self._exports(name, version)
        frames = self._observer.frames(version, lake, None, exports, varied=False)
        files = self._observer.files(version, exports) or ()
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
        listed = {each.id: each for each in self._observer.listed(name) or ()}
        content = manifest_of(
            self._observer.frames(version, lake, None, exports, varied=False), config.classes
        )
        made = Version(
            id=version,
            dataset=name,
            number=number_of(listed[version].number if version in listed else ""),
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
        lake = self._observer.lake_id(name)
        if lake is None:
            raise RemoteError(
                f'LayerNext has no dataset "{name}"',
                "Its name is written as LayerNext shows it.",
                "give its name with `--name`",
            )
        return lake

    def _exports(self, name: str, version: str) -> tuple[str, ...]:
        """The exports that there are of a version of the dataset called `name`."""
        exports = tuple(each for each in EXPORTS if self._observer.is_there(version, (each,)))
        listed = self._observer.listed(name)
        if listed is not None and version not in {each.id for each in listed}:
            raise no_version(version)
        if not exports and listed is None:
            raise no_version(version)
        return exports

    def where(self, selection: Selection) -> tuple[str | None, ItemType]:
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
        collection, items = self.where(selection)
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

    def _wait(self, answer: answers.Made, listener: Listener) -> None:
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


def _stale(name: str) -> StalePlanError:
    return StalePlanError(
        f'"{name}" has changed since the plan was made',
        "Its current version is not the one that the plan follows, so nothing was changed.",
        "plan again, and look at what is different",
    )


def uncertain(name: str) -> UnansweredError:
    """For a dataset of which nobody can tell whether it was made."""
    return UnansweredError(
        f'Whether "{name}" was made cannot be told',
        "LayerNext was asked, its answer was lost, and it lists no versions. It is not asked again, for that might "
        "make it twice.",
        f'look at "{name}" in LayerNext, and run `setwright adopt ADDRESS --version-id ID` with the version that is '
        "current there, whether it is the new one or the one before",
    )
