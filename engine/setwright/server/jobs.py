"""Work that goes on while its client asks how far it is."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from setwright.model.errors import SetwrightError
from setwright.server.answers import Refused, words_of

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")
MOST: Final = 10_000

Status = Literal["running", "done", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """How far a job is; `progress` in percent, `message` why it failed."""

    status: Status
    progress: float
    message: str = ""


RUNNING: Final = JobState(status="running", progress=0.0)


class Jobs:
    """The jobs of one server, those that run and the newest of those that ended. Safe for several threads."""

    def __init__(self, workers: int = 2) -> None:
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="job")
        self._lock = threading.Lock()
        self._jobs: OrderedDict[str, Future[Any] | JobState] = OrderedDict()

    def start(self, work: Callable[[], T], id: str | None = None) -> tuple[str, Future[T]]:
        """Begin, or queue, `work`; its id, a new one for None, and what becomes of it."""
        future, id = self._pool.submit(work), id or new_id()
        with self._lock:
            self._jobs[id] = future
            self._trim()
        return id, future

    def note(self, id: str, state: JobState) -> None:
        """What a client says of a job of its own."""
        with self._lock:
            if not isinstance(self._jobs.get(id), Future):
                self._jobs[id] = state
                self._trim()

    def state(self, id: str) -> JobState | None:
        """How far the job is, None where there is none of that id."""
        with self._lock:
            found = self._jobs.get(id)
        if found is None or isinstance(found, JobState):
            return found
        return state_of(found) if found.done() else RUNNING

    def running(self) -> int:
        """How many have not ended, those that wait for others included."""
        with self._lock:
            return sum(isinstance(job, Future) and not job.done() for job in self._jobs.values())

    def close(self) -> None:
        """Let what runs end, and begin nothing more."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _trim(self) -> None:
        while len(self._jobs) > MOST:
            self._jobs.popitem(last=False)


def new_id() -> str:
    """An id that no job has yet, of 24 hexadecimal digits."""
    return secrets.token_hex(12)


def state_of(ended: Future[Any]) -> JobState:
    """How work ended."""
    failure = CancelledError() if ended.cancelled() else ended.exception()
    if failure is None:
        return JobState(status="done", progress=100.0)
    return JobState(status="failed", progress=0.0, message=told(failure))


def outcome(future: Future[T], patience: float) -> T | None:
    """What came of it, None where it still runs after `patience` seconds.

    Raises:
        SetwrightError: it failed so.
    """
    try:
        return future.result(patience)
    except NotYet:
        if future.done():
            raise  # the work's own
        return None


def told(failure: BaseException) -> str:
    """A failure in words that its client may read."""
    if isinstance(failure, Refused):
        return failure.message
    if isinstance(failure, SetwrightError):
        return words_of(failure)
    return "The server failed. Its log says more."
