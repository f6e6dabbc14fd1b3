"""`setwright lake verify`: whether all that the lake should hold is there, and is what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from setwright.lake.verify import Damage, Verification

JSON_FORMAT_VERSION = 1

_SHOWN = 10
"""How many damages of a kind are shown; --json lists all."""


@click.command()
@click.option("--index", is_flag=True, help="Only compare the index with the catalogue, and mend it.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with all damages.")
@pass_session
@lake_options
def command(session: Session, index: bool, as_json: bool, folder: Path) -> int:
    """Read all blobs, compare them with their digests, and look for what is missing.

    The exit code is 1 if anything is damaged. The index only repeats what the catalogue's rows say, so --index can
    make it anew from them, and perceptual hashes that an older setwright did not compute.
    """
    from setwright.cli.progress import listening
    from setwright.lake.lake import Lake
    from setwright.model.errors import UsageError

    if index and as_json:
        raise UsageError("Either --index or --json", "What --index mends, it tells in a few lines.")
    if index:
        with Lake.open(folder) as lake, listening(session) as listener:
            wrong = lake.verify_index(listener)
            filled = lake.fill_hashes(listener)
        for damage in wrong:
            click.echo(f"{damage.what}: {damage.detail}")
        click.echo("The index was made anew." if wrong else "The index says what the catalogue says.")
        if filled:
            click.echo(f"Computed the perceptual hashes of {counted(filled, 'picture')}.")
        return 0
    with Lake.open(folder) as lake, listening(session) as listener:
        found = lake.verify(listener)
    click.echo(_json(found) if as_json else "\n".join(_text(found)))
    return 1 if found.damages else 0


def _json(found: Verification) -> str:
    import json
    from dataclasses import asdict

    document = {"format_version": JSON_FORMAT_VERSION, **asdict(found)}
    return json.dumps(document, indent=2, ensure_ascii=False)


def _text(found: Verification) -> Iterator[str]:
    from setwright.lake.verify import INDEX
    from setwright.views.escape import terminal

    yield from _damages(found.damages)
    elsewhere = f", {found.elsewhere:,} of them outside of the lake," if found.elsewhere else ""
    counts = (
        f"{counted(found.blobs, 'blob')} ({counted(found.bytes, 'byte')}){elsewhere}"
        f" and {counted(found.versions, 'version')}"
    )
    if not found.damages:
        yield f"{counts} are whole."
        if found.unreferenced:
            belong = "belongs" if found.unreferenced == 1 else "belong"
            yield f"{counted(found.unreferenced, 'blob')} {belong} to nothing, which does no harm."
    elif any(damage.what != INDEX for damage in found.damages):
        yield f"{len(found.damages):,} damaged or missing among {counts}."
        if any(not damage.digest and not damage.remade for damage in found.damages):
            yield "Restore what the lake holds from a backup."
        if any(damage.digest for damage in found.damages):
            yield (
                "Put the files outside of it back as they were. Those that were moved are found again by"
                " `setwright lake ingest --in-place` of the folder where they are now."
            )
    else:
        yield f"{counts} are whole."
        yield (
            "The index and the catalogue's rows differ, so one of them was changed behind setwright's back. Where it"
            " may have been the rows, compare with a backup first: `setwright lake verify --index` believes the rows."
        )
    if found.strangers:
        names = ", ".join(map(terminal, found.strange_names))
        more = ", …" if found.strangers > len(found.strange_names) else ""
        yield f"{counted(found.strangers, 'other thing')} among the blobs, left alone: {names}{more}"


def _damages(damages: Sequence[Damage]) -> Iterator[str]:
    """Each in two lines, of many of a kind the first ones."""
    from itertools import groupby

    from setwright.views.escape import terminal

    for _, several in groupby(damages, key=lambda damage: damage.what.partition(":")[0]):
        of_a_kind = list(several)
        for damage in of_a_kind[:_SHOWN]:
            yield click.style("Damage: ", fg="red", bold=True) + terminal(damage.what)
            yield f"  {terminal(damage.detail)}"
        if len(of_a_kind) > _SHOWN:
            yield f"  … and {len(of_a_kind) - _SHOWN:,} more of this kind; --json lists all"
