"""`setwright demo`: draw pictures to try things on."""

from __future__ import annotations

import click

from setwright.cli.context import Session, pass_session
from setwright.model.counting import counted


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False))
@click.option(
    "--frames",
    type=click.IntRange(1, 9999),
    default=240,
    show_default=True,
    help="How many pictures to draw.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    default=7,
    show_default=True,
    help="Another number gives other pictures.",
)
@pass_session
def command(session: Session, folder: str, frames: int, seed: int) -> None:
    """Draw pictures of balloons into DIR, to try things on.

    Balloons are annotated with outlines, kites and birds with boxes, in LayerNext's form. The same seed gives the
    same pictures.
    """
    from pathlib import Path

    from setwright.cli.progress import listening
    from setwright.demo.draw import draw
    from setwright.model.errors import UsageError

    to = Path(folder)
    if to.is_dir() and any(to.iterdir()):
        raise UsageError(
            f"{to} is not empty", "The demo draws into a folder of its own.", "name one that is not there yet"
        )
    session.on_interrupt = "Nothing was drawn."
    with listening(session) as listener:
        drawn = draw(to, frames, seed, listener)
    labels = ", ".join(f"{count:,} × {label}" for label, count in drawn.items())
    click.echo(
        f"Drew {counted(frames, 'picture')} into {to}, and wrote down what is to be seen: {labels or 'nothing'}."
    )
    click.echo("Next:")
    click.echo("  setwright init")
    click.echo(f"  setwright lake ingest {to} --collection party")
