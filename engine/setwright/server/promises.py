"""What clients of LayerNext's wire were promised: versions that are being made, written down until they are.

A client that is told of a job asks for it until it is done, of whichever server is there then. So before it is told,
its wish is put into the lake's folder. A server that finds a wish at which nobody works makes it; whoever works at one
holds a lock on it, which a process that dies lets go.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from typing import IO, TYPE_CHECKING, Any, Final

from setwright.edge.files import write_whole
from setwright.model.documents import from_document, to_document
from setwright.model.errors import FormatError
from setwright.server.jobs import RUNNING, JobState
from setwright.server.wire.wishes import Wish

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger("setwright.server")

KEPT: Final = 30 * 24 * 3600.0
"""Seconds for which it can be asked how a job ended."""

FORMAT_VERSION: Final = 1
_ID: Final = re.compile(r"[0-9a-f]{24}")


class Promises:
    """The promises of all servers of one lake, as one of them sees them. Safe for several threads."""

    def __init__(self, lake: Path) -> None:
        self._folder = lake / "jobs"
        self._lock = threading.Lock()
        self._mine: dict[str, IO[bytes]] = {}

    def give(self, id: str, wish: Wish) -> None:
        """Write down that the wish will be made, by this server while it runs."""
        self._folder.mkdir(exist_ok=True)
        if self._hold(id):
            self._write(id, {"wish": to_document(wish)})

    def state(self, id: str) -> JobState | None:
        """How far what was promised is; None where nothing was, or too long ago."""
        document = self._read(id)
        if document is None:
            return None
        return from_document(JobState, document["state"]) if "state" in document else RUNNING

    def ended(self, id: str, state: JobState) -> None:
        """Write down how it ended, and let go of it."""
        self._folder.mkdir(exist_ok=True)
        self._write(id, {"state": to_document(state)})
        self._let_go(id)

    def left(self) -> list[str]:
        """The ids of what was promised and did not end. What ended long ago is forgotten."""
        found = []
        for file in sorted(self._folder.glob("*.json")):
            document = self._read(file.stem)
            if document is not None and "state" not in document:
                found.append(file.stem)
            elif document is not None and time.time() - file.stat().st_mtime > KEPT:
                file.unlink(missing_ok=True)
        return found

    def claim(self, id: str) -> Wish | None:
        """The wish of a promise at which nobody works, which is this server's from here on; None for all others."""
        if not self._hold(id):
            return None
        document = self._read(id)  # anew, for it may have ended before it could be held
        try:
            if document is None or "wish" not in document:
                self._let_go(id)
                return None
            return from_document(Wish, document["wish"])
        except FormatError:
            log.exception("what was promised as job %s cannot be read", id)
            self.ended(
                id, JobState(status="failed", progress=0.0, message="What was asked for cannot be read.")
            )
            return None

    def close(self) -> None:
        """Let go of what this server does not end any more; the next one may claim it."""
        for id in list(self._mine):
            self._let_go(id)

    def _hold(self, id: str) -> bool:
        with self._lock:
            if id in self._mine:
                return False
            try:
                file = (self._folder / f"{id}.lock").open("ab")
            except FileNotFoundError:
                return False
            if sys.platform != "win32":  # where one server serves a lake
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    return False
            self._mine[id] = file
            return True

    def _let_go(self, id: str) -> None:
        with self._lock:
            file = self._mine.pop(id, None)
            if file is not None:
                (self._folder / f"{id}.lock").unlink(missing_ok=True)
                file.close()

    def _read(self, id: str) -> dict[str, Any] | None:
        if not _ID.fullmatch(id):
            return None
        try:
            document = json.loads((self._folder / f"{id}.json").read_bytes())
        except FileNotFoundError:
            return None
        except ValueError:
            log.exception("what was promised as job %s cannot be read", id)
            return None
        known = isinstance(document, dict) and document.get("format_version") == FORMAT_VERSION
        return document if known else None

    def _write(self, id: str, document: dict[str, Any]) -> None:
        content = json.dumps({"format_version": FORMAT_VERSION, **document})
        write_whole(self._folder / f"{id}.json", content.encode("utf-8", "surrogatepass"))
