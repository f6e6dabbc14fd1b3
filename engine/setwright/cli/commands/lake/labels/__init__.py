"""`setwright lake labels`: the lake's labels, what they mean, and which belong together."""

from __future__ import annotations

import click

from setwright.cli.lazy import LazyGroup, Sections

COMMANDS: Sections = {
    "Commands": {
        "list": ("setwright.cli.commands.lake.labels.list:command", "List labels and groups"),
        "define": (
            "setwright.cli.commands.lake.labels.define:command",
            "Write down what a label means, and its attributes",
        ),
        "group": ("setwright.cli.commands.lake.labels.group:command", "Make a group, or add labels to it"),
        "ungroup": (
            "setwright.cli.commands.lake.labels.ungroup:command",
            "Take labels out of a group, or let all of it go",
        ),
        "rename-group": ("setwright.cli.commands.lake.labels.rename_group:command", "Call a group otherwise"),
    },
}


@click.group(cls=LazyGroup, sections=COMMANDS)
def command() -> None:
    """List the lake's labels and the groups they are in, write down what they mean, and group them.

    A label comes into the lake with its first annotation, or with what is written down of it. What is written down and
    grouped changes no annotation and no dataset; annotation tools read it.
    """
