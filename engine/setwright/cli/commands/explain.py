"""`setwright explain`: what a finding means, why it matters, and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

WIDEST = 100
"""Prose is not broken later than at this column, however wide the terminal is."""


class _Code(click.ParamType[str]):
    name = "code"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The codes that begin so, with their summaries."""
        from click.shell_completion import CompletionItem

        from setwright.cli.finding_pages import codes, page

        begun = incomplete.upper()
        return [CompletionItem(code, help=page(code).summary) for code in codes() if code.startswith(begun)]


@click.command()
@click.argument("code", type=_Code(), required=False)
@click.option("--list", "listing", is_flag=True, help="List all codes with their summaries.")
@pass_session
def command(session: Session, code: str | None, listing: bool) -> None:
    """Explain the finding CODE, as in SW213: why it matters, a wrong and a right example, what to do.

    Without a code all of them are listed.
    """
    if listing or code is None:
        _list(session)
        return
    from setwright.cli.finding_pages import code_in, codes, page

    wanted = code_in(code)
    if wanted not in codes():
        raise _unknown(code, wanted)
    _show(session, page(wanted).text)


def _list(session: Session) -> None:
    from setwright.cli.finding_pages import codes, page
    from setwright.model.diagnostics import Severity
    from setwright.views.style import SEVERITIES, paint

    for each in map(page, codes()):
        severity = paint(f"{each.severity:7}", SEVERITIES[Severity(each.severity)], color=True)
        click.echo(f"{each.code}  {severity}  {each.summary}", color=session.color)


def _unknown(given: str, code: str) -> Exception:
    """The error for `given`, which stands for no code; it may have been meant as a summary."""
    import re

    from setwright.cli.finding_pages import codes, page
    from setwright.model.errors import UsageError
    from setwright.model.suggestions import closest

    by_summary = {each.summary: each.code for each in map(page, codes())}
    meant = closest(given, by_summary)
    near = None if meant is None else by_summary[meant]
    # Of two whole codes neither is a slip for the other, however near their digits are.
    if near is None and not re.fullmatch(r"SW[0-9]{3}", code):
        near = closest(code, codes())
    return UsageError(
        f'There is no finding "{given[:60]}"',
        "Findings have codes of SW and three digits.",
        f'did you mean "{near}"?' if near is not None else "`setwright explain --list` lists them",
    )


def _show(session: Session, text: str) -> None:
    """`text` laid out where somebody looks at a terminal, as it is for everybody else."""
    import sys

    if session.color is False or (session.color is None and not sys.stdout.isatty()):
        click.echo(text, nl=False)
        return
    import shutil

    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    width = min(shutil.get_terminal_size((WIDEST, 24)).columns, WIDEST)
    # Colours of the terminal's own palette and no background, so that people can read them on the one they chose.
    theme = Theme({"markdown.code": "bold cyan"})
    console = Console(width=width, force_terminal=True, highlight=False, theme=theme)
    console.print(Markdown(text, code_theme="ansi_dark"))
