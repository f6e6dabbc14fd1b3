"""Carry out a plan: exactly what it says, one dataset after the other, so that a failure of one stops no other."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from setwright.apply.binding import applied, commit
from setwright.apply.steps import AmendStep, BindStep, ForgetStep, PublishStep, Step, steps
from setwright.model.errors import LockHeldError, RemoteError, SetwrightError, StalePlanError
from setwright.model.events import Advanced, Finished, Started, silence
from setwright.model.versions import Amendment, Publication, Version

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from setwright.apply.journal import Journal
    from setwright.apply.steps import RemoteStep
    from setwright.model.events import Listener
    from setwright.plan.plan import Plan
    from setwright.remotes.protocol import Remote
    from setwright.state.document import Applied, State

TASK = "Applying"


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Done:
    """A step that was taken; `version` is what the dataset stands at now, None for a dataset that was forgotten."""

    step: Step
    version: Version | None


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class Failed:
    """A step that was not, and why; nothing of it is half there."""

    step: Step
    error: SetwrightError


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
) -> Outcome:
    """Take the steps of `plan`, which was made from `state`.

    A step is tried under its dataset's lock, and refused where the dataset or its entry in the state is no longer
    what was planned on. Exceptions that are no `SetwrightError` stop the run; what was done stays done.
    """
    todo = list(steps(plan))
    done: list[Done] = []
    failed: list[Failed] = []
    listener(Started(TASK, len(todo), "datasets"))
    # The journal's own lock tells others that this run still goes on.
    with remote.lease(journal.name, author), journal:
        for step in todo:
            try:
                with _locked(remote, _name(step), author, waiting):
                    version = _take(step, remote, project, state, journal, author, clock)
            except (SetwrightError, OSError) as error:
                failed.append(Failed(step=step, error=_in_words(error)))
            else:
                done.append(Done(step=step, version=version))
            listener(Advanced(TASK))
    listener(Finished(TASK, f"{len(done)} of {len(todo)} datasets done"))
    return Outcome(done=tuple(done), failed=tuple(failed))


def _take(
    step: Step,
    remote: Remote,
    project: str,
    state: State,
    journal: Journal,
    author: str,
    clock: Callable[[], datetime],
) -> Version | None:
    newest = remote.state(project)
    entry = None if newest is None else newest.datasets.get(step.address)
    if entry != state.datasets.get(step.address):
        raise StalePlanError(
            f"{step.address} was applied by somebody else since the plan was made",
            "Its entry in the state is another one now, so nothing was changed.",
            "plan again, and look at what is different",
        )
    match step:
        case PublishStep() | AmendStep():
            journal.intend(step)
            try:
                version = _sent(step, remote, author, clock())
            except (StalePlanError, RemoteError):
                journal.settle(step)  # refused: it is certain that nothing was made
                raise
            dataset = remote.observe([step.config.name])[step.config.name].id
            _bind(remote, project, state, step.address, applied(step, dataset, version, clock()))
            journal.settle(step)
            return version
        case BindStep():
            observed = step.observed
            binding = applied(step, observed.id, observed.version, clock())
            _bind(remote, project, state, step.address, binding)
            return observed.version
        case ForgetStep():
            commit(remote, project, state, lambda newest: newest.forget(step.address))
            return None
        case _:
            assert_never(step)


def _sent(step: RemoteStep, remote: Remote, author: str, at: datetime) -> Version:
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
        )
    )
    if version.manifest_digest != step.content.digest:
        raise RemoteError(
            f"{step.address} {version.number} is not what was planned",
            f"The remote has content {version.manifest_digest}, the plan {step.content.digest}.",
            "plan again, and look at what is different",
        )
    return version


def _bind(remote: Remote, project: str, state: State, address: str, binding: Applied) -> None:
    commit(remote, project, state, lambda newest: newest.bind(address, binding))


def _name(step: Step) -> str:
    return step.name if isinstance(step, ForgetStep) else step.config.name


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


def _in_words(error: SetwrightError | OSError) -> SetwrightError:
    if isinstance(error, SetwrightError):
        return error
    return SetwrightError(error.strerror or str(error), str(error.filename or ""))
