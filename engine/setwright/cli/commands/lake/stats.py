"""`setwright lake stats`: what the lake holds, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.lake.inventory import LakeStatistics
    from setwright.lake.likeness import Likeness

JSON_FORMAT_VERSION = 1

_SHOWN = 10
"""How many groups, and frames of one, are shown; --json lists all."""


@click.command()
@click.option("--duplicates", is_flag=True, help="List frames with the same picture, or nearly the same.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(session: Session, duplicates: bool, as_json: bool, folder: Path) -> None:
    """Count frames, annotations, labels, bytes, and pictures that repeat.

    Pictures are nearly the same if their perceptual hashes differ in few bits, as those of a picture that was scaled or
    compressed again do. Splits keep such together.
    """
    import json
    from dataclasses import asdict

    from setwright.lake.lake import Lake

    with Lake.open(folder) as lake:
        stats, alike = lake.stats(), lake.likeness()
    if as_json:
        counted: dict[str, Any] = {
            key: dict(value) if isinstance(value, tuple) else value for key, value in asdict(stats).items()
        }
        counted |= {
            "duplicates": {"groups": len(alike.same), "frames": sum(map(len, alike.same))},
            "near_duplicates": {"groups": len(alike.near), "frames": sum(map(len, alike.near))},
            "pictures_without_hash": alike.unknown,
        }
        if duplicates:
            counted["duplicates"]["listed"], counted["near_duplicates"]["listed"] = alike.same, alike.near
        click.echo(
            json.dumps({"format_version": JSON_FORMAT_VERSION, **counted}, indent=2, ensure_ascii=False)
        )
    else:
        click.echo("\n".join([*_text(stats, alike), *(_groups(alike) if duplicates else ())]))


def _groups(alike: Likeness) -> Iterator[str]:
    from setwright.views.escape import terminal

    for title, groups in (("The same picture", alike.same), ("Nearly the same picture", alike.near)):
        yield ""
        yield title if groups else f"{title}: none"
        for group in groups[:_SHOWN]:
            more = ", …" if len(group) > _SHOWN else ""
            yield f"  {len(group):>10,} " + ", ".join(map(terminal, group[:_SHOWN])) + more
        if len(groups) > _SHOWN:
            yield f"             … and {len(groups) - _SHOWN:,} more; --json lists all"


def _text(stats: LakeStatistics, alike: Likeness) -> Iterator[str]:
    yield f"Revision {stats.revision}"
    yield ""
    yield f"  {stats.frames:>10,} frames, {stats.annotated_frames:,} of them annotated"
    yield f"  {stats.pictures:>10,} different pictures, {_size(stats.bytes)}"
    for groups, what in ((alike.same, "the same picture"), (alike.near, "nearly the same picture")):
        if groups:
            frames, count = sum(map(len, groups)), f"{counted(len(groups), 'group')}"
            yield f"  {frames:>10,} frames show {what} as another, in {count}"
    if alike.unknown:
        yield f"  {alike.unknown:>10,} pictures have no perceptual hash; `setwright lake verify --index` computes it"
    yield f"  {stats.annotations:>10,} annotations"
    for title, rows in (
        ("Collections, frames", stats.collections),
        ("Labels, annotations", stats.labels),
        ("Label groups, labels", stats.label_groups),
        ("Operations, annotations", stats.operations),
        ("Datasets, versions", stats.datasets),
    ):
        yield from _table(title, rows)


def _table(title: str, rows: tuple[tuple[str, int], ...]) -> Iterator[str]:
    from setwright.views.escape import terminal

    if rows:
        yield ""
        yield title
        for name, count in rows:
            yield f"  {count:>10,} {terminal(name)}"


def _size(size: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.3g} {unit}" if unit != "bytes" else f"{size:.0f} bytes"
        size /= 1000
    return f"{size:,.3g} TB"
