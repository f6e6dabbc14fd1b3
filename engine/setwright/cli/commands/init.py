"""`setwright init`: start a project, or propose a spec for a folder of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from setwright.cli.starting import Proposal

_SHOWN = 10
"""So many labels are shown; the spec lists all."""

_WIDE = 60
"""A command up to this width is lined up with the others."""


@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(file_okay=False), required=False)
@click.option(
    "--from",
    "pictures",
    metavar="PICTURES",
    type=click.Path(exists=True, file_okay=False),
    help="Propose a spec for the pictures and annotations in this folder.",
)
@click.option("--label", metavar="NAME", help="With --from: the label of what the files give none.")
@pass_session
def command(session: Session, folder: str | None, pictures: str | None, label: str | None) -> None:
    """Start a project in DIR, by default this folder.

    It gets a project file with comments, an example of a spec, and a lake of its own. With --from the annotations of
    pictures are counted and a spec for them is written, also into a project that is there already. No file that is
    there is changed.
    """
    from pathlib import Path

    from setwright.cli.starting import refuse_existing

    if pictures is None:
        root = Path(folder or ".")
        refuse_existing(root)
        _start(session, root)
    else:
        _start_with(session, None if folder is None else Path(folder), Path(pictures), label)


def _start(session: Session, root: Path) -> None:
    from setwright.cli.starting import EXAMPLE_FILE, start_project

    session.on_interrupt = _AGAIN
    made = start_project(root)
    example = f"; {EXAMPLE_FILE} shows how" if EXAMPLE_FILE in made else ""
    steps = [
        ("setwright lake ingest PICTURES --collection NAME", "bring in pictures and their annotations"),
        ("write specs/NAME.yaml", f"describe a dataset{example}"),
        *_MAKE,
    ]
    click.echo("\n".join([*_made(root, made), "", *_next(root, steps)]))


def _start_with(session: Session, folder: Path | None, pictures: Path, label: str | None) -> None:
    """Write the spec that is proposed for `pictures` into the project, which is made where there is none."""
    from setwright.cli.progress import listening
    from setwright.cli.starting import (
        ingest_command,
        leads_to,
        project_around,
        propose,
        refuse_taken,
        start_project,
    )
    from setwright.cli.workspace import require_settings
    from setwright.edge.files import add_file

    with listening(session) as listener:
        proposal = propose(pictures, label, listener)
    root, found = project_around(folder, session.cwd)
    if found:
        require_settings(root)  # before anything is written
    refuse_taken(root, proposal, project=found)
    session.on_interrupt = _AGAIN
    made = () if found else start_project(root, example=False)
    if proposal.spec is not None and add_file(root / proposal.file, proposal.spec):
        made = (*made, proposal.file)
    _, settings = require_settings(root)
    told = [*_seen(pictures, proposal), "", *_made(root, made)]
    if proposal.spec is not None and not leads_to(root, settings, proposal.file):
        told.append(
            f"No pattern under `specs:` in setwright.yaml leads to {proposal.file}: add one, or move the file."
        )
    steps = [*_MAKE]
    if proposal.spec is None:
        steps.insert(
            0, ("write specs/NAME.yaml", "describe a dataset, once there are annotations to make classes of")
        )
    if settings.remote.kind == "lake" and settings.remote.url is None:
        steps.insert(0, (ingest_command(root, pictures, proposal, label), "bring them in"))
    click.echo("\n".join([*told, "", *_next(root, steps)]))


_AGAIN = "Every file that is there is whole. Run the same command again: it makes what is missing, or finds all there."

_MAKE = (("setwright plan", "see what would be made"), ("setwright apply", "make it"))

_WHAT = {
    "setwright.yaml": "the project: where its frames and datasets are",
    "specs/balloons.yaml.example": "a spec to copy and to change",
}


def _seen(pictures: Path, proposal: Proposal) -> Iterator[str]:
    from setwright.views.escape import terminal

    yield f"Found {proposal.title} in {terminal(str(pictures))}"
    yield ""
    yield f"  pictures     {proposal.pictures:,}"
    yield f"  annotations  {proposal.annotations:,}"
    shown = [(terminal(name), count) for name, count in proposal.labels[:_SHOWN]]
    width = max((len(name) for name, _ in shown), default=0)
    yield from (f"               {name:{width}}  {count:>9,}" for name, count in shown)
    if len(proposal.labels) > _SHOWN:
        yield f"               … and {counted(len(proposal.labels) - _SHOWN, 'more label')}"
    if proposal.unnamable:
        count = len(proposal.unnamable)
        yield f"  {counted(count, 'label')} that no spec can name, left out"
    if proposal.problems:
        yield f"  {counted(proposal.problems, 'problem')} with the files; ingest will list them"


def _made(root: Path, made: Sequence[str]) -> Iterator[str]:
    from setwright.cli.workspace import find_root
    from setwright.views.escape import terminal

    if not made:
        return
    if "setwright.yaml" in made:
        yield f"Started the project {terminal(root.resolve().name)}, with a lake in .setwright/, which git ignores."
        around = find_root(root.resolve().parent)
        if around is not None:
            yield f"{terminal(str(around))} holds a project too; in this folder the new one counts."
    width = max(map(len, made))
    yield from (
        f"  {name:{width}}  {_WHAT.get(name, 'the proposed spec; read it and change it')}" for name in made
    )


def _next(root: Path, steps: Sequence[tuple[str, str]]) -> Iterator[str]:
    import shlex
    from pathlib import Path

    from setwright.views.escape import terminal

    commands = [(terminal(step), what) for step, what in steps]
    if root.resolve() != Path.cwd().resolve():
        commands.insert(0, (terminal(shlex.join(["cd", str(root)])), ""))
    width = max(len(step) for step, what in commands if what and len(step) <= _WIDE)
    yield "Next:"
    for step, what in commands:
        yield f"  {step:{width}}  {what}".rstrip() if len(step) <= width else f"  {step}"
