"""`setwright plan`: show what would change, down to the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.choosing import choice_options
from setwright.cli.context import Session, pass_session
from setwright.cli.forms import PICTURES, form_options
from setwright.cli.output_file import OutputFile
from setwright.cli.plan_options import frames_option, json_into_option, prune_option
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.cli.forms import Forms
    from setwright.plan.document import PlanDocument
    from setwright.spec.choice import Choice

CHANGES_PENDING = 2
"""The exit code of a plan with changes, where --detailed-exitcode asks for it."""


@click.command()
@frames_option
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there is anything to apply, 0 if not, 1 for errors, 3 where a check forbids it.",
)
@form_options
@click.option(
    "--pictures",
    metavar="N",
    type=click.IntRange(0, 1000),
    help=f"The most frames that a page shows, small.  [default: {PICTURES} with HTML, else none]",
)
@json_into_option
@click.option(
    "--out",
    "-out",
    metavar="FILE",
    type=OutputFile("--json"),
    help="Save the plan, for `setwright apply FILE`.",
)
@click.option(
    "--approve-digest",
    is_flag=True,
    help="Print the digest for `setwright apply --approved` last, on stderr where the form is not text.",
)
@prune_option
@choice_options
@spec_options
@pass_session
def command(
    session: Session,
    all_frames: bool,
    detailed_exitcode: bool,
    forms: Forms,
    pictures: int | None,
    json_into: str | None,
    out: str | None,
    approve_digest: bool,
    prune: bool,
    choice: Choice,
    options: SpecOptions,
) -> int:
    """Show what would change, down to frames, labels and splits.

    Every spec is compared with what the remote holds. Nothing is changed, neither there nor here.

    Where a check of a spec, or of the project, does not hold of what would be made, the plan says so, exits with 3,
    and cannot be applied.

    A plan that was saved with --out can be shown again, and applied as it is, or not at all if datasets were changed
    meanwhile. Other files hold the same plan for those who review it; one run writes as many as are asked for.
    """
    import shlex

    from setwright.cli.approvals import remember
    from setwright.cli.event_stream import event_stream
    from setwright.cli.passed_over import told_of_passed_over
    from setwright.cli.planning import described, desk, planned, refused, save, saved_apply
    from setwright.model.errors import ChecksDeniedError, FindingsError
    from setwright.views.plan_events import events

    with event_stream(printed=forms.printed == "ndjson", into=json_into) as stream:
        try:
            with desk(session, options, remember=True) as place:
                made = planned(place, session, choice, stream.listen, prune=prune)
                document = described(place, made, all_frames=all_frames, pictures=forms.pictures(pictures))
        except FindingsError as error:
            document = refused(session, options, error)
            if out is not None:
                save(document, out)
            forms.show(session, document)
            raise
        stream.tell(*events(document))
    if out is not None:
        save(document, out)
    forms.show(session, document)
    if forms.printed == "text":
        if document.applyable:
            again = ["setwright", "apply", *_again(choice, options, document, prune=prune)]
            how = shlex.join(again) if out is None else saved_apply(document, out)
            click.echo(f"\nNothing was changed. `{how}` makes it so.")
        if told := told_of_passed_over(place.root, place.patterns):
            click.echo(told, err=True)
    if approve_digest:
        # Beside another form than text, for what is printed there is for a program or a page.
        click.echo(document.digest, err=forms.printed != "text")
        remember(place.root, document)
    if document.denied:
        return ChecksDeniedError.exit_code
    pending = any(change.actions != ("no-op",) for change in document.changes)
    return CHANGES_PENDING if detailed_exitcode and pending else 0


def _again(choice: Choice, options: SpecOptions, document: PlanDocument, *, prune: bool) -> list[str]:
    """The options with which apply makes the same plan."""
    from setwright.cli.planning import changed_of_others

    return [
        *(["--env", options.environment] if options.environment is not None else []),
        *(word for name, value in options.variables for word in ("--var", f"{name}={value}")),
        *(word for file in options.variable_files for word in ("--var-file", str(file))),
        *(word for term in choice.select for word in ("--select", term)),
        *(word for term in choice.exclude for word in ("--exclude", term)),
        *(["--prune"] if prune else []),
        *(["--take-over"] if changed_of_others(document) else []),
    ]
