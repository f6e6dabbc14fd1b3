"""Events as lines of JSON, written as they come: to stdout, to a file beside what people read, or to both."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, assert_never

from setwright.model.events import Advanced, Event, Finished, Started

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

_EVERY = 1.0
"""Seconds between two lines on how far one task is."""


class EventStream:
    """Where events go. A reader that left is written to no more; the work that is told of goes on."""

    def __init__(self, files: Iterable[IO[str]]) -> None:
        self._files = list(files)
        self._tasks: dict[str, tuple[int, int | None, str, datetime]] = {}

    def tell(self, *events: Mapping[str, Any]) -> None:
        """Write `events` now."""
        if not self._files:
            return
        from setwright.views.plan_events import line

        for event in events:
            first = {key: event[key] for key in ("@level", "@message", "@module")}
            text = line({**first, "@timestamp": f"{_now():%Y-%m-%dT%H:%M:%S.%fZ}", **event})
            for file in [*self._files]:
                try:
                    file.write(text)
                    file.flush()
                except OSError as error:
                    if error.errno != errno.EPIPE:
                        raise
                    self._files.remove(file)
                    # What is still buffered goes nowhere, lest it be tried once more at the end.
                    os.dup2(os.open(os.devnull, os.O_WRONLY), file.fileno())

    def listen(self, event: Event) -> None:
        """Tell of long work: when it begins and ends, and how far it is, once a second at most."""
        if not self._files:
            return
        from setwright.views import plan_events

        match event:
            case Started(task, total, unit):
                self._tasks[task] = (0, total, unit, _now())
                self.tell(
                    plan_events.event("progress", f"{task}…", task=task, done=0, total=total, unit=unit)
                )
            case Advanced(task, steps):
                done, total, unit, told = self._tasks[task]
                done += steps
                due = (_now() - told).total_seconds() >= _EVERY
                self._tasks[task] = (done, total, unit, _now() if due else told)
                if due:
                    words = f"{task}: {done:,}{f' of {total:,}' if total else ''} {unit}"
                    self.tell(
                        plan_events.event("progress", words, task=task, done=done, total=total, unit=unit)
                    )
            case Finished(task, note):
                done, total, unit, _ = self._tasks.pop(task)
                words = f"{task}: {note or 'done'}"
                self.tell(plan_events.event("progress", words, task=task, done=done, total=total, unit=unit))
            case _:
                assert_never(event)


@contextmanager
def event_stream(*, printed: bool, into: str | None) -> Iterator[EventStream]:
    """Events on stdout if `printed`, and in the file `into` if there is one; it may be a named pipe.

    The first line tells the version. A `SetwrightError` that ends the context is told as well, and goes on.
    """
    from setwright import __version__
    from setwright.model.errors import FindingsError, SetwrightError
    from setwright.views import plan_events
    from setwright.views.findings_json import diagnostic_document

    with ExitStack() as stack:
        files: list[IO[str]] = [sys.stdout] if printed else []
        if into is not None:
            files.append(stack.enter_context(open(into, "w", encoding="utf-8")))  # noqa: PTH123 - a path as given
        stream = EventStream(files)
        stream.tell(plan_events.version(__version__))
        try:
            yield stream
        except FindingsError as error:
            stream.tell(*(plan_events.diagnosed(diagnostic_document(each)) for each in error.diagnostics))
            raise
        except SetwrightError as error:
            told = {"severity": "error", "summary": error.summary, "detail": error.detail}
            stream.tell(plan_events.diagnosed(told | ({"hint": error.hint} if error.hint else {})))
            raise


def _now() -> datetime:
    return datetime.now(UTC)
