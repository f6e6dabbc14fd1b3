"""`setwright lake ingest`: pictures and annotations from other tools into the lake."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.formats.reading.protocol import Problem, ProblemKind
    from setwright.lake.ingest_report import IngestReport
    from setwright.lake.lake import Lake

FORMATS = ("folder", "layernext", "via", "voc")

_SHOWN = 3
"""How many problems of a kind are shown; the report lists all."""


@click.command()
@click.argument("path", type=click.Path(exists=True, file_okay=False))
@click.option("--collection", required=True, metavar="NAME", help="The collection to add to; made if new.")
@click.option("--format", type=click.Choice(FORMATS), help="Of the files.  [default: found out]")
@click.option("--operation", metavar="ID", help="Who annotated.  [default: ingest:COLLECTION]")
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
@click.option("--label", metavar="NAME", help="The label of VIA regions that name none.")
@click.option("--strict", is_flag=True, help="Record nothing if there is any problem.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.option(
    "--lake", "lake_path", metavar="DIR", type=click.Path(), help="The lake.  [default: the project's]"
)
@pass_session
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
    strict: bool,
    as_json: bool,
    lake_path: str | None,
) -> int:
    """Add the pictures in PATH, and the annotations beside them, to a collection of the lake.

    Run it again after more files have come: what the lake has already is left as it is, what an operation says anew
    replaces what it said. Whatever is wrong with the files is counted and listed.
    """
    from datetime import UTC, datetime
    from pathlib import Path

    from setwright.cli.author import author
    from setwright.cli.lake_location import lake_folder
    from setwright.cli.progress import listening
    from setwright.formats.reading.protocol import ReadOptions

    folder = lake_folder(session, lake_path)
    with _open_or_create(folder) as lake:
        session.on_interrupt = "Nothing was recorded. Run the same command again to go on."
        with listening(session, quiet=as_json) as listener:
            report = lake.ingest(
                Path(path),
                collection=collection,
                author=author(),
                at=datetime.now(UTC),
                format=format,
                operation=operation,
                mode="human" if human else "machine",
                options=ReadOptions(origin=voc_origin, label=label, normalized=normalized),
                strict=strict,
                listener=listener,
            )
        session.on_interrupt = None
        if as_json:
            click.echo(report.text(), nl=False)
        else:
            click.echo("\n".join(_text(report, lake)))
    return 1 if report.refused else 0


def _open_or_create(folder: Path) -> Lake:
    from setwright.lake.lake import Lake

    if (folder / "lake.json").exists():
        return Lake.open(folder)
    lake = Lake.create(folder)
    click.echo(f"Made a lake in {folder}", err=True)
    return lake


def _text(report: IngestReport, lake: Lake) -> Iterator[str]:
    from setwright.formats.reading.registry import named
    from setwright.views.escape import terminal

    how = "found out" if report.detected else "as told"
    yield f"Read {named(report.format).title} ({how}) in {terminal(report.location)}"
    yield ""
    yield f"  collection   {terminal(report.collection)}"
    yield f"  frames       {_frames(report)}"
    yield f"  annotations  {_annotations(report)}"
    width = max((len(terminal(label)) for label, _ in report.labels), default=0)
    for label, count in sorted(report.labels, key=lambda pair: (-pair[1], pair[0])):
        yield f"               {terminal(label):{width}}  {count:>9,}"
    for what, count in (
        ("pictures without annotations", report.bare_pictures),
        ("pictures that repeat another, stored once", report.same_pictures),
        ("other files, which say nothing of pictures", report.other_files),
    ):
        if count:
            yield f"  {count:,} {what}"
    yield ""
    yield from _problems(report)
    yield from _outcome(report, lake)


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
    from setwright.views.escape import terminal

    if not report.annotations:
        return "none"
    who = "people" if report.mode == "human" else "a model"
    change = f"+{report.annotations_added:,} -{report.annotations_removed:,}"
    if not report.annotations_added and not report.annotations_removed:
        change = "unchanged"
    return f"{report.annotations:,} ({change}) by {terminal(report.operation)}, {who}"


def _problems(report: IngestReport) -> Iterator[str]:
    from setwright.lake.ingest_report import SUMMARIES

    for kind, count in report.problem_counts.items():
        yield f"  ! {count:,} {SUMMARIES[kind]}"
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


def _outcome(report: IngestReport, lake: Lake) -> Iterator[str]:
    if report.refused:
        count = len(report.problems)
        yield f"Refused: {count:,} problem{'s' * (count != 1)}, and --strict allows none. Nothing was recorded."
    elif report.revision is None:
        yield f"Nothing is new; the lake stays at revision {lake.revision()}."
    else:
        yield f"Recorded as revision {report.revision}; the report is {lake.report_path(report.revision)}"
