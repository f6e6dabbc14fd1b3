"""Long work on a terminal: bars while it goes on; elsewhere a line when a task is done, or waits for others."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, assert_never

import click

from setwright.model.events import Advanced, Event, Finished, Started

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from setwright.cli.context import Session
    from setwright.model.events import Listener


@contextmanager
def listening(session: Session, *, quiet: bool = False) -> Iterator[Listener]:
    """A listener for long work, in place for as long as the context lasts. It writes to stderr, if `quiet` no more than
    what is waited for.

    Bars move on a terminal only, and not on a build server or a terminal that cannot move its cursor.
    """
    if quiet:
        yield _waits
    elif animates(os.environ, sys.stderr.isatty()):
        with _bars(session) as listener:
            yield listener
    else:
        yield _lines


def animates(environ: Mapping[str, str], terminal: bool) -> bool:
    """Whether bars may move."""
    return terminal and not environ.get("CI") and environ.get("TERM") != "dumb"


def _waits(event: Event) -> None:
    """A line as a waiting for others begins, or nothing would show why the command stands still."""
    match event:
        case Started(task, None, ""):
            click.echo(f"{task} …", err=True)
        case _:
            pass


def _lines(event: Event) -> None:
    _waits(event)
    match event:
        case Finished():
            click.echo(_closing_line(event), err=True)
        case _:
            pass


def _closing_line(event: Finished) -> str:
    return f"{event.task}: {event.note or 'done'}"


@contextmanager
def _bars(session: Session) -> Iterator[Listener]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        SpinnerColumn,
        Task,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Rate(ProgressColumn):
        """How many units are done in a second."""

        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed and task.speed >= 1 else "")

    console = Console(stderr=True, no_color=session.color is False, highlight=False)
    columns = (
        SpinnerColumn(finished_text="✓"),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}", markup=False),
        Rate(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=console, transient=True) as progress:

        def listen(event: Event) -> None:
            match event:
                case Started(task, total, unit):
                    tasks[task] = progress.add_task(task, total=total, unit=unit)
                case Advanced(task, steps):
                    progress.advance(tasks[task], steps)
                case Finished(task):
                    progress.remove_task(tasks.pop(task))
                    progress.console.print(_closing_line(event), markup=False)
                case _:
                    assert_never(event)

        yield listen
