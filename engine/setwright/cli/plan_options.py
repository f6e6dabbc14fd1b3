"""The options that `plan` and `apply` share: what is planned, and what is told of it."""

from __future__ import annotations

import click

from setwright.cli.output_file import OutputFile

frames_option = click.option(
    "--frames", "all_frames", is_flag=True, help="List every frame that changes, not a sample."
)
prune_option = click.option(
    "--prune", is_flag=True, help="Delete the datasets whose specs are gone, unless they are protected."
)
json_into_option = click.option(
    "--json-into",
    "-json-into",
    metavar="FILE",
    type=OutputFile("--json-stream"),
    help="Write the events of --json-stream to FILE as they come, beside what is printed.",
)
