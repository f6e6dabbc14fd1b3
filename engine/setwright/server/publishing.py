"""Versions that are being made of manifests that clients sent, each once for its key.

What is sent is made, or nothing: it is compared with what it says of itself, and with the lake.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from setwright.augment.decode import MAX_COPIES
from setwright.augment.recipes import wished_copies
from setwright.augment.vocabulary import property_ids
from setwright.model import manifest_file
from setwright.model.errors import FormatError, RemoteError
from setwright.model.events import Advanced, Started
from setwright.model.soundness import require_sound_manifest
from setwright.server.answers import Refused
from setwright.server.jobs import outcome

if TYPE_CHECKING:
    from concurrent.futures import Future

    from setwright.lake.lake import Lake
    from setwright.model.dataset import AugmentationWish
    from setwright.model.events import Event
    from setwright.model.manifest import Manifest
    from setwright.model.versions import Version
    from setwright.pixels.executor import Executor
    from setwright.remotes.lake_server.wire import PublicationWish
    from setwright.server.jobs import Jobs
    from setwright.server.manifests import Manifests

MOST: Final = 1000
"""So many publications that ended are remembered."""

MISSING: Final = "manifest-missing"


class Progress:
    """One publication on its way: `done` of `total` units of `task`, as far as it has told."""

    def __init__(self, wish: PublicationWish) -> None:
        self.wish = wish
        self.task = self.unit = ""
        self.done = 0
        self.total: int | None = None
        self.future: Future[Version]

    def hear(self, event: Event) -> None:
        """Note what the work tells of itself."""
        match event:
            case Started(task, total, unit):
                self.task, self.total, self.unit, self.done = task, total, unit, 0
            case Advanced(_, steps):
                self.done += steps
            case _:
                pass

    def version(self, patience: float) -> Version | None:
        """The version, None where it is not made after `patience` seconds.

        Raises:
            SetwrightError, Refused: it was not made, and why.
        """
        return outcome(self.future, patience)


class Publishing:
    """The publications of one server into `lake`, of what `manifests` took. Safe for several threads.

    They are made by `jobs`, and their varied pictures by `executor`.
    """

    def __init__(self, lake: Lake, manifests: Manifests, jobs: Jobs, executor: Executor) -> None:
        self._lake = lake
        self._manifests = manifests
        self._jobs = jobs
        self._executor = executor
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Progress] = OrderedDict()
        self._stopping = threading.Event()

    def start(self, wish: PublicationWish) -> None:
        """Begin to make the version, unless it is being made already.

        Raises:
            Refused: its manifest was not sent; or another publication with that key is on its way.
        """
        with self._lock:
            known = self._known.get(wish.key)
            if known is not None and not known.future.done():
                if known.wish != wish:
                    raise Refused(409, "Another publication has that key.")
                return
            if not self._manifests.has(wish.manifest):
                raise Refused(409, "The manifest was not sent, or long ago. Send it again.", kind=MISSING)
            progress = Progress(wish)
            _, progress.future = self._jobs.start(lambda: self._make(progress))
            self._known[wish.key] = progress
            self._known.move_to_end(wish.key)
            while len(self._known) > MOST:
                self._known.popitem(last=False)

    def progress(self, key: str) -> Progress | None:
        """How far the publication with that key is; None where it was not asked for of this server."""
        with self._lock:
            return self._known.get(key)

    def stop(self) -> None:
        """Let what is being made end at its next step. What was made by then is there for who asks again."""
        self._stopping.set()

    @property
    def stopping(self) -> bool:
        """Whether what is being made is to end."""
        return self._stopping.is_set()

    def go_on(self, event: Event) -> None:
        """Let work that tells of a step go on with the next.

        Raises:
            Refused: the server stops.
        """
        self.require_time()

    def require_time(self) -> None:
        """Let work that is between two steps go on.

        Raises:
            Refused: the server stops.
        """
        if self.stopping:
            raise Refused(503, "The server stops. Ask again when it is back; what was made is kept.")

    def _make(self, progress: Progress) -> Version:
        wish = progress.wish
        content = self._manifests.read(wish.manifest)
        if content is None:
            raise Refused(409, "The manifest is no longer there. Send it again.", kind=MISSING)
        manifest = manifest_file.decode(content)
        _require_true(self._lake, manifest, wish)

        def listen(event: Event) -> None:
            progress.hear(event)
            self.go_on(event)

        version = self._lake.publish(wish.as_publication(manifest), listen, self._executor)
        self._manifests.drop(wish.manifest)
        return version


def _require_true(lake: Lake, manifest: Manifest, wish: PublicationWish) -> None:
    """Make sure that the manifest is what it says, of frames of this lake, and what the configuration asks for.

    Raises:
        FormatError: it is no sound manifest.
        RemoteError: it is one of something else.
    """
    require_sound_manifest(manifest)
    if manifest.digest != wish.manifest_digest:
        raise RemoteError(
            "The manifest is not the one that was planned",
            f"Its digest is {manifest.digest}, and {wish.manifest_digest} was to be published.",
            "use the same release of setwright on both sides, and plan again",
        )
    if manifest.classes != wish.config.classes:
        raise RemoteError("The manifest is of other classes", "Its configuration names others.")
    unknown = lake.unknown_frames(manifest.frames)
    if len(unknown):
        first = str(manifest.frames.name[unknown[0]])
        raise RemoteError(
            "The manifest holds frames that are not this lake's",
            f"It never had {len(unknown):,} of them as they are there; the first is {first[:100]!r}.",
            "plan again, on this lake",
        )
    _require_wished(manifest, wish.config.augmentations)


def _require_wished(manifest: Manifest, wish: AugmentationWish) -> None:
    """Make sure that the varied copies are those that `wish` makes, or some of them.

    Raises:
        FormatError: others are among them.
    """
    copies = manifest.copies
    if not len(copies):
        return
    known = property_ids()
    if not 1 <= wish.copies <= MAX_COPIES or any(
        f"{recipe.type}.{recipe.property}" not in known for recipe in wish.recipes
    ):
        raise FormatError("The varied copies cannot be", "Their configuration asks for what nobody can make.")
    wished = wished_copies(wish, manifest.frames, manifest.split)
    same = (copies.algorithm, copies.properties, copies.min_visibility, copies.min_size) == (
        wished.algorithm,
        wished.properties,
        wished.min_visibility,
        wished.min_size,
    )
    if not same or not bool(np.all(np.isin(_rows(copies), _rows(wished)))):
        raise FormatError(
            "The varied copies are not those of the configuration",
            "What a configuration comes to is the same on every machine with the same release of setwright.",
            "use the same release of setwright on both sides",
        )


def _rows(copies: Any) -> Any:
    """Each copy's recipe as one value."""
    kind = [("source", "<i4"), ("property", "<i2"), ("number", "<i4"), ("values", "<f8", (3,))]
    rows = np.zeros(len(copies), kind)
    for name in rows.dtype.names or ():
        rows[name] = getattr(copies, name)
    return rows.view(np.dtype((np.void, rows.dtype.itemsize)))
