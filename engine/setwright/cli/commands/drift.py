"""`setwright drift`: what others changed since the last apply."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.choosing import choice_options
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.spec.choice import Choice

DRIFTED = 2
"""The exit code where others changed anything, and --detailed-exitcode asks for it."""


@click.command()
@click.option(
    "--kind",
    type=click.Choice(["dataset", "data"]),
    help="Only drift of the datasets themselves, or only of the data that their specs select.",
)
@click.option(
    "--detailed-exitcode",
    is_flag=True,
    help="Exit with 2 if others changed anything, 0 if not, 1 for errors.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON: the `drift` of the plan's document.")
@choice_options
@spec_options
@pass_session
def command(
    session: Session,
    kind: str | None,
    detailed_exitcode: bool,
    as_json: bool,
    choice: Choice,
    options: SpecOptions,
) -> int:
    """Show what others changed since the last apply.

    A dataset has drifted if somebody else made a version of it, changed its settings, or deleted it. Its data have if
    its spec selects other frames now, because of the lake; of a spec that is pinned that is said, though nothing
    follows from it. What the specs themselves ask for since is no drift: `setwright plan` shows it.
    """
    import json
    from dataclasses import replace

    from setwright.cli.planning import described, desk, planned
    from setwright.cli.progress import listening
    from setwright.plan.document import plain
    from setwright.views.plan_text import render_drift

    with desk(session, options) as place, listening(session, quiet=True) as listener:
        document = described(place, planned(place, session, choice, listener), all_frames=False)
    chosen = tuple(
        each for each in document.drift if kind is None or (each.drift == "data") == (kind == "data")
    )
    document = replace(document, drift=chosen)
    if as_json:
        told = {
            name: plain(getattr(document, name)) for name in ("format_version", "project", "remote", "drift")
        }
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
    else:
        click.echo(render_drift(document, color=session.color is not False), nl=False, color=session.color)
    return DRIFTED if detailed_exitcode and chosen else 0
