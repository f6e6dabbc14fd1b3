"""`setwright lake stats`: what the lake holds, counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_location import lake_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.lake.inventory import LakeStatistics

JSON_FORMAT_VERSION = 1


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(session: Session, as_json: bool, folder: Path) -> None:
    """Count frames, annotations, labels and bytes."""
    import json
    from dataclasses import asdict

    from setwright.lake.lake import Lake

    with Lake.open(folder) as lake:
        stats = lake.stats()
    if as_json:
        counted = {
            key: dict(value) if isinstance(value, tuple) else value for key, value in asdict(stats).items()
        }
        click.echo(
            json.dumps({"format_version": JSON_FORMAT_VERSION, **counted}, indent=2, ensure_ascii=False)
        )
    else:
        click.echo("\n".join(_text(stats)))


def _text(stats: LakeStatistics) -> Iterator[str]:
    yield f"Revision {stats.revision}"
    yield ""
    yield f"  {stats.frames:>10,} frames, {stats.annotated_frames:,} of them annotated"
    yield f"  {stats.pictures:>10,} different pictures, {_size(stats.bytes)}"
    yield f"  {stats.annotations:>10,} annotations"
    for title, rows in (
        ("Collections, frames", stats.collections),
        ("Labels, annotations", stats.labels),
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
