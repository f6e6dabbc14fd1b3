"""`setwright lake labels define`: what a label means, and which attributes its annotations may have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli import completing
from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.lake.labels import Attribute


@click.command()
@click.argument("name", metavar="LABEL", shell_complete=completing.labels)
@click.option("--description", metavar="TEXT", help="What the label means.")
@click.option(
    "--attribute",
    "attributes",
    metavar="NAME=VALUE,…",
    multiple=True,
    help="An attribute and its values; NAME alone for any value. Those of before are replaced.",
)
@pass_session
@lake_options
def command(
    session: Session, name: str, description: str | None, attributes: tuple[str, ...], folder: Path
) -> int:
    """Write down what LABEL means. No annotation has to have it yet.

    What is not given stays as it was written down before.
    """
    from datetime import UTC, datetime

    from setwright.cli.author import author
    from setwright.lake.lake import Lake
    from setwright.views.escape import terminal

    told = [_attribute(text) for text in attributes]
    with Lake.open(folder) as lake:
        made = lake.labels.define(
            name,
            description=description,
            attributes=told or None,
            author=author(),
            at=datetime.now(UTC),
        )
    if made is None:
        click.echo(f"{terminal(name)} is written down so already; nothing was recorded.")
    else:
        click.echo(f"{terminal(name)} is written down, as revision {made}")
    return 0


def _attribute(text: str) -> Attribute:
    from setwright.lake.labels import Attribute, AttributeValue
    from setwright.model.errors import UsageError

    name, given, values = text.partition("=")
    listed = [value.strip() for value in values.split(",")] if given else []
    if not name.strip() or not all(listed) or len(set(listed)) < len(listed):
        raise UsageError(
            f"Not an attribute: {text[:60]!r}",
            "It has a name, and values that are neither empty nor twice there.",
            "write it as NAME=VALUE,VALUE",
        )
    return Attribute(name.strip(), tuple(AttributeValue(value) for value in listed))
