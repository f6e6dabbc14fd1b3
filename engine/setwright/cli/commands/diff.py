"""`setwright diff`: what differs between two versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.address import Address, find_version
from setwright.cli.context import Session, pass_session
from setwright.cli.output_file import OutputFile
from setwright.cli.spec_options import SpecOptions, spec_options

if TYPE_CHECKING:
    from setwright.cli.workspace import Workspace
    from setwright.plan.between import Side
    from setwright.remotes.protocol import RemoteReader


@click.command()
@click.argument("before", type=Address(version=True))
@click.argument("after", type=Address(version=True))
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option(
    "--html",
    "page",
    metavar="FILE",
    type=OutputFile(),
    help="Write a page with pictures to FILE as well.",
)
@click.option(
    "--pictures", metavar="COUNT", type=click.IntRange(0, 500), default=24, show_default=True,
    help="At most so many pictures on the page.",
)  # fmt: skip
@click.option(
    "--frames", "--all-frames", "all_frames", is_flag=True,
    help="List every frame that differs, not some of each kind.",
)  # fmt: skip
@spec_options
@pass_session
def command(
    session: Session,
    before: str,
    after: str,
    as_json: bool,
    page: str | None,
    pictures: int,
    all_frames: bool,
    options: SpecOptions,
) -> None:
    """Show what differs between two versions: frames, annotations, splits, labels, settings.

    An address without a version stands for its newest one. Annotations of frames that both versions have are matched
    by overlap, so each is told as added, removed, relabelled or moved.
    """
    import json
    from pathlib import Path

    from setwright.apply.dividing import division_of
    from setwright.apply.pictures import pictures as small
    from setwright.cli.reading import open_to_read
    from setwright.edge.files import write_named
    from setwright.plan.between import between
    from setwright.plan.describe import describe
    from setwright.plan.plan import Plan
    from setwright.remotes.open import open_remote
    from setwright.views.version_diff import as_document, as_page, as_text

    workspace, project = open_to_read(session, options)
    with open_remote(project.remote, workspace.root, project.state) as remote:
        sides = _side(remote, workspace, before), _side(remote, workspace, after)
        address = after.partition("@")[0]
        change = between(address, *sides)
        plan = Plan(
            location=remote.location,
            revision=change.revision,
            lineage="",
            serial=0,
            changes=(change,),
        )
        shown = small(plan, remote, pictures) if page is not None else {}
        last = sides[1]
        divided = (
            {}
            if last.content.names_only
            else {address: division_of(remote, last.version, last.config, last.content)}
        )
    told = describe(
        plan,
        project=project.name,
        specs={},
        losses={},
        all_frames=all_frames,
        pictures=shown,
        divisions=divided,
    ).changes[0]
    versions = sides[0].version, sides[1].version
    names = _named(before, sides[0]), _named(after, sides[1])
    if page is not None:
        write_named(Path(page), as_page(told, names, versions).encode())
    if as_json:
        click.echo(json.dumps(as_document(told, *versions), indent=2, ensure_ascii=False))
    else:
        # `echo` takes the colours out where they are not wanted, as it does for a plan.
        click.echo(as_text(told, names, color=session.color is not False), color=session.color)
        if page is not None:
            click.echo(f"Written to {page}.", err=True)


def _side(remote: RemoteReader, workspace: Workspace, target: str) -> Side:
    from setwright.plan.between import Side

    _, version = find_version(workspace, target, remote)
    return Side(version=version, config=remote.config(version.id), content=remote.manifest(version.id))


def _named(target: str, side: Side) -> str:
    return f"{target.partition('@')[0]} {side.version.number}"
