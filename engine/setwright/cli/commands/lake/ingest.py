"""`setwright lake ingest`: pictures and annotations from other tools into the lake."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from setwright.cli import completing
from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from setwright.formats.reading.problems import Problem, ProblemKind
    from setwright.lake.ingest import Mode
    from setwright.lake.ingest_report import IngestReport
    from setwright.lake.lake import Lake

FORMATS = (
    "coco",
    "folder",
    "imagefolder",
    "layernext",
    "parquet",
    "segmentation",
    "via",
    "voc",
    "webdataset",
    "yolo-darknet",
    "yolo-ultralytics",
)

_PIXELS = {
    "1": "black or white",
    "CMYK": "CMYK",
    "F": "grey in fractions",
    "I": "grey of 32 bits",
    "I;16": "grey of 16 bits",
    "I;16B": "grey of 16 bits",
    "L": "grey",
    "LA": "grey with transparency",
    "P": "with a palette",
    "RGB;16": "RGB of 16 bits",
    "RGBA": "RGB with transparency",
    "RGBA;16": "RGB of 16 bits with transparency",
}
"""How kinds of pixels are called for people; RGB is what all expect, and told only beside others."""

_SHOWN = 3
"""How many problems of a kind are shown; the report lists all."""


@click.command()
@click.argument("path", type=click.Path())
@click.option(
    "--collection",
    required=True,
    metavar="NAME",
    shell_complete=completing.collections,
    help="The collection to add to; made if new.",
)
@click.option("--format", type=click.Choice(FORMATS), help="Of the files.  [default: found out]")
@click.option(
    "--operation",
    metavar="ID",
    shell_complete=completing.operations,
    help="Who annotated.  [default: ingest:COLLECTION]",
)
@click.option("--human/--model-run", "human", default=True, help="Whether people annotated, or a model.")
@click.option(
    "--voc-origin",
    type=click.IntRange(0, 1),
    default=0,
    show_default=True,
    help="The first pixel's coordinate in VOC files.",
)
@click.option(
    "--normalized", is_flag=True, help="LayerNext's coordinates are fractions of the picture's size."
)
@click.option("--label", metavar="NAME", help="The label of what the files give none.")
@click.option("--in-place", is_flag=True, help="Refer to the pictures where they are; do not copy them.")
@click.option("--strict", is_flag=True, help="Record nothing if there is any problem.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@pass_session
@lake_options
def command(
    session: Session,
    path: str,
    collection: str,
    format: str | None,
    operation: str | None,
    human: bool,
    voc_origin: int,
    normalized: bool,
    label: str | None,
    in_place: bool,
    strict: bool,
    as_json: bool,
    folder: Path,
) -> int:
    """Add the pictures in PATH, and the annotations beside them, to a collection of the lake.

    PATH is a folder, a zip or tar archive, or a place in an object store such as s3://bucket/folder.

    Run it again after more files have come: what the lake has already is left as it is, what an operation says anew
    replaces what it said. Whatever is wrong with the files is counted and listed.
    """
    from datetime import UTC, datetime

    from setwright.cli.author import author
    from setwright.cli.progress import listening
    from setwright.formats.reading.protocol import ReadOptions
    from setwright.lake.incoming import incoming
    from setwright.lake.intake import refusal
    from setwright.lake.mark import MARK

    mode: Mode = "human" if human else "machine"
    session.on_interrupt = "Nothing was recorded. Run the same command again to go on."
    with ExitStack() as stack:
        # One that is not there yet is made when nothing speaks against it, so that no mistake leaves an empty lake.
        lake = _open_or_create(folder, stack) if (folder / MARK).exists() else None
        with listening(session, quiet=as_json) as listener:
            ready = incoming(
                path,
                collection=collection,
                format=format,
                operation=operation,
                options=ReadOptions(origin=voc_origin, label=label, normalized=normalized),
                in_place=in_place,
                listener=listener,
            )
            report = None
            if strict and lake is None:
                report, strict = refusal(ready, folder, mode=mode, listener=listener), False
        if report is None:
            lake = lake or _open_or_create(folder, stack)
            with listening(session, quiet=as_json) as listener:
                report = lake.take(
                    ready, author=author(), at=datetime.now(UTC), mode=mode, strict=strict, listener=listener
                )
        session.on_interrupt = None
        if as_json:
            click.echo(report.text(), nl=False)
        else:
            click.echo("\n".join(_text(report, lake)))
    return 1 if report.refused else 0


def _open_or_create(folder: Path, stack: ExitStack) -> Lake:
    from setwright.cli.own_folder import own_folder_around
    from setwright.lake.lake import Lake
    from setwright.lake.mark import MARK

    if (folder / MARK).exists():
        return stack.enter_context(Lake.open(folder))
    lake = stack.enter_context(Lake.create(folder))
    own_folder_around(folder)
    click.echo(f"Made a lake in {folder}", err=True)
    return lake


def _text(report: IngestReport, lake: Lake | None) -> Iterator[str]:
    from setwright.formats.reading.registry import named
    from setwright.views.escape import terminal

    how = "found out" if report.detected else "as told"
    who = "people" if report.mode == "human" else "a model"
    yield f"Read {named(report.format).title} ({how}) in {terminal(report.location)}"
    yield ""
    yield f"  collection   {terminal(report.collection)}"
    yield f"  operation    {terminal(report.operation)}, by {who}"
    yield f"  frames       {_frames(report)}"
    yield f"  annotations  {_annotations(report)}"
    yield from _labels(report)
    if report.metadata_changed:
        count = report.metadata_changed
        yield f"  metadata     {counted(count, 'frame')} with new tags or fields"
    for count, one, several in (
        (report.bare_pictures, "picture without annotations", "pictures without annotations"),
        (
            report.turned_pictures,
            "picture turned upright, as EXIF says",
            "pictures turned upright, as EXIF says",
        ),
        (report.same_pictures, "file with the picture of another", "files with the pictures of others"),
    ):
        if count:
            yield f"  {counted(count, one, several)}"
    if report.repeated:
        yield from (f"      {_equal(group)}" for group in report.repeated[:_SHOWN])
        if len(report.repeated) > _SHOWN:
            yield f"      … and {len(report.repeated) - _SHOWN:,} more groups"
    if report.copies:
        copies = counted(len(report.copies), "varied copy of another", "varied copies of others")
        yield f"  {copies}, left out with their annotations: specs make them"
    if any(kind != "RGB" for kind, _ in report.pixels):
        yield "  pixels: " + ", ".join(
            f"{count:,} {_PIXELS.get(kind, kind)}" for kind, count in report.pixels
        )
    if report.other_files:
        count = len(report.other_files)
        names = ", ".join(map(terminal, report.other_files[:_SHOWN])) + (", …" if count > _SHOWN else "")
        yield f"  {counted(count, 'other file')}, not read: {names}"
    yield ""
    yield from _problems(report)
    yield from _outcome(report, lake)


def _equal(group: Sequence[str]) -> str:
    """The first of the files that hold the same picture, and how many more there are."""
    from setwright.views.escape import terminal

    more = f" … and {len(group) - _SHOWN:,} more" if len(group) > _SHOWN else ""
    return " = ".join(map(terminal, group[:_SHOWN])) + more


def _frames(report: IngestReport) -> str:
    if report.refused:
        return "none recorded"
    parts = (
        (report.frames_new, "new"),
        (report.frames_replaced, "with another picture"),
        (report.frames_unchanged, "unchanged"),
    )
    return ", ".join(f"{count:,} {what}" for count, what in parts if count) or "none"


def _annotations(report: IngestReport) -> str:
    if not report.annotations_in_files and not report.annotations_removed:
        return "none"
    left_out = report.annotations_in_files - report.annotations
    told = f"{report.annotations_in_files:,} in the files"
    if left_out:
        told += f", {left_out:,} of them left out"
    if report.refused:
        return f"{told}; none recorded"
    came, gone = report.annotations_added, report.annotations_removed
    if not came and not gone:
        return f"{told}; none new"
    return f"{told}; {came:,} new" + (f", {gone:,} of before gone" if gone else "")


def _labels(report: IngestReport) -> Iterator[str]:
    from setwright.views.escape import terminal

    recorded, left_out = dict(report.labels), report.left_out
    shown = {label: terminal(label) or "(no label)" for label in {*recorded, *left_out}}
    width = max(map(len, shown.values()), default=0)
    for label in sorted(shown, key=lambda label: (-recorded.get(label, 0), label)):
        note = f"  ({left_out[label]:,} left out)" if label in left_out else ""
        yield f"               {shown[label]:{width}}  {recorded.get(label, 0):>9,}{note}"


def _problems(report: IngestReport) -> Iterator[str]:
    from setwright.lake.ingest_report import WITH_ANNOTATIONS, summary

    for kind, count in report.problem_counts.items():
        lost = sum(len(problem.left_out) for problem in report.problems if problem.kind is kind)
        more = f" ({counted(lost, 'annotation')})" if lost and kind in WITH_ANNOTATIONS else ""
        yield f"  ! {summary(kind, count)}{more}"
        yield from (f"      {line}" for line in _first(report, kind))
        if count > _SHOWN:
            yield f"      … and {count - _SHOWN:,} more"
    if report.problems:
        yield ""


def _first(report: IngestReport, kind: ProblemKind) -> Iterator[str]:
    from setwright.views.escape import terminal

    shown: list[Problem] = [problem for problem in report.problems if problem.kind is kind][:_SHOWN]
    for problem in shown:
        yield f"{terminal(problem.file)}: {terminal(problem.detail)}"


def _outcome(report: IngestReport, lake: Lake | None) -> Iterator[str]:
    if report.refused or lake is None:
        count = len(report.problems)
        yield f"Refused: {counted(count, 'problem')}, and --strict allows none. Nothing was recorded."
        if any(number > _SHOWN for number in report.problem_counts.values()):
            yield "With --json all of them are listed."
    elif report.revision is None:
        yield f"Nothing is new; the lake stays at revision {lake.revision()}."
    else:
        yield f"Recorded as revision {report.revision}; the report is {lake.report_path(report.revision)}"
