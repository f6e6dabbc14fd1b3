"""`setwright apply`: make what was planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

import click

from setwright.cli.choosing import choice_options
from setwright.cli.context import Session, pass_session
from setwright.cli.plan_options import frames_option, json_into_option, prune_option
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from setwright.apply.planning import Planned
    from setwright.apply.run import Done, Outcome, StepEvent
    from setwright.cli.event_stream import EventStream
    from setwright.cli.planning import Desk
    from setwright.model.errors import ChecksDeniedError, UsageError
    from setwright.model.events import Event
    from setwright.plan.document import PlanDocument
    from setwright.spec.choice import Choice

_GO_ON = "What was made is whole and stays. Run `setwright apply` again to go on."


@click.command()
@click.argument("file", metavar="[PLAN]", required=False, type=click.Path(exists=True, dir_okay=False))
@click.option(
    "-y", "--yes", "--auto-approve", "yes", is_flag=True, help="Do not ask before anything is changed."
)
@frames_option
@click.option(
    "--lock-timeout",
    metavar="SECONDS",
    type=click.FloatRange(min=0),
    default=0,
    help="How long to wait for a dataset that another apply holds.  [default: not at all]",
)
@click.option(
    "--approved",
    metavar="DIGEST",
    help="Plan again, and apply only if it is the plan with this digest, as `plan` told it; also a saved plan's file.",
)
@prune_option
@click.option(
    "--take-over",
    is_flag=True,
    help="Also change datasets that are there already and that this project did not make.",
)
@click.option("--json-stream", is_flag=True, help="Print events, a line of JSON each, and nothing else.")
@json_into_option
@choice_options
@spec_options
@pass_session
def command(
    session: Session,
    file: str | None,
    yes: bool,
    all_frames: bool,
    lock_timeout: float,
    approved: str | None,
    prune: bool,
    take_over: bool,
    json_stream: bool,
    json_into: str | None,
    choice: Choice,
    options: SpecOptions,
) -> int:
    """Make what was planned: show the plan, ask, and carry out exactly that.

    With PLAN, a file that `setwright plan --out` saved, what was reviewed is made without asking, or nothing if
    datasets were changed meanwhile.

    A dataset is made whole or not at all, and a failure of one does not stop the others. Whatever cuts the run off,
    the next one finishes it.
    """
    from setwright.apply.run import check_pins
    from setwright.cli.author import author
    from setwright.cli.event_stream import event_stream
    from setwright.cli.planning import changed_of_others, deleted, desk
    from setwright.views.apply_events import summed

    with event_stream(printed=json_stream, into=json_into) as stream, desk(session, options) as place:
        _recover(place, author())
        made, document = _plan(
            place, file, choice, session, stream, all_frames=all_frames, prune=prune, quiet=json_stream
        )
        check_pins(made.plan)
        if not document.applyable:
            return 0
        if not json_stream:
            click.echo()
        if approved is not None:
            _check_approval(place, document, approved)
        lost, others = deleted(document), changed_of_others(document)
        if lost and not prune:
            raise _unasked(lost)
        if others and not take_over:
            raise _of_others(others)
        if not (yes or file or approved or _agreed(lost, json_stream)):
            click.echo("Nothing was changed.")
            return 1
        session.on_interrupt = _GO_ON
        outcome = _run(place, made, session, stream, author(), lock_timeout)
        session.on_interrupt = None
        stream.tell(summed(*_counts(outcome), len(outcome.failed)))
    if not json_stream:
        click.echo("\n".join(_told(outcome)))
    return exit_code(outcome)


def _plan(
    place: Desk,
    file: str | None,
    choice: Choice,
    session: Session,
    stream: EventStream,
    *,
    all_frames: bool,
    prune: bool,
    quiet: bool,
) -> tuple[Planned, PlanDocument]:
    """The plan to carry out, shown unless `quiet`, and told to `stream`: the saved one, or one made now."""
    from setwright.apply.planning import replan
    from setwright.cli.planning import described, planned, saved_plan, show
    from setwright.model.errors import UsageError
    from setwright.views.plan_events import events

    made = None
    if file is None:
        made = planned(place, session, choice, stream.listen, prune=prune)
        document = described(place, made, all_frames=all_frames)
    elif not choice.everything:
        raise UsageError(
            "A saved plan is applied as a whole",
            "What was reviewed is what is made. Nothing was changed.",
            "choose when you plan: `setwright plan --select … --out FILE`",
        )
    else:
        document = saved_plan(file)
        if document.project != place.project.name:
            raise UsageError(
                f'The plan is of the project "{document.project}"',
                f'This one is "{place.project.name}". Nothing was changed.',
                f"`--env {document.environment}` chooses the environment that it was made for"
                if document.environment not in (None, place.environment)
                else None,
            )
    stream.tell(*events(document))
    if not quiet:
        show(session, document)
    if document.errored:
        raise UsageError(
            "No plan could be made",
            f"The specs held mistakes, which {file} tells. Nothing was changed.",
            "mend them, and plan again",
        )
    if document.denied:
        raise _denied(document)
    return made or replan(place.remote, document, stream.listen), document


def _denied(document: PlanDocument) -> ChecksDeniedError:
    from setwright.model.errors import ChecksDeniedError
    from setwright.views.plan_words import denial

    return ChecksDeniedError(
        "A check forbids this plan",
        f"T{denial(document)[1:]}. Nothing was changed.",
        "change what the specs select, or what they ask to hold, and plan again",
    )


def _check_approval(place: Desk, document: PlanDocument, approved: str) -> None:
    from setwright.cli.approvals import check
    from setwright.model.errors import StalePlanError

    difference = check(place.root, approved, document)
    if difference:
        click.echo(f"In what it differs from the approved plan:\n{difference}")
        raise StalePlanError(
            "The plan is not the approved one",
            f"Its digest is {document.digest}. Nothing was changed.",
            "look at what is different, and approve it anew",
        )


def _recover(place: Desk, who: str) -> None:
    """Finish what an earlier run was cut off at, and say so."""
    from datetime import UTC, datetime

    from setwright.apply.recover import recover

    for each in recover(
        place.remote,
        project=place.project.name,
        folder=place.journals,
        author=who,
        lineage=place.lineage,
        clock=lambda: datetime.now(UTC),
    ):
        if each.version is None:
            what = "had not been made yet"
        else:
            what = f"had been made, version {each.version.number}, and the state knows it now"
        click.echo(f"An earlier apply was cut off: {each.address} {what}.", err=True)


def _unasked(deleted: list[str]) -> UsageError:
    """For a saved plan that deletes, applied like any other."""
    from setwright.model.errors import UsageError

    return UsageError(
        f"The plan deletes {counted(len(deleted), 'dataset')}",
        f"It is to delete {', '.join(deleted)}, and that takes a consent of its own. Nothing was changed.",
        "give `--prune` to `setwright apply` as well",
    )


def _of_others(names: list[str]) -> UsageError:
    """For a plan that changes datasets which the project did not make."""
    from setwright.model.errors import UsageError

    return UsageError(
        f"The plan changes {counted(len(names), 'dataset')} that this project did not make",
        f"{', '.join(names)}: there already, and not known to this project's state, so others may keep and use "
        f"{'it' if len(names) == 1 else 'them'}. Nothing was changed.",
        f"give the spec{'' if len(names) == 1 else 's'} another `name`; or, if "
        f"{'that dataset is' if len(names) == 1 else 'those datasets are'} meant, give `--take-over` as well",
    )


def _agreed(deleted: list[str], events: bool) -> bool:
    """Whether the person at the terminal agrees, also to what is `deleted`.

    Raises:
        UsageError: there is none to ask, or only a program reads what is printed, `events`.
    """
    import sys

    from setwright.model.errors import UsageError
    from setwright.views.escape import terminal

    if events or not sys.stdin.isatty():
        raise UsageError(
            "Nobody is there to agree",
            "apply asks before it changes anything, and nobody would see or answer that. Nothing was changed.",
            "look at the plan, and run `setwright apply --yes`",
        )
    if not click.confirm("Make these changes?"):
        return False
    told = counted(len(deleted), "dataset")
    return not deleted or click.confirm(
        f"And delete {told} with all versions: {terminal(', '.join(deleted))}?"
    )


def _run(
    place: Desk, made: Planned, session: Session, stream: EventStream, who: str, patience: float
) -> Outcome:
    import secrets
    import time
    from datetime import UTC, datetime

    from setwright.apply.journal import Journal
    from setwright.apply.run import Waiting, run
    from setwright.cli.own_folder import own_folder
    from setwright.cli.progress import listening

    own_folder(place.root)  # before journals and states are in it
    began = datetime.now(UTC)
    name = f"apply-{began:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    with listening(session) as shown:

        def listener(event: Event) -> None:
            shown(event)
            stream.listen(event)

        return run(
            made.plan,
            place.remote,
            project=place.project.name,
            state=made.state,
            journal=Journal(place.journals, name, place.project.name),
            author=who,
            clock=lambda: datetime.now(UTC),
            waiting=Waiting(seconds=patience, sleep=time.sleep),
            listener=listener,
            observer=_observer(stream),
        )


def _observer(stream: EventStream) -> Callable[[StepEvent], None]:
    """Tells `stream` what becomes of each step, and after how long."""
    from time import monotonic

    from setwright.apply.run import Begun, Done, Failed
    from setwright.apply.steps import told_of
    from setwright.views import apply_events

    began: dict[str, float] = {}

    def lasted(address: str) -> float:
        """In seconds; what was not tried did not begin either."""
        now = monotonic()
        return now - began.get(address, now)

    def observe(event: StepEvent) -> None:
        step = told_of(event.step)
        match event:
            case Begun():
                began[step.address] = monotonic()
                stream.tell(apply_events.begun(step))
            case Done(version=version):
                number = None if version is None else str(version.number)
                stream.tell(apply_events.done(step, number, lasted(step.address)))
            case Failed(error=error):
                stream.tell(apply_events.failed(step, error, lasted(step.address)))
            case _:
                assert_never(event)

    return observe


def _told(outcome: Outcome) -> Iterator[str]:
    """What was done, for people."""
    from setwright.views.escape import terminal

    for done in outcome.done:
        yield _line(done)
    for failed in outcome.failed:
        yield f"  ! {failed.step.address}: {terminal(failed.error.summary)}"
        if failed.error.detail:
            yield f"      {terminal(failed.error.detail)}"
        if failed.error.hint:
            yield f"      hint: {terminal(failed.error.hint)}"
    added, changed, deleted, forgotten = _counts(outcome)
    counts = f"{added} added, {changed} changed, {deleted} destroyed" + "".join(
        f", {count} {what}"
        for count, what in ((_adopted(outcome), "adopted"), (forgotten, "forgotten"))
        if count
    )
    if outcome.failed:
        yield f"Apply incomplete: {counts}, {len(outcome.failed)} failed."
    else:
        yield f"Apply complete! Datasets: {counts}."
        yield from _next(outcome)


def _line(done: Done) -> str:
    from setwright.apply.steps import AmendStep, BindStep, DeleteStep, ForgetStep, PublishStep

    address, version = done.step.address, done.version
    match done.step:
        case PublishStep() if version is not None:
            statistics = version.statistics
            if statistics.undivided:
                return f"  {address} {version.number}: {counted(statistics.frames, 'frame')}"
            copies = (
                f"{counted(statistics.copies, 'varied copy', 'varied copies')}, " if statistics.copies else ""
            )
            return (
                f"  {address} {version.number}: {counted(statistics.frames, 'frame')}, {copies}"
                f"{counted(statistics.annotations, 'annotation')}"
            )
        case AmendStep() if version is not None:
            return f"  {address} {version.number}: updated in place"
        case BindStep() if version is not None:
            return f"  {address} {version.number}: the state knows it now"
        case ForgetStep():
            return f"  {address}: forgotten; the dataset stays"
        case DeleteStep():
            return f"  {address}: deleted"
        case _:
            return f"  {address}"


def _counts(outcome: Outcome) -> tuple[int, int, int, int]:
    """Datasets that were added, changed, deleted and forgotten."""
    from setwright.apply.steps import AmendStep, DeleteStep, ForgetStep, PublishStep

    steps = [done.step for done in outcome.done]
    added = sum(isinstance(step, PublishStep) and step.parent is None for step in steps)
    changed = sum(isinstance(step, AmendStep | PublishStep) for step in steps) - added
    deleted = sum(isinstance(step, DeleteStep) for step in steps)
    return added, changed, deleted, sum(isinstance(step, ForgetStep) for step in steps)


def _adopted(outcome: Outcome) -> int:
    from setwright.apply.steps import BindStep

    return sum(isinstance(done.step, BindStep) for done in outcome.done)


def _next(outcome: Outcome) -> Iterator[str]:
    import shlex

    for done in outcome.done:
        if done.version is not None and done.version.exports:
            export = shlex.quote(done.version.exports[-1])
            yield f"Files for a trainer: setwright pull {done.step.address} --export {export} --to DIR"
            return


def exit_code(outcome: Outcome) -> int:
    """0 for all done; applied in part where anything was made; else that of the failures where they agree, or 1.

    What was only not tried has no say. Where some datasets are held and the others have moved on, the plan is stale:
    whoever waits and tries again would be refused.
    """
    from setwright.model.errors import LockHeldError, NotTriedError, PartlyAppliedError, StalePlanError

    if not outcome.failed:
        return 0
    if outcome.done or any(failed.made is not None for failed in outcome.failed):
        return PartlyAppliedError.exit_code
    codes = {
        failed.error.exit_code for failed in outcome.failed if not isinstance(failed.error, NotTriedError)
    }
    if codes == {LockHeldError.exit_code, StalePlanError.exit_code}:
        return StalePlanError.exit_code
    return codes.pop() if len(codes) == 1 else 1
