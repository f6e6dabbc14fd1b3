"""`setwright lake labels list`: labels with their annotations, and groups with their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from setwright.lake.label_groups import LabelGroup
    from setwright.lake.labels import Label

JSON_FORMAT_VERSION = 1


@click.command()
@click.option(
    "--at", "revision", metavar="REV", type=click.IntRange(min=0), help="As it was at that revision."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(session: Session, revision: int | None, as_json: bool, folder: Path) -> None:
    """List the labels with their numbers of annotations and what is written down of them, and the groups."""
    import json
    from dataclasses import asdict

    from setwright.lake.lake import Lake

    with Lake.open(folder) as lake:
        if revision is None:
            revision = lake.revision()  # so that labels and groups are of one moment
        labels, groups = lake.labels.at(revision), lake.label_groups.at(revision)
    if as_json:
        document = {
            "format_version": JSON_FORMAT_VERSION,
            "revision": revision,
            "labels": [asdict(label) for label in labels],
            "groups": [asdict(group) for group in groups],
        }
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        click.echo("\n".join(_text(labels, groups)))


def _text(labels: Sequence[Label], groups: Sequence[LabelGroup]) -> Iterator[str]:
    from setwright.views.escape import terminal

    if not labels:
        yield "The lake has no labels yet."
    else:
        yield "Labels, annotations"
    width = max((len(terminal(label.name)) for label in labels), default=0)
    for label in labels:
        name, told = terminal(label.name), terminal(label.description)
        yield f"  {label.annotations:>10,} {name:{width}}  {told}".rstrip()
        for attribute in label.attributes:
            values = ", ".join(terminal(each.value) for each in attribute.values) or "any value"
            yield f"             {terminal(attribute.name)}: {values}"
    if groups:
        yield ""
        yield "Groups, labels"
        for group in groups:
            names = ", ".join(map(terminal, group.labels)) or "no labels"
            yield f"  {len(group.labels):>10,} {terminal(group.name)}: {names}"
