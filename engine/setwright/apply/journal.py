"""What an apply was about to do, on the disk before it does it, so that the next one can finish what a crash cut off.

One file a run, a line of JSON for each entry: `intent` before the remote is touched, `settled` once the state knows
the outcome or it is certain that there is none. A run that ends well removes its file.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from setwright.model.dataset import DatasetConfig
from setwright.model.documents import from_document, to_document
from setwright.model.errors import FormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import TracebackType

    from setwright.apply.steps import RemoteStep

FORMAT_VERSION = 1
SUFFIX = ".jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A step that touches the remote, as far as the state has to know it."""

    address: str
    key: str
    config: DatasetConfig
    moved_from: str | None = None


class Journal:
    """The journal of one run, to be used as a context: what is not settled at its end is kept for the next run."""

    def __init__(self, folder: Path, name: str, project: str) -> None:
        """`name` is no other run's; the file of that name in `folder` is made at the first entry."""
        self.name = name
        self._folder = folder
        self._path = folder / f"{name}{SUFFIX}"
        self._project = project
        self._open: set[str] = set()
        self._handle: int | None = None

    def intend(self, step: RemoteStep) -> None:
        """`step` is about to be tried."""
        self._open.add(step.address)
        config = to_document(step.config)
        entry = {"entry": "intent", "address": step.address, "key": step.key, "config": config}
        self._append(entry if step.moved_from is None else {**entry, "moved_from": step.moved_from})

    def settle(self, *addresses: str) -> None:
        """The state knows what became of the steps of `addresses`, or the remote has refused them."""
        self._append(*({"entry": "settled", "address": address} for address in addresses))
        self._open.difference_update(addresses)

    def _append(self, *entries: dict[str, Any]) -> None:
        lines = [*entries]
        if self._handle is None:
            self._folder.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._handle = os.open(self._path, flags, 0o600)
            lines.insert(0, {"format_version": FORMAT_VERSION, "project": self._project})
        os.write(self._handle, "".join(json.dumps(line) + "\n" for line in lines).encode())
        os.fsync(self._handle)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._handle is None:
            return
        os.close(self._handle)
        if not self._open:
            self._path.unlink()


def leftovers(folder: Path, project: str) -> Iterator[tuple[Path, tuple[Intent, ...]]]:
    """The journals of `project` that runs have left behind, oldest name first, with the intents that are not settled.

    Raises:
        FormatError: a journal cannot be read, for a reason other than that its last line is torn.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        entries = list(_entries(path))
        if not entries:
            yield path, ()  # cut off before the first line was whole: nothing was tried
        elif entries[0].get("project") == project:
            if entries[0].get("format_version") != FORMAT_VERSION:
                raise _unreadable(path, "its format version is another")
            yield path, tuple(_unsettled(path, entries[1:]))


def _entries(path: Path) -> Iterator[dict[str, Any]]:
    lines = path.read_bytes().split(b"\n")
    for number, line in enumerate(lines[:-1], start=1):
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise _unreadable(path, f"line {number} is no JSON") from error
        if not isinstance(entry, dict):
            raise _unreadable(path, f"line {number} is no entry")
        yield entry


def _unsettled(path: Path, entries: list[dict[str, Any]]) -> list[Intent]:
    intents: dict[str, Intent] = {}
    try:
        for entry in entries:
            if entry["entry"] == "intent":
                config = from_document(DatasetConfig, entry["config"])
                intents[entry["address"]] = Intent(
                    address=entry["address"],
                    key=entry["key"],
                    config=config,
                    moved_from=entry.get("moved_from"),
                )
            else:
                intents.pop(entry["address"], None)
    except KeyError as error:
        raise _unreadable(path, f"an entry has no {error}") from error
    return list(intents.values())


def _unreadable(path: Path, why: str) -> FormatError:
    return FormatError(
        f"The journal {path} cannot be read",
        f"An apply that was cut off has left it, and {why}.",
        "look at it, and delete it if what it speaks of is known: the next plan shows what is at the remote",
    )
