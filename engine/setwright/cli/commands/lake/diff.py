"""`setwright lake diff`: what differs between two revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.lake.difference import LakeDifference

JSON_FORMAT_VERSION = 1

_SHOWN = 10
"""How many frames of a kind are shown; --json lists all."""


@click.command()
@click.argument("before", metavar="FROM", type=click.IntRange(min=0))
@click.argument("after", metavar="TO", type=click.IntRange(min=0))
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all frames.")
@pass_session
@lake_options
def command(session: Session, before: int, after: int, as_json: bool, folder: Path) -> None:
    """Say which frames came, went or changed from revision FROM to revision TO, and how labels changed.

    `setwright lake log` lists the revisions; 0 is the empty lake.
    """
    import json
    from dataclasses import asdict

    from setwright.lake.lake import Lake

    with Lake.open(folder) as lake:
        found = lake.diff(before, after)
    if as_json:
        labels = {label: {"added": came, "removed": gone} for label, came, gone in found.labels}
        document = {"format_version": JSON_FORMAT_VERSION, **asdict(found), "labels": labels}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(found)))


def _text(found: LakeDifference) -> Iterator[str]:
    from setwright.views.escape import terminal

    yield f"From revision {found.before} to {found.after}"
    kinds = (
        ("+", found.added, "new"),
        ("-", found.removed, "gone"),
        ("~", found.replaced, "with another picture"),
        ("~", found.annotated, "with other annotations"),
        ("~", found.described, "with other tags or fields"),
    )
    for sign, names, what in kinds:
        if names:
            yield ""
            yield f"  {counted(len(names), 'frame')} {what}"
            yield from (f"    {sign} {terminal(name)}" for name in names[:_SHOWN])
            if len(names) > _SHOWN:
                yield f"    … and {len(names) - _SHOWN:,} more"
    if found.labels:
        yield ""
        yield "  Annotations that came and went, by label"
        width = max(len(terminal(label)) for label, _, _ in found.labels)
        for label, came, gone in found.labels:
            yield f"    {terminal(label):{width}}  {came:>{'+' if came else ''}9,}  {-gone:>9,}"
    if not any(names for _, names, _ in kinds) and not found.labels:
        yield "No frame, no annotation, no tag and no field differs."
