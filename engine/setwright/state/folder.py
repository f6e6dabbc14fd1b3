"""States and locks in a folder of this machine, or of one that several machines share.

A state is a file that is made once, under its serial, and never changed: whoever comes second finds the name taken. A
lock is a file that says who holds it and until when, renewed while it is held, so that a holder who died locks nobody
out for long; one that ran on this machine and runs no more locks nobody out at all.
"""

from __future__ import annotations

import errno
import functools
import hashlib
import json
import os
import re
import secrets
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from setwright.edge.files import ASIDE, sync_folder, write_whole
from setwright.edge.heartbeat import beating
from setwright.edge.processes import has_ended, this_system
from setwright.model.errors import FormatError, LockHeldError
from setwright.state.document import decode, encode, require_next

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from setwright.state.document import State

KEPT = 100
"""So many of the newest states of a project are kept."""

LIFE = 60.0
"""Seconds that a lock lives without being renewed."""

_NAME = re.compile(r"(\d{10})\.json")


class FolderStates:
    """The states of projects, and locks, below `root`, which is made when it is first written to."""

    def __init__(self, root: Path, clock: Callable[[], datetime], life: float = LIFE) -> None:
        self._root = root
        self._clock = clock
        self._life = life

    def newest(self, project: str) -> State | None:
        """The newest state of `project`, None before the first apply.

        Raises:
            FormatError: the file is no state, or of a version that this setwright does not know.
        """
        serials = self._serials(project)
        return self._read(project, serials[-1]) if serials else None

    def add(self, project: str, state: State) -> None:
        """Record `state` as the newest one of `project`, whole and for good, or not at all.

        Raises:
            StalePlanError: its serial is not the next one, or the project's states are of another lineage.
        """
        self._require_next(project, state)
        content = (json.dumps(encode(state), indent=1, ensure_ascii=False) + "\n").encode()
        if not _made_once(self._file(project, state.serial), content):
            # Somebody was faster, and by now their state is the newest.
            self._require_next(project, state)
            raise FormatError(
                f"The state of {project} is damaged", "Its newest file is there, and cannot be read."
            )
        for serial in self._serials(project)[:-KEPT]:
            self._file(project, serial).unlink(missing_ok=True)

    def _require_next(self, project: str, state: State) -> None:
        newest = self.newest(project)
        require_next(project, None if newest is None else (newest.lineage, newest.serial), state)

    @contextmanager
    def lease(self, name: str, holder: str) -> Iterator[None]:
        """Hold the lock `name`, renewing it three times in its life; `holder` tells people who that is.

        Raises:
            LockHeldError: somebody else holds it.
        """
        file = self._root / "locks" / f"{_file_name(name)}.json"
        token = secrets.token_hex(16)
        since = self._clock()
        with self._alone():
            held = _lock(file)
            if held is not None and not self._is_over(held):
                raise LockHeldError(
                    f"{name} is locked",
                    f"{held['holder']} holds the lock since {held['since'][:19].replace('T', ' ')} UTC.",
                    f"wait for it to finish; a lock that nobody renews is free after {self._life:g} seconds",
                )
            self._write_lock(file, holder, token, since)
        try:
            renew = functools.partial(self._renew, file, holder, token, since)
            with beating(f"lease {name}", self._life / 3, renew):
                yield
        finally:
            with self._alone():
                held = _lock(file)
                if held is not None and held["token"] == token:
                    file.unlink(missing_ok=True)

    def _renew(self, file: Path, holder: str, token: str, since: datetime) -> None:
        # A share that does not answer, perhaps; there are two more chances.
        with suppress(OSError), self._alone():
            held = _lock(file)
            if held is not None and held["token"] == token:
                self._write_lock(file, holder, token, since)

    def _write_lock(self, file: Path, holder: str, token: str, since: datetime) -> None:
        told = {
            "holder": holder,
            "token": token,
            "system": this_system(),
            "process": os.getpid(),
            "since": since.isoformat(),
            "expires": (self._clock() + timedelta(seconds=self._life)).isoformat(),
        }
        write_whole(file, json.dumps(told).encode(), durable=False)

    def _is_over(self, held: dict[str, Any]) -> bool:
        return datetime.fromisoformat(held["expires"]) <= self._clock() or has_ended(
            held["system"], held["process"]
        )

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Look at locks and change them while nobody else does. The system frees it, however its holder ends."""
        folder = self._root / "locks"
        folder.mkdir(parents=True, exist_ok=True)
        try:
            import fcntl
        except (
            ImportError
        ):  # Windows; two may then take over the lock of a dead one, and the serials tell them apart
            yield
            return
        with (folder / ".alone").open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def _serials(self, project: str) -> list[int]:
        try:
            names = [file.name for file in (self._root / _file_name(project)).iterdir()]
        except FileNotFoundError:
            return []
        return sorted(int(match[1]) for name in names if (match := _NAME.fullmatch(name)))

    def _read(self, project: str, serial: int) -> State:
        file = self._file(project, serial)
        try:
            return decode(json.loads(file.read_bytes()))
        except ValueError as error:
            raise FormatError(f"{file} is no state", f"It is no JSON: {error}.") from error

    def _file(self, project: str, serial: int) -> Path:
        return self._root / _file_name(project) / f"{serial:010}.json"


def _file_name(name: str) -> str:
    """`name` as that of a file or folder: itself where it is plain, else told apart by its digest."""
    plain = quote(name, safe="@ ")[:100].strip(". ")
    if plain == name == name.lower() and name != "locks":
        return name
    return f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:12]}"


def _lock(file: Path) -> dict[str, Any] | None:
    """What the lock says, None where there is none; one that cannot be read is none."""
    try:
        told = json.loads(file.read_bytes())
        return {key: told[key] for key in ("holder", "token", "system", "process", "since", "expires")}
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _made_once(file: Path, content: bytes) -> bool:
    """Make `content` the file, whole and safe from a power failure; False where there is one of that name already."""
    aside = file.with_name(f".{secrets.token_hex(6)}{ASIDE}")
    write_whole(aside, content)
    try:
        os.link(aside, file)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK):
            raise
        # A file system without links. What a crash leaves half here stops the next apply, and is told as damaged.
        try:
            with file.open("xb") as made:
                made.write(content)
                made.flush()
                os.fsync(made.fileno())
        except FileExistsError:
            return False
    finally:
        aside.unlink(missing_ok=True)
    sync_folder(file.parent)
    return True
