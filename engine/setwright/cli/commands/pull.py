"""`setwright pull`: write a version's export to a folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from setwright.cli import completing
from setwright.cli.address import Address, find_version
from setwright.cli.context import Session, pass_session
from setwright.cli.output_file import OutputFolder
from setwright.cli.spec_options import SpecOptions, spec_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from pathlib import Path

    from setwright.apply.pull import Pulled
    from setwright.model.versions import Version
    from setwright.remotes.protocol import Remote

JSON_FORMAT_VERSION = 1


@click.command()
@click.argument("target", type=Address(version=True))
@click.option(
    "--export",
    metavar="NAME",
    shell_complete=completing.exports,
    help="Which export, by name or short name, as in RAW or yolo-darknet.",
)
@click.option(
    "--to", "folder", metavar="DIR", type=OutputFolder(), help="Where to.  [default: ADDRESS-VERSION-EXPORT]"
)
@click.option("--no-media", is_flag=True, help="Leave the pictures out.")
@click.option("--link", is_flag=True, help="Make hard links to the lake's pictures instead of copies.")
@click.option("--force", is_flag=True, help="Overwrite files that pull did not write.")
@click.option("--json", "as_json", is_flag=True, help="Say what was done as JSON.")
@spec_options
@pass_session
def command(
    session: Session,
    target: str,
    export: str | None,
    folder: str | None,
    no_media: bool,
    link: bool,
    force: bool,
    as_json: bool,
    options: SpecOptions,
) -> None:
    """Write a version's export to a folder.

    Only what is missing or differs is written, and nothing that pull did not write is removed. Without a version
    the newest one is taken.
    """
    from pathlib import Path

    from setwright.cli.reading import open_to_read
    from setwright.remotes.open import open_remote

    workspace, project = open_to_read(session, options)
    with open_remote(project.remote, workspace.root, project.state) as remote:
        address, version = find_version(workspace, target, remote)
        name = chosen_export(version, address, export)
        if not remote.capabilities.tells_content:
            _check_plain(as_json=as_json, link=link)
            _downloaded(session, remote, version, name, folder, media=not no_media)
            return
        to = Path(folder) if folder else Path(f"{address}-{version.number}-{short_name(name)}")
        wanted = Wish(export=name, to=to, media=not no_media, link=link, force=force)
        carry_out(session, remote, version, wanted, as_json=as_json)


def _check_plain(*, as_json: bool, link: bool) -> None:
    from setwright.model.errors import UsageError

    if as_json or link:
        raise UsageError(
            f"{'--json' if as_json else '--link'} is not offered beside LayerNext",
            "Its files are downloaded as its own SDK lays them, and what they hold it does not tell.",
            "leave the option out",
        )


def _downloaded(
    session: Session, remote: Remote, version: Version, export: str, folder: str | None, *, media: bool
) -> None:
    """From a remote that gives files, and not what is in them: as `setwright download` brings them."""
    from pathlib import Path

    from setwright.cli.servers import Server, bring

    bring(session, Server("layernext", remote.location), version.id, export, Path(folder or "."), media=media)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be pulled, and where to."""

    export: str
    to: Path
    media: bool
    link: bool
    force: bool


def carry_out(session: Session, remote: Remote, version: Version, wish: Wish, *, as_json: bool) -> None:
    """Pull, showing how it goes on, and say what was done."""
    import json
    from time import monotonic

    from setwright.apply.pull import pull
    from setwright.cli.progress import listening

    name, to = wish.export, wish.to
    session.on_interrupt = f"Files in {to} are whole; the same command goes on."
    began = monotonic()
    with listening(session, quiet=as_json) as listener:
        done = pull(
            remote,
            version,
            name,
            to,
            media=wish.media,
            link=wish.link,
            force=wish.force,
            # Nobody has the old name now, and the dataset has had what the folder holds.
            is_renamed=lambda before, digest: (
                not remote.versions(before)
                and any(each.manifest_digest == digest for each in remote.versions(version.dataset))
            ),
            listener=listener,
        )
    seconds = monotonic() - began
    if as_json:
        click.echo(json.dumps(_document(version, name, to, done, seconds), indent=2, ensure_ascii=False))
    else:
        click.echo(_text(version, name, to, done, seconds, link=wish.link))


def chosen_export(version: Version, address: str, wanted: str | None) -> str:
    """The exact name of the export that was asked for, or of the only one."""
    from setwright.formats.writing.registry import find
    from setwright.model.errors import UsageError

    exports = ", ".join(version.exports) or "none"
    if wanted is None:
        if len(version.exports) == 1:
            return version.exports[0]
        raise UsageError(
            "Which export?", f"{address} {version.number} has {exports}.", "say it with --export NAME"
        )
    if wanted in version.exports:
        return wanted
    name = find(wanted).name
    if name in version.exports:
        return name
    raise UsageError(
        f"{address} {version.number} has no export {name}",
        f"It has {exports}.",
        f"add {name} to the exports of its spec, and run `setwright apply`",
    )


def short_name(export: str) -> str:
    """The export as a part of a folder's name."""
    from setwright.formats.writing.registry import find
    from setwright.model.errors import UsageError

    try:
        return find(export).short
    except UsageError:  # one that only the remote knows
        return export.lower().replace(" ", "-")


def _text(version: Version, export: str, to: Path, done: Pulled, seconds: float, *, link: bool) -> str:
    """What arrived, what was done for it, and how to begin."""
    from setwright.views.numbers import size

    splits = ", ".join(f"{split.frames:,} {split.split}" for split in version.statistics.splits)
    lines = [
        f"{version.dataset} {version.number} as {export} is in {to}",
        f"  frames   {splits}",
        f"  files    {counted(done.pictures, 'picture')} and {counted(done.others, 'other')}, {size(done.bytes)}",
        f"  written  {done.written:,} ({size(done.bytes_written)}) in {seconds:.1f} s; "
        f"{done.kept:,} were there already",
    ]
    if done.linked:
        lines.append(f"  linked   {done.linked:,} of them; do not change these, or the lake's own change too")
    elif link and done.written:
        lines.append("  linked   none: the lake's pictures are no files of this disk, so they were copied")
    if done.removed or done.left:
        lines.append(
            f"  removed  {done.removed:,} of an earlier pull"
            + (f"; {done.left:,} more were changed since and stay" if done.left else "")
        )
    start = _start(export)
    return "\n".join([*lines, *([f"Start: {start}"] if start else [])])


def _start(export: str) -> str | None:
    from setwright.formats.writing.registry import find
    from setwright.model.errors import UsageError

    try:
        return getattr(find(export), "start", None)
    except UsageError:
        return None


def _document(version: Version, export: str, to: Path, done: Pulled, seconds: float) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        "format_version": JSON_FORMAT_VERSION,
        "dataset": version.dataset,
        "version": str(version.number),
        "manifest": version.manifest_digest,
        "export": export,
        "folder": str(to),
        "frames": {split.split: split.frames for split in version.statistics.splits},
        **asdict(done),
        "seconds": round(seconds, 3),
    }
