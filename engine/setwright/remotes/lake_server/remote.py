"""A lake behind its own HTTP API as a remote.

Selecting and planning are the client's, and so is laying out exports; the server keeps the frames, makes varied
pictures, and publishes what was planned, whole or not at all. Each call that writes carries a key or a token, so it
may be sent again when its answer is lost: nothing is made twice.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from setwright.edge.heartbeat import beating
from setwright.edge.processes import this_system
from setwright.model import manifest_file, membership_file
from setwright.model.errors import RemoteError, UnansweredError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.soundness import require_sound_manifest, require_sound_membership
from setwright.remotes.exports import export_entries
from setwright.remotes.http.connection import Call
from setwright.remotes.lake_server import wire
from setwright.remotes.lake_server.asking import LARGEST, Asking, RefusedError
from setwright.remotes.lake_server.pictures import Together, one
from setwright.remotes.lake_server.problems import error_of
from setwright.remotes.lake_server.together import columns_call, together
from setwright.state.document import decode as decode_state
from setwright.state.document import encode as encode_state

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
    from setwright.remotes.http.connection import Connection
    from setwright.remotes.protocol import Capabilities
    from setwright.state.document import State

_POLLS: Final = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Seconds between looks at a version that is being made; the last for ever."""

_AWAY: Final = 120.0
"""Seconds for which a server may be away while it makes a version, as one is that starts anew."""

_SENDINGS: Final = 3
_BEGINNINGS: Final = 5
"""So often is a version asked for of servers that go away, each time after waiting for them."""


class ServedLakeRemote:
    """What `remotes.protocol.Remote` asks, answered by a lake's server."""

    def __init__(self, connection: Connection, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` waits between looks at a version that is being made."""
        self._asking = Asking(connection)
        self._sleep = sleep
        self._known: wire.About | None = None

    @property
    def location(self) -> str:
        return self._asking.url

    def _ask_about(self) -> wire.About:
        about = self._known = self._asking.get("/about", wire.About)
        if about.api != wire.VERSION:
            raise RemoteError(
                f"{self.location} speaks another version of the API",
                f"It speaks version {about.api}, being setwright {about.server}; this setwright speaks {wire.VERSION}.",
                "use the same release of setwright on both sides",
            )
        return about

    def check(self) -> None:
        """Whether the server is a lake's that we can speak to, and takes the credentials.

        Raises:
            RemoteError: it is not, or does not.
        """
        self._ask_about()

    @property
    def capabilities(self) -> Capabilities:
        return (self._known or self._ask_about()).as_capabilities()

    def revision(self) -> int:
        return self._ask_about().revision

    def frames_revision(self, revision: int) -> int:
        return self._asking.get(f"/revisions/{revision}", wire.RevisionDocument).frames_revision

    def vocabulary(self) -> Vocabulary:
        return self._asking.get("/vocabulary", wire.VocabularyDocument).as_vocabulary()

    def unfit(self, config: DatasetConfig) -> tuple[Remark, ...]:
        return ()

    def doubts(self, selection: Selection) -> tuple[str, ...]:
        return ()

    def membership(self, selection: Selection, revision: int) -> Membership:
        (only,) = self.memberships([(selection, revision)])
        return only

    def memberships(self, asked: Sequence[tuple[Selection, int]]) -> Iterator[Membership]:
        def wish(some: Sequence[tuple[Selection, int]]) -> Call:
            each = (wire.MembershipWish(selection=selection, revision=at) for selection, at in some)
            return columns_call("/memberships", wire.MembershipsWish(asked=tuple(each)))

        return together(self._asking, asked, wish, _membership, wire.MOST_MEMBERSHIPS)

    def observe(self, names: Sequence[str]) -> Mapping[str, ObservedDataset]:
        found: dict[str, ObservedDataset] = {}
        for some in _portions(names, wire.MOST_NAMES):
            told = self._asking.post("/datasets/observe", wire.Names(names=some), wire.ObservedDocuments)
            found.update((each.name, each.as_observed()) for each in told.datasets)
        return found

    def versions(self, name: str) -> tuple[Version, ...]:
        told = self._asking.get("/versions", wire.VersionsDocument, dataset=name)
        return tuple(each.as_version() for each in told.versions)

    def version_by_number(self, name: str, number: VersionNumber) -> Version | None:
        told = self._asking.get("/versions", wire.VersionsDocument, dataset=name, number=str(number))
        return next((each.as_version() for each in told.versions), None)

    def version(self, id: str) -> Version:
        return self._asking.get(f"/versions/{_safe(id)}", wire.VersionDocument).as_version()

    def made_by(self, key: str) -> Version | None:
        told = self._asking.get("/publications", wire.PublicationDocument, key=key)
        return None if told.version is None else told.version.as_version()

    def manifest(self, version: str) -> Manifest:
        return self._manifest(version, expanded=False)

    def manifests(self, versions: Sequence[str]) -> Iterator[Manifest]:
        def wish(some: Sequence[str]) -> Call:
            return columns_call("/versions/manifests", wire.VersionIds(versions=tuple(map(_safe, some))))

        return together(self._asking, versions, wish, _manifest, wire.MOST_MEMBERSHIPS)

    def made_with(self, version: str) -> DatasetConfig:
        return self._asking.get(f"/versions/{_safe(version)}/made-with", wire.ConfigDocument).config

    def config(self, version: str) -> DatasetConfig:
        return self._asking.get(f"/versions/{_safe(version)}/config", wire.ConfigDocument).config

    def state(self, project: str) -> State | None:
        document = self._asking.get("/state", wire.StateDocument, project=project).state
        return None if document is None else decode_state(document)

    def export(self, version: str, export: str, listener: Listener = silence) -> Iterator[ExportEntry]:
        manifest = self._manifest(version, expanded=True)
        return export_entries(manifest, self.version(version), self.config(version).description, export)

    def made(self, recipes: Sequence[str]) -> Collection[str]:
        made: set[str] = set()
        for some in _portions(recipes, wire.MOST_RECIPES):
            told = self._asking.post("/recipes", wire.Recipes(recipes=some), wire.RecipesDocument)
            made.update(told.recipes)
        return made

    def picture(self, digest: str) -> BinaryIO:
        return one(self._asking, digest)

    def opener(self, wanted: Iterable[PictureFile]) -> Callable[[str], BinaryIO]:
        return Together(self._asking, wanted)

    def picture_path(self, digest: str) -> Path | None:
        return None

    def publish(self, publication: Publication, listener: Listener = silence) -> Version:
        content = manifest_file.encode(publication.manifest)
        wish = wire.PublicationWish.of(publication, hashlib.sha256(content).hexdigest())
        told = self._asking.get("/publications", wire.PublicationDocument, key=wish.key)
        if told.status == "failed":  # an earlier time; what was wrong may be mended
            told = wire.PublicationDocument(status="unknown")
        reports = _Reports(listener)
        polls = iter(_POLLS)
        pause = 0.0
        beginnings = 0
        while told.version is None:
            if told.status == "unknown":  # it was never asked for, or the server was stopped at it
                beginnings += 1
                try:
                    told = self._begun(wish, content)
                except UnansweredError:
                    if beginnings == _BEGINNINGS:
                        raise
                    told = self._followed(wish.key)
            elif told.problem is not None:
                raise error_of(told.problem)
            else:
                reports.hear(told)
                self._sleep(pause := next(polls, pause))
                told = self._followed(wish.key)
        reports.end()
        version = told.version.as_version()
        if version.manifest_digest != publication.manifest.digest:
            raise RemoteError(
                f"{self.location} made something else than was planned",
                f"Under this plan's key it has version {version.number} of {version.dataset}, with another content.",
                "plan again; if it comes to the same, ask who runs the server",
            )
        return version

    def _begun(self, wish: wire.PublicationWish, content: bytes) -> wire.PublicationDocument:
        for sending in range(1, _SENDINGS + 1):
            self._asking.reply(
                Call(method="PUT", path=f"/manifests/{wish.manifest}", content=content, again=True)
            )
            try:
                return self._asking.post("/publications", wish, wire.PublicationDocument)
            except RefusedError as refused:
                if refused.kind != "manifest-missing" or sending == _SENDINGS:
                    raise
        raise AssertionError("the last sending returns or raises")

    def _followed(self, key: str) -> wire.PublicationDocument:
        """How far it is; a server that is away for a while, as one is that starts anew, is waited for."""
        since = time.monotonic()
        while True:
            try:
                return self._asking.get("/publications", wire.PublicationDocument, key=key)
            except UnansweredError:
                if time.monotonic() - since > _AWAY:
                    raise
                self._sleep(_POLLS[-1])

    def amend(self, amendment: Amendment) -> Version:
        wish = wire.AmendmentWish.of(amendment)
        return self._asking.post("/amendments", wish, wire.VersionDocument).as_version()

    def delete(self, deletion: Deletion) -> None:
        self._asking.do("/deletions", wire.DeletionWish.of(deletion))

    def commit_state(self, project: str, state: State) -> None:
        said = wire.StateWish(state=encode_state(state)).model_dump(mode="json")
        call = Call(method="PUT", path="/state", query=(("project", project),), json=said)
        try:
            self._asking.reply(call)
        except UnansweredError:
            # A serial is taken once, so whoever sends it again must know whether it was he who took it.
            found = self.state(project)
            if found == state:
                return
            if found is not None and found.serial >= state.serial:
                raise
            self._asking.reply(call)

    @contextmanager
    def lease(self, name: str, holder: str) -> Iterator[None]:
        held = wire.LeaseRenewal(name=name, token=secrets.token_hex(16))
        claim = wire.LeaseWish(
            name=name, token=held.token, holder=holder, system=this_system(), process=os.getpid()
        )
        life = self._asking.post("/leases/take", claim, wire.LeaseDocument).life

        def beat() -> None:
            with suppress(RemoteError):  # there are two more chances
                self._asking.post("/leases/renew", held, wire.LeaseDocument)

        try:
            with beating(f"lease {name}", life / 3, beat):
                yield
        finally:
            with suppress(UnansweredError):  # it is free when its life is over
                self._asking.do("/leases/release", held)

    def _manifest(self, version: str, *, expanded: bool) -> Manifest:
        call = Call(
            method="GET",
            path=f"/versions/{_safe(version)}/manifest",
            query=(("expanded", "true"),) if expanded else (),
            again=True,
            largest=LARGEST,
        )
        return self._asking.columns(call, _manifest)


class _Reports:
    """Tells a listener what a server tells of its work."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._task = ""
        self._done = 0

    def hear(self, told: wire.PublicationDocument) -> None:
        if told.task != self._task:
            self.end()
            self._task, self._done = told.task, 0
            if told.task:
                self._listener(Started(told.task, told.total, told.unit))
        if told.task and told.done > self._done:
            self._listener(Advanced(told.task, told.done - self._done))
            self._done = told.done

    def end(self) -> None:
        if self._task:
            self._listener(Finished(self._task))
        self._task = ""


def _membership(body: bytes) -> Membership:
    found = membership_file.decode(body)
    require_sound_membership(found, texts=False)
    return found


def _manifest(body: bytes) -> Manifest:
    found = manifest_file.decode(body)
    require_sound_manifest(found, texts=False)
    return found


def _safe(id: str) -> str:
    """An id as a part of a path.

    Raises:
        RemoteError: it cannot be one.
    """
    if not id.replace("-", "").replace("_", "").isalnum() or not id.isascii():
        raise RemoteError("There is no such version", f"None has the id {id[:80]}.")
    return id


def _portions(values: Sequence[str], size: int) -> Iterator[tuple[str, ...]]:
    for start in range(0, len(values), size):
        yield tuple(values[start : start + size])
