"""`setwright plan`: show what would change, down to the frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.choosing import choice_options
from setwright.cli.context import Session, pass_session
from setwright.cli.workspace import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.spec.choice import Choice

CHANGES_PENDING = 2
"""The exit code of a plan with changes, where --detailed-exitcode asks for it."""


@click.command()
@click.option("--frames", "all_frames", is_flag=True, help="List every frame that changes, not a sample.")
@click.option("--explain", is_flag=True, help="List the steps that apply would take.")
@click.option("--drift", is_flag=True, help="List all that others changed since it was applied.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there is anything to apply, 0 if not, 1 for errors.",
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False),
    help="Save the plan, for `setwright apply FILE`.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as a JSON document.")
@click.option(
    "--approve-digest", is_flag=True, help="Print the digest for `setwright apply --approved` last."
)
@choice_options
@spec_options
@pass_session
def command(
    session: Session,
    all_frames: bool,
    explain: bool,
    drift: bool,
    detailed_exitcode: bool,
    out: str | None,
    as_json: bool,
    approve_digest: bool,
    choice: Choice,
    options: SpecOptions,
) -> int:
    """Show what would change, down to frames, labels and splits.

    Every spec is compared with what the remote holds. Nothing is changed, neither there nor here.

    A plan that was saved with --out can be shown again, and applied as it is, or not at all if datasets were changed
    meanwhile.
    """
    import shlex

    from setwright.cli.approvals import remember
    from setwright.cli.planning import described, desk, planned, save, show
    from setwright.cli.progress import listening

    with desk(session, options) as place, listening(session, quiet=True) as listener:
        made = planned(place, session, choice, listener)
        document = described(place, made, all_frames=all_frames)
    if out is not None:
        save(document, out)
    if as_json:
        click.echo(document.model_dump_json(indent=2))
    else:
        show(session, document, explain=explain, drift=drift)
        if document.applyable:
            how = "setwright apply" if out is None else f"setwright apply {shlex.quote(out)}"
            click.echo(f"\nNothing was changed. `{how}` makes it so.")
    if approve_digest:
        remember(place.root, document)
    if approve_digest and not as_json:
        click.echo(document.digest)
    return CHANGES_PENDING if detailed_exitcode and document.applyable else 0
