"""`setwright lake query`: what a query gives, before it stands in a spec."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.lake_options import lake_options
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from setwright.lake.answers import Answers, FoundFrame
    from setwright.lake.lake import Lake
    from setwright.model.errors import QueryError, SetwrightError

JSON_FORMAT_VERSION = 1

_SHOWN = 72
"""How many characters of a line of a query are shown around a mistake."""


@click.command()
@click.argument("query", default="")
@click.option("--count", is_flag=True, help="Print the number of frames alone.")
@click.option("--labels", is_flag=True, help="Count the labels on the frames.")
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Show N frames from all over them.")
@click.option("--explain", is_flag=True, help="Say how many frames each part of the query keeps.")
@click.option("--at", type=click.IntRange(min=0), metavar="REV", help="As of a revision.  [default: newest]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_session
@lake_options
def command(
    session: Session,
    query: str,
    count: bool,
    labels: bool,
    sample: int | None,
    explain: bool,
    at: int | None,
    as_json: bool,
    folder: Path,
) -> None:
    """List the frames that QUERY gives, such as 'annotation.label=Balloon and frame.width>=640'.

    Without an option their names are printed, one a line. Without QUERY it is the whole lake. docs/query.md tells
    how queries are written.
    """
    import json

    from setwright.lake.lake import Lake
    from setwright.model.errors import QueryError

    with Lake.open(folder) as lake:
        try:
            with lake.answers(query, at) as answers:
                if as_json:
                    document = _document(
                        answers, query, count=count, labels=labels, sample=sample, explain=explain
                    )
                    click.echo(json.dumps(document, indent=2, ensure_ascii=False))
                else:
                    for line in _text(answers, count=count, labels=labels, sample=sample, explain=explain):
                        click.echo(line)
                    for line in _unknown_names(answers, lake):
                        click.echo(line, err=True)
        except QueryError as error:
            raise _pointed(query, error) from error


def _document(
    answers: Answers, query: str, *, count: bool, labels: bool, sample: int | None, explain: bool
) -> dict[str, Any]:
    from dataclasses import asdict

    document: dict[str, Any] = {
        "format_version": JSON_FORMAT_VERSION,
        "query": query,
        "revision": answers.revision,
        "count": answers.count(),
    }
    if labels:
        document["labels"] = {
            each.label: {"annotations": each.annotations, "frames": each.frames} for each in answers.labels()
        }
    if sample is not None:
        document["sample"] = [asdict(each) | {"labels": dict(each.labels)} for each in answers.sample(sample)]
    if explain:
        document["parts"] = [asdict(part) for part in answers.parts()]
    if not (count or labels or sample or explain):
        document["frames"] = list(answers.names())
    return document


def _text(answers: Answers, *, count: bool, labels: bool, sample: int | None, explain: bool) -> Iterator[str]:
    from setwright.views.escape import terminal

    if not (count or labels or sample or explain):
        yield from map(terminal, answers.names())
        return
    number = answers.count()
    if count and not (labels or sample or explain):
        yield str(number)
        return
    yield f"{_frames(number)} at revision {answers.revision}"
    if explain:
        yield ""
        yield from _parts(answers)
    if labels:
        yield ""
        yield from _labels(answers)
    if sample is not None:
        yield ""
        yield from _sample(answers.sample(sample))


def _parts(answers: Answers) -> Iterator[str]:
    from setwright.views.escape import terminal

    parts = answers.parts()
    if not parts:
        yield "  The empty query keeps every frame."
    width = max((len(f"{part.frames:,}") for part in parts), default=0)
    for part in parts:
        yield f"  {part.frames:>{width},}  {'  ' * part.depth}{terminal(part.text)}"


def _labels(answers: Answers) -> Iterator[str]:
    from setwright.views.escape import terminal

    found = answers.labels()
    if not found:
        yield "  No annotation is on them."
        return
    width = max(len("label"), *(len(terminal(each.label)) for each in found))
    yield f"  {'label':{width}}  {'annotations':>12}  {'frames':>10}"
    for each in found:
        yield f"  {terminal(each.label):{width}}  {each.annotations:>12,}  {each.frames:>10,}"


def _sample(frames: tuple[FoundFrame, ...]) -> Iterator[str]:
    from setwright.views.escape import terminal

    width = max((len(terminal(frame.name)) for frame in frames), default=0)
    for frame in frames:
        labels = ", ".join(f"{number} {terminal(label)}" for label, number in frame.labels)
        size = f"{frame.width}×{frame.height}"
        yield f"  {terminal(frame.name):{width}}  {size:>11}  {labels or '(nothing annotated)'}"


def _unknown_names(answers: Answers, lake: Lake) -> Iterator[str]:
    """What the query asks for and the lake does not have at all, which is mostly a typing mistake."""
    from setwright.model.suggestions import did_you_mean
    from setwright.query.about import unknown_datasets
    from setwright.query.keys import Field, Operator
    from setwright.query.tree import OneOf, conditions
    from setwright.views.escape import terminal

    asked = [
        (condition.key.field, value)
        for condition in conditions(answers.query)
        for value in (condition.values if isinstance(condition, OneOf) else (condition.value,))
        if isinstance(condition, OneOf) or condition.operator in (Operator.EQUAL, Operator.NOT_EQUAL)
    ]
    known = lake.vocabulary()
    for field, kind, names in (
        (Field.LABEL, "label", known.labels),
        (Field.OPERATION, "operation", known.operations),
        (Field.COLLECTION, "collection", known.collections),
    ):
        for name in dict.fromkeys(str(value) for key, value in asked if key is field):
            if name not in (names or ()):
                hint = did_you_mean(name, names or ())
                yield f'No {kind} of the lake is called "{terminal(name)}"' + (
                    f"; {terminal(hint)}" if hint else "."
                )
    for kind, name, names in answers.unknown_free_names():
        hint = did_you_mean(name, names)
        yield f'No {kind} in the lake is called "{terminal(name)}"' + (f"; {terminal(hint)}" if hint else ".")
    for unknown in unknown_datasets(answers.query, known.versions or {}):
        yield terminal(str(unknown)) + (f"; {terminal(unknown.hint)}" if unknown.hint else ".")


def _frames(number: int) -> str:
    return f"{counted(number, 'frame')}"


def _pointed(query: str, error: QueryError) -> SetwrightError:
    """`error` with the place in the query that it speaks of underlined."""
    from setwright.model.errors import SetwrightError

    before, text = query[: error.start], query.expandtabs(1)
    first = before.rfind("\n") + 1
    line = text[first:].split("\n", 1)[0]
    start = error.start - first
    end = max(start + 1, min(error.end - first, len(line)))
    cut = max(0, start - _SHOWN // 2) if len(line) > _SHOWN else 0
    shown = line[cut : cut + _SHOWN]
    marks = " " * (start - cut) + "^" * max(1, min(end - cut, _SHOWN) - (start - cut))
    return SetwrightError(error.summary, f"{shown}\n{marks}\n{error.detail}", error.hint)
