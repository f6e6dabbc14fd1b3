"""Carry out a plan: exactly what it says, one dataset after the other, so that a failure of one stops no other."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeAlias, assert_never

from setwright.apply.ledger import Ledger, applied
from setwright.apply.order import waits_for
from setwright.apply.steps import AmendStep, BindStep, DeleteStep, ForgetStep, PublishStep, Step, steps
from setwright.model.counting import counted
from setwright.model.errors import (
    LockHeldError,
    NotTriedError,
    RemoteError,
    SetwrightError,
    StalePlanError,
    UnansweredError,
    of_system,
)
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.versions import Amendment, Deletion, Publication, Version

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from setwright.apply.journal import Journal
    from setwright.apply.steps import RemoteStep
    from setwright.model.events import Listener
    from setwright.model.versions import ObservedDataset
    from setwright.plan.plan import Plan
    from setwright.remotes.protocol import Remote
    from setwright.state.document import State

TASK = "Applying"

_RECORD_EVERY = timedelta(seconds=2)
"""How long the state may lag behind. Until it knows of a step, the journal does, and the dataset stays locked."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Done:
    """A step that was taken; `version` is what the dataset is at now, None for a dataset that was forgotten."""

    step: Step
    version: Version | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Failed:
    """A step that was not, and why; nothing of it is half there.

    `made` is the version that the remote has all the same, where only the state could not be told of it any more.
    """

    step: Step
    error: SetwrightError
    made: Version | None = None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Begun:
    """A step that is about to be tried."""

    step: Step


StepEvent: TypeAlias = Begun | Done | Failed
"""What becomes of a step while a plan is carried out: it is done once the state knows of it."""


def unobserved(event: StepEvent) -> None:
    """For steps that nobody follows."""


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Outcome:
    """What became of a plan, in the order of the addresses."""

    done: tuple[Done, ...]
    failed: tuple[Failed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """How to wait for a lock: for `seconds` at most, in pauses that `sleep` makes."""

    seconds: float
    sleep: Callable[[float], None]


def run(
    plan: Plan,
    remote: Remote,
    *,
    project: str,
    state: State,
    journal: Journal,
    author: str,
    clock: Callable[[], datetime],
    waiting: Waiting,
    listener: Listener = silence,
    observer: Callable[[StepEvent], None] = unobserved,
) -> Outcome:
    """Take the steps of `plan`, which was made from `state`; `observer` is told of each.

    A step is tried under its dataset's lock, and refused where the dataset or its entry in the state is no longer what
    was planned on. Nothing is tried if the lake gives other frames than those that were locked. Exceptions that are no
    `SetwrightError` stop the run; what was done stays done.
    """
    check_pins(plan)
    todo, needs = list(steps(plan)), waits_for(plan.changes)
    listener(Started(TASK, len(todo), "datasets"))
    # The journal's own lock tells others that this run still goes on.
    with remote.lease(journal.name, author), journal, ExitStack() as locks:
        walk = _Walk(
            remote, Ledger(remote, project, state), journal, author, clock, locks, listener, observer
        )
        try:
            for step in todo:
                if (held_up := needs.get(step.address, frozenset()) & walk.refused) != frozenset():
                    walk.skip(step, sorted(held_up))
                else:
                    walk.take(step, waiting)
                listener(Advanced(TASK))
        except KeyboardInterrupt:
            walk.record()  # what was made is known, too
            raise
        walk.record()
    listener(Finished(TASK, f"{len(walk.done)} of {counted(len(todo), 'dataset')} done"))
    return Outcome(done=tuple(walk.done), failed=tuple(walk.failed))


def check_pins(plan: Plan) -> None:
    """Make sure that what `plan` makes is what the lock file says.

    Raises:
        StalePlanError: the lake gives other frames than those that were locked; nothing was changed.
    """
    if broken := plan.broken_pins:
        raise StalePlanError(
            "The lake gives other frames than those that were locked",
            f"The lock file says otherwise of {', '.join(broken)}. Nothing was changed.",
            f"`setwright lock --upgrade {' '.join(broken)}` accepts what the lake gives",
        )


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class _Taken:
    """A step that was taken, and when; the state does not know of it yet."""

    done: Done
    at: datetime


class _Walk:
    """The way along the steps: some were taken and recorded, some are taken and still locked."""

    def __init__(
        self,
        remote: Remote,
        ledger: Ledger,
        journal: Journal,
        author: str,
        clock: Callable[[], datetime],
        locks: ExitStack,
        listener: Listener,
        observer: Callable[[StepEvent], None],
    ) -> None:
        self.done: list[Done] = []
        self.failed: list[Failed] = []
        self._observer = observer
        self._remote = remote
        self._ledger = ledger
        self._journal = journal
        self._author = author
        self._clock = clock
        self._locks = locks
        self._locked: set[str] = set()
        self._listener = listener
        self._taken: list[_Taken] = []
        self._recorded_at = clock()

    def take(self, step: Step, waiting: Waiting) -> None:
        """Try `step`. Its dataset stays locked until the state knows of it."""
        self._observer(Begun(step=step))
        # One dataset may be another address's as well, which forgets it: then this run has its lock already.
        names = sorted(_names(step) - self._locked)
        with ExitStack() as lock:
            try:
                for name in names:
                    lock.enter_context(_locked(self._remote, name, self._author, waiting))
                version = self._taken_to(step)
            except (SetwrightError, OSError) as error:
                self._fail(step, of_system(error) if isinstance(error, OSError) else error)
                return
            self._locks.push(lock.pop_all())
        self._locked.update(names)
        self._taken.append(_Taken(done=Done(step=step, version=version), at=self._clock()))
        if self._clock() - self._recorded_at >= _RECORD_EVERY:
            self.record()

    @property
    def refused(self) -> frozenset[str]:
        """The addresses that could not be done."""
        return frozenset(failed.step.address for failed in self.failed)

    def skip(self, step: Step, others: list[str]) -> None:
        """Do not try `step`, for it waits for others that could not be done."""
        self._fail(step, NotTriedError(others))

    def record(self) -> None:
        """Let the state know of the steps that were taken, and unlock their datasets."""
        lost = self._noted()
        refused = self._ledger.write() if self._taken else {}
        told = [
            taken.done.step.address
            for taken in self._taken
            if isinstance(taken.done.step, PublishStep | AmendStep) and taken.done.step.address not in lost
        ]
        if told:
            self._journal.settle(*told)
        for done in (taken.done for taken in self._taken):
            if (error := lost.get(done.step.address)) is not None:
                self._fail(done.step, error, done.version)
            elif (stale := refused.get(done.step.address)) is not None:
                self._untold(done, stale)
            else:
                self.done.append(done)
                self._observer(done)
        self._taken.clear()
        self._locks.close()
        self._locked.clear()
        self._recorded_at = self._clock()

    def _noted(self) -> Mapping[str, SetwrightError]:
        """Note, in their order, what the steps that were taken come to; by address, why that of some is not known.

        The remote is asked for the ids of all datasets at once. What was made of those that are not known stays in the
        journal, so that the next run finds it.
        """
        made = [
            taken.done.step.config.name
            for taken in self._taken
            if isinstance(taken.done.step, PublishStep | AmendStep)
        ]
        lost: dict[str, SetwrightError] = {}
        observed: Mapping[str, ObservedDataset] = {}
        failure: SetwrightError | None = None
        try:
            observed = self._remote.observe(made) if made else {}
        except SetwrightError as error:
            failure = error
        for taken in self._taken:
            step, version = taken.done.step, taken.done.version
            match step:
                case PublishStep() | AmendStep():
                    found = observed.get(step.config.name)
                    if found is None or version is None:
                        lost[step.address] = failure or _gone(step)
                        continue
                    entry = applied(step, found.id, version, taken.at)
                    self._ledger.note(step.address, entry, moved_from=step.moved_from)
                case BindStep(observed=known):
                    entry = applied(step, known.id, known.version, taken.at)
                    self._ledger.note(step.address, entry, moved_from=step.moved_from)
                case ForgetStep() | DeleteStep():
                    self._ledger.note(step.address, None)
                case _:
                    assert_never(step)
        return lost

    def _untold(self, done: Done, error: StalePlanError) -> None:
        made = done.version if isinstance(done.step, PublishStep | AmendStep) else None
        if made is not None:
            error = StalePlanError(
                error.summary,
                f"{error.detail} Version {made.number} was made before that showed, and stays.",
                "plan and apply again: the state comes to know what was made",
            )
        self._fail(done.step, error, made)

    def _fail(self, step: Step, error: SetwrightError, made: Version | None = None) -> None:
        failed = Failed(step=step, error=error, made=made)
        self.failed.append(failed)
        self._observer(failed)

    def _taken_to(self, step: Step) -> Version | None:
        """Take `step`; the version that its dataset is at now."""
        self._ledger.check(step.address)
        match step:
            case PublishStep() | AmendStep():
                self._journal.intend(step)
                try:
                    return _sent(step, self._remote, self._author, self._clock(), self._listener)
                except UnansweredError:
                    raise  # it may have been made: the next run asks, by the intent's key
                except (StalePlanError, RemoteError):
                    self._journal.settle(step.address)  # refused: it is certain that nothing was made
                    raise
            case BindStep():
                return step.observed.version
            case ForgetStep():
                return None
            case DeleteStep():
                # No intent is written: where a run is cut off here, the next plan finds no dataset, and forgets it.
                self._remote.delete(
                    Deletion(
                        key=step.key,
                        name=step.name,
                        version=step.version,
                        author=self._author,
                        at=self._clock(),
                    )
                )
                return None
            case _:
                assert_never(step)


def _gone(step: RemoteStep) -> StalePlanError:
    return StalePlanError(
        f"{step.config.name} is gone again",
        "Somebody else deleted or renamed it just after its version was made, so the state cannot tell of it.",
        "plan again, and look at what is there",
    )


def _sent(step: RemoteStep, remote: Remote, author: str, at: datetime, listener: Listener) -> Version:
    if isinstance(step, AmendStep):
        return remote.amend(
            Amendment(
                key=step.key,
                config=step.config,
                version=step.version,
                number=step.number,
                severity=step.severity,
                author=author,
                at=at,
            )
        )
    version = remote.publish(
        Publication(
            key=step.key,
            config=step.config,
            parent=step.parent,
            number=step.number,
            severity=step.severity,
            manifest=step.content,
            revision=step.revision,
            author=author,
            at=at,
        ),
        listener,
    )
    if version.manifest_digest != step.content.digest:
        raise RemoteError(
            f"{step.address} {version.number} is not what was planned",
            f"The remote has content {version.manifest_digest}, the plan {step.content.digest}.",
            "plan again, and look at what is different",
        )
    return version


def _names(step: Step) -> frozenset[str]:
    """The names of the dataset, by which it is locked: what it is called, and what it will be."""
    if isinstance(step, ForgetStep | DeleteStep):
        return frozenset({step.name})
    before = step.observed.name if isinstance(step, BindStep) else step.name_before
    return frozenset({step.config.name} if before is None else {step.config.name, before})


def _locked(remote: Remote, name: str, holder: str, waiting: Waiting) -> ExitStack:
    """The dataset's lock, taken; `waiting` for it at most as long as it says.

    Raises:
        LockHeldError: somebody else still holds it then.
    """
    left = waiting.seconds
    while True:
        stack = ExitStack()
        try:
            stack.enter_context(remote.lease(name, holder))
        except LockHeldError:
            if left <= 0:
                raise
        else:
            return stack
        pause = min(1.0, left)
        waiting.sleep(pause)
        left -= pause
