"""What LayerNext shows of datasets and versions, held against the records of what was made."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import numpy as np

from setwright.model.errors import RemoteError, UsageError
from setwright.model.frames import Annotations
from setwright.model.manifest import Manifest
from setwright.model.statistics import count
from setwright.model.versions import UNNUMBERED, ObservedDataset, Version, VersionNumber
from setwright.remotes.layernext import answers, calls
from setwright.remotes.layernext.fit import EXPORTS
from setwright.remotes.layernext.listing import Lister, Member, frames_of
from setwright.remotes.layernext.reading_back import reconciled
from setwright.remotes.layernext.records import Dataset, Pending, Record

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from setwright.model.frames import Frames
    from setwright.remotes.layernext.client import Client
    from setwright.remotes.layernext.records import Records

SOMEBODY: Final = "somebody at LayerNext"
"""The author of a version that was not made from here."""


class Observer:
    """Looks at datasets and versions; it changes nothing, not even the records."""

    def __init__(self, client: Client, records: Records) -> None:
        self._client = client
        self._lister = Lister(client)
        self._records = records
        self._session = f"{time.time():.6f}"

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        """The datasets of these names, those that exist; with the settings that were last applied, where known.

        Raises:
            RemoteError: two have one name, or the version that one is at cannot be told.
        """
        if not names:
            return {}
        ids: dict[str, list[str]] = {}
        for each in self._client.objects(collection=None, items="dataset", query="", filter=calls.NO_FILTER):
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
                found[name] = self._current(name, ids[name][0])
        return found

    def _current(self, name: str, id: str) -> ObservedDataset:
        """The dataset with that id in the lake, at its current version."""
        known, listed = self.dataset(name), self.listed(name)
        if listed:
            record = known.of(listed[-1].id)
            if record is None:
                return ObservedDataset(id=id, name=name, config=None, version=self.foreign(listed[-1], id))
            return ObservedDataset(id=id, name=name, config=record.config, version=record.version)
        mine = [record for record in known.versions if record.dataset == id]
        if not mine:
            raise unknown_version(name)
        newest = mine[-1]
        if newest.version.exports and not self.is_there(newest.version.id, newest.version.exports):
            raise RemoteError(
                f'The version of "{name}" that was applied last is gone',
                f"LayerNext has the dataset, and nothing of its version {newest.version.id}.",
                "if it was deleted on purpose, `setwright adopt ADDRESS --version-id ID` takes another in its place",
            )
        return ObservedDataset(id=id, name=name, config=newest.config, version=newest.version)

    def versions(self, name: str) -> tuple[Version, ...]:
        """All versions of the dataset that are known, the newest first."""
        observed = self.observe([name]).get(name)
        if observed is None:
            return ()
        known, listed = self.dataset(name), self.listed(name)
        if listed is None:
            own = [record.version for record in known.versions if record.dataset == observed.id]
            return tuple(reversed(own))
        found = ((listing, known.of(listing.id)) for listing in reversed(listed))
        return tuple(
            self.foreign(listing, observed.id) if record is None else record.version
            for listing, record in found
        )

    def version(self, id: str) -> Version:
        """The version with that id.

        Raises:
            RemoteError: there is none that is known.
        """
        record = self.record(id)
        if record is not None:
            return record.version
        for listing in self._client.listed_versions() or ():
            if listing.id == id:
                return self.foreign(listing, None)
        raise no_version(id)

    def dataset(self, name: str) -> Dataset:
        """What is known of the dataset: the records, and what has come of a request whose answer was lost.

        A run that died leaves a server at work, so a version may turn up long after somebody looked for it.
        """
        known = self._records.dataset(name)
        pending = known.pending
        if pending is None or pending.in_place:
            return known
        fresh = [each.id for each in self.listed(name) or () if each.id not in pending.known]
        if not fresh or known.of(fresh[-1]) is not None:
            return known
        record = self.made(known, pending, answers.Made(version=fresh[-1]))
        if record is None or record.version.manifest_digest != pending.version.manifest_digest:
            return known  # somebody else's, as it holds other frames than we asked for
        return known.put(record)

    def made(self, known: Dataset, pending: Pending, answer: answers.Made) -> Record | None:
        """The version that was made of a request, as it is when it is read again; None where it cannot be found."""
        name, exports = pending.config.name, pending.version.exports
        id = pending.follows if pending.in_place else answer.version
        listed = {each.id: each for each in self.listed(name) or ()}
        if id is None or (id not in listed and exports and not self.is_there(id, exports)):
            # What is called an id in an answer may be one of something else.
            fresh = [each for each in listed if each not in pending.known]
            if not fresh:
                return None
            id = fresh[-1]
        lake = self.lake_id(name)
        planned = self._records.members(pending.version.manifest_digest)
        varied = bool(pending.config.augmentations.recipes)
        content = manifest_of(self.frames(id, lake, planned, exports, varied=varied), pending.config.classes)
        version = replace(
            pending.version,
            id=id,
            number=number_of(answer.number or (listed[id].number if id in listed else "")),
            manifest_digest=content.digest,
            statistics=count(content),
        )
        before = known.of(id)
        return Record(
            dataset=lake or "",
            version=version,
            made_with=pending.config,
            config=pending.config,
            keys=(*(before.keys if before is not None else ()), pending.key),
            answers=(answer.raw,) if answer.raw is not None else (),
        )

    def manifest(self, version: str) -> Manifest:
        """The frames of the version with that id."""
        record = self.record(version)
        if record is None:
            found = self.version(version)
            lake = self.lake_id(found.dataset)
            return manifest_of(self.frames(version, lake, None, found.exports, varied=False), ())
        recorded = self._records.members(record.version.manifest_digest)
        varied = bool(record.made_with.augmentations.recipes)
        frames = self.frames(version, record.dataset, recorded, record.version.exports, varied=varied)
        return manifest_of(frames, record.made_with.classes)

    def record(self, version: str) -> Record | None:
        """The record of the version with that id, None where it was not made from here."""
        for dataset in self._records.all():
            found = dataset.of(version)
            if found is None and dataset.pending is not None:
                found = self.dataset(dataset.name).of(version)
            if found is not None:
                return found
        return None

    def required(self, version: str) -> Record:
        """The same.

        Raises:
            RemoteError: there is none.
        """
        found = self.record(version)
        if found is None:
            raise RemoteError(
                "LayerNext does not tell a version's settings", f"Version {version} was not made from here."
            )
        return found

    def listed(self, name: str) -> tuple[answers.ListedVersion, ...] | None:
        """The versions of a dataset, the oldest first; None where LayerNext lists none at all."""
        listed = self._client.listed_versions()
        return None if listed is None else tuple(each for each in listed if each.dataset == name)

    def lake_id(self, name: str) -> str | None:
        """The id in the lake of the dataset of that name, None where there is none."""
        datasets = self._client.objects(collection=None, items="dataset", query="", filter=calls.NO_FILTER)
        return next((each.id for each in datasets if each.name == name), None)

    def is_there(self, version: str, exports: Sequence[str]) -> bool:
        """Whether the version exists, in one of `exports`."""
        return any(self._client.has_version(version, each, session=self._session) for each in exports)

    def foreign(self, listing: answers.ListedVersion, lake: str | None) -> Version:
        """A version that was not made from here, as far as it can be read."""
        exports = tuple(each for each in EXPORTS if self.is_there(listing.id, (each,)))
        content = manifest_of(self.frames(listing.id, lake, None, exports, varied=False), ())
        return Version(
            id=listing.id,
            dataset=listing.dataset,
            number=number_of(listing.number),
            parent=None,
            revision=0,
            manifest_digest=content.digest,
            exports=exports,
            statistics=count(content),
            created_at=_moment(listing.created_at),
            author=SOMEBODY,
        )

    def frames(
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
        files = self.files(version, exports)
        return None if files is None else tuple(each.name for each in files if each.is_media)

    def files(self, version: str, exports: Sequence[str]) -> tuple[answers.Resource, ...] | None:
        """The files of an export that has pictures one by one, None where none has."""
        for export in ("YOLO Darknet", "RAW"):
            if export in exports:
                pages = self._client.version_pages(version, export, session=self._session)
                return tuple(each for page in pages for each in page.resources)
        return None


def manifest_of(frames: Frames, classes: tuple[str, ...]) -> Manifest:
    """A content of which the frames' names are known."""
    return Manifest(
        frames=frames,
        split=np.zeros(len(frames), np.int8),
        annotations=Annotations.empty(classes),
        names_only=True,
    )


def number_of(text: str) -> VersionNumber:
    """The number that `text` spells, `UNNUMBERED` for none."""
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


def unknown_version(name: str) -> RemoteError:
    """For a dataset of which the version that it is at cannot be told."""
    return RemoteError(
        f'Which version "{name}" is at cannot be told',
        "LayerNext has the dataset, and lists no versions; this project did not make it.",
        "take the version's id from the dataset's page, and run `setwright adopt ADDRESS --version-id ID`; or give the "
        "dataset another `name`",
    )


def no_version(id: str) -> RemoteError:
    """For an id that is no version's."""
    return RemoteError(
        "There is no such version",
        f"LayerNext gives no files of a version {id}, and it was not made from here.",
        "the id is on the dataset's page in LayerNext",
    )
