"""`setwright verify`: make a version again, and compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address, find_version
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from setwright.apply.remake import Remade

JSON_FORMAT_VERSION = "1.0"


@click.command()
@click.argument("target", type=Address(version=True))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@spec_options
@pass_session
def command(session: Session, target: str, as_json: bool, options: SpecOptions) -> int:
    """Make a version again, from the spec and the revision that it was made of, and compare digests.

    Nothing is changed. It exits with 1 where the digests differ. The pictures' own bytes are looked at by
    `setwright lake verify`.
    """
    import json

    from setwright.apply.remake import remake
    from setwright.cli.reading import open_to_read
    from setwright.model.errors import UsageError
    from setwright.remotes.open import open_remote

    workspace, project = open_to_read(session, options)
    with open_remote(project.remote, workspace.root, project.state) as remote:
        if not (remote.capabilities.tells_content and remote.capabilities.pins_revisions):
            raise UsageError(
                "This remote's versions cannot be made again here",
                f"{remote.location} cannot be asked about the past, and does not tell what frames hold.",
                "keep the dataset in a lake of setwright's, if it has to be",
            )
        address, version = find_version(workspace, target, remote)
        made = remake(remote, version)
    if as_json:
        document = {
            "format_version": JSON_FORMAT_VERSION,
            "address": address,
            "version": str(version.number),
            "revision": version.revision,
            "same": made.same,
            "recorded": made.recorded,
            "stored": made.stored,
            "again": made.again,
        }
        click.echo(json.dumps(document, indent=2))
    elif made.same:
        click.echo(
            f"{address} {version.number} is what it was made of: {counted(made.frames, 'frame')}, made again from "
            f"revision {version.revision:,}, with the digest\n{made.again}"
        )
        if made.given:
            click.echo("Which frames its own datasets gave is not recorded; they were taken as they are.")
    else:
        click.echo(
            f"{address} {version.number} is not what its spec and revision {version.revision:,} make now."
        )
        click.echo("\n".join(_difference(made)))
    return 0 if made.same else 1


def _difference(made: Remade) -> Iterator[str]:
    if made.stored != made.recorded:
        yield "  the content that is kept is damaged:"
    yield f"  recorded  {made.recorded}"
    yield f"  kept      {made.stored}"
    yield f"  again     {made.again}"
    diff = made.diff
    counts = [
        (len(diff.entering), "more frame", "more frames"),
        (len(diff.leaving), "frame fewer", "frames fewer"),
        (len(diff.moving), "in another split", "in another split"),
        (len(diff.repainted), "with another picture", "with another picture"),
        (len(diff.relabelled), "with other annotations", "with other annotations"),
        (diff.copies_entering, "more varied copy", "more varied copies"),
        (diff.copies_leaving, "varied copy fewer", "varied copies fewer"),
    ]
    told = ", ".join(counted(count, one, many) for count, one, many in counts if count)
    if told:
        yield f"  made again: {told}"
    if made.given:
        yield (
            "  It is made of other datasets. If these were pinned to several revisions then, it cannot be made again, "
            "for a version records one; nothing is lost if the first two digests are the same."
        )
    if made.outdated:
        yield (
            f"  Its varied copies were made by {made.algorithm}, which this release of setwright does not have. "
            "Of what is kept nothing is lost if the first two digests are the same; the next version has new copies."
        )
