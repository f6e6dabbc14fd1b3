"""`setwright lake`: fill the embedded lake and look into it."""

from __future__ import annotations

import click

from setwright.cli.lazy import LazyGroup, Sections

COMMANDS: Sections = {
    "Commands": {
        "init": (
            "setwright.cli.commands.lake.init:command",
            "Make a lake, with its catalogue here or in PostgreSQL",
        ),
        "ingest": ("setwright.cli.commands.lake.ingest:command", "Add pictures and their annotations"),
        "query": ("setwright.cli.commands.lake.query:command", "List or count the frames that a query gives"),
        "stats": ("setwright.cli.commands.lake.stats:command", "Count frames, labels and bytes"),
        "labels": (
            "setwright.cli.commands.lake.labels:command",
            "List labels and their groups, define and group them",
        ),
        "log": ("setwright.cli.commands.lake.log:command", "List the revisions, newest first"),
        "diff": ("setwright.cli.commands.lake.diff:command", "Compare two revisions"),
        "verify": ("setwright.cli.commands.lake.verify:command", "Read all blobs and compare their digests"),
        "export-catalog": (
            "setwright.cli.commands.lake.export_catalog:command",
            "Write the catalogue to a file, to move the lake",
        ),
        "import-catalog": (
            "setwright.cli.commands.lake.import_catalog:command",
            "Make a lake of such a file",
        ),
        "gc": ("setwright.cli.commands.lake.gc:command", "Free what no frame and no version needs"),
        "migrate": (
            "setwright.cli.commands.lake.migrate:command",
            "Bring an older catalogue to the present format",
        ),
    },
}


@click.group(cls=LazyGroup, sections=COMMANDS)
def command() -> None:
    """Fill the embedded lake and look into it."""
