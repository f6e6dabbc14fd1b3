"""`setwright plan`: show what would change, down to the frames."""

from __future__ import annotations

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.workspace import SpecOptions, spec_options

CHANGES_PENDING = 2
"""The exit code of a plan with changes, where --detailed-exitcode asks for it."""


@click.command()
@click.option("--frames", "all_frames", is_flag=True, help="List every frame that changes, not a sample.")
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if there is anything to apply, 0 if not, 1 for errors.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the plan as a JSON document.")
@spec_options
@pass_session
def command(
    session: Session, all_frames: bool, detailed_exitcode: bool, as_json: bool, options: SpecOptions
) -> int:
    """Show what would change, down to frames, labels and splits.

    Every spec is compared with what the remote holds. Nothing is changed, neither there nor here.
    """
    from setwright.cli.planning import described, desk, planned, show
    from setwright.cli.progress import listening

    with desk(session, options) as place, listening(session, quiet=True) as listener:
        made = planned(place, session, listener)
        document = described(place, made, all_frames=all_frames)
    if as_json:
        click.echo(document.model_dump_json(indent=2))
    else:
        show(session, document)
        if document.applyable:
            click.echo("\nNothing was changed. `setwright apply` makes it so.")
    return CHANGES_PENDING if detailed_exitcode and document.applyable else 0
