"""`setwright versions`: list the versions of a dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address, dataset_name
from setwright.cli.context import Session, pass_session
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.versions import Version

JSON_FORMAT_VERSION = "1.0"


@click.command()
@click.argument("address", type=Address())
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@spec_options
@pass_session
def command(session: Session, address: str, as_json: bool, options: SpecOptions) -> None:
    """List the versions of the dataset at ADDRESS, the newest first."""
    import json

    from setwright.cli.reading import open_to_read
    from setwright.remotes.open import open_remote
    from setwright.views.version_document import version_document

    workspace, project = open_to_read(session, options)
    with open_remote(project.remote, workspace.root, project.state) as remote:
        versions = remote.versions(dataset_name(workspace, address, remote))
    if as_json:
        listed = [version_document(version) for version in versions]
        document = {"format_version": JSON_FORMAT_VERSION, "address": address, "versions": listed}
        click.echo(json.dumps(document, indent=2, ensure_ascii=False))
    elif not versions:
        click.echo(f"{address} has no version yet. `setwright apply` makes the first.")
    else:
        click.echo("\n".join(_table(versions)))


def _table(versions: Sequence[Version]) -> Iterator[str]:
    from setwright.views.escape import terminal
    from setwright.views.table import aligned

    rows = [["version", "made", "frames", "annotations", "train / val / test", "revision", "by"]]
    for version in versions:
        statistics = version.statistics
        rows.append(
            [
                str(version.number),
                f"{version.created_at:%Y-%m-%d %H:%M} UTC",
                f"{statistics.frames:,}",
                *(
                    ["", "", ""]
                    if statistics.undivided
                    else [
                        f"{statistics.annotations:,}",
                        " / ".join(f"{split.frames:,}" for split in statistics.splits),
                        str(version.revision),
                    ]
                ),
                terminal(version.author),
            ]
        )
    yield from aligned(rows, left=2)
