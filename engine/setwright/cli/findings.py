"""Findings on a terminal: the one way in which every command shows what is wrong with the specs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from setwright.cli.context import Session
    from setwright.model.diagnostics import Diagnostic


def show_findings(session: Session, diagnostics: Iterable[Diagnostic], *, err: bool = False) -> None:
    """Print the findings as people read them, as many as can be read; on stderr with `err`."""
    import shutil

    from setwright.views.findings_text import render

    text = render(
        diagnostics,
        # Where nobody decided, click takes the colours out again if no terminal is there to show them.
        color=session.color is not False,
        width=shutil.get_terminal_size((100, 24)).columns,
    )
    click.echo(text, nl=False, err=err, color=session.color)
