"""`setwright fmt`: write specs in one layout, keeping comments."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from setwright.cli.context import Session, pass_session
from setwright.model.counting import counted

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from setwright.model.diagnostics import Diagnostic

STDIN = "-"


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True))
@click.option(
    "--check", is_flag=True, help="Write nothing; exit with 1 if a file would change, or cannot be told."
)
@click.option("--diff", is_flag=True, help="Write nothing; show what would change.")
@pass_session
def command(session: Session, paths: tuple[str, ...], check: bool, diff: bool) -> int:
    """Write the project file and the specs in one layout.

    Keys come in the order of the documentation, and a level is two spaces wide. What a file means stays as it is, and
    so do its comments. PATHS are files and folders of the project, by default all its files; with - a spec is read
    from the standard input and written to the standard output. A file that is no YAML is left alone, and so is one
    with directives, keys after question marks and the like; --check passes neither, for their layout is not ours.
    """
    if paths == (STDIN,):
        return _pass_through(session, check=check, diff=diff)
    from setwright.cli.findings import show_findings
    from setwright.cli.layouts import layouts, write

    session.on_interrupt = (
        "Every file is whole, as it was or in layout. Run `setwright fmt` again for the others."
    )
    told: list[Diagnostic] = []
    changed = kept = alone = 0
    for file in layouts(session.cwd, paths, told.append):
        if file.left_alone:
            alone += 1
            _say(f"left alone  {file.name}, which has YAML of a rare kind", aside=diff)
            continue
        if not file.changed:
            kept += 1
            continue
        changed += 1
        if diff:
            _show_diff(session, file.name, file.before, file.after)
        if check:
            _say(f"would change  {file.name}", aside=diff)
        elif not diff:
            write(file)
            _say(f"formatted  {file.name}")
    if told:
        show_findings(session, told, err=True)
    if kept and not changed and not told:
        _say(f"{counted(kept, 'file')},{' all' * (kept != 1)} in layout", aside=diff)
    return int(bool(told) or (check and changed + alone > 0))


def _pass_through(session: Session, *, check: bool, diff: bool) -> int:
    from setwright.cli.findings import show_findings
    from setwright.spec.dataset_models import DatasetFile
    from setwright.spec.formatting import laid_out

    name = "<stdin>"
    before = sys.stdin.buffer.read()
    made = laid_out(name, before, DatasetFile)
    if made.text is None:
        show_findings(session, made.errors, err=True)
        return 1
    after = before if made.left_alone else made.text.encode()
    if diff:
        _show_diff(session, name, before, after)
    elif not check:
        click.echo(after, nl=False)
    return int(check and (made.left_alone or before != after))


def _say(line: str, *, aside: bool = False) -> None:
    """Print a line, on stderr where stdout is for something that programs read."""
    from setwright.views.escape import terminal

    click.echo(terminal(line), err=aside)


def _show_diff(session: Session, name: str, before: bytes, after: bytes) -> None:
    for line in _diff(name, _lines(before), _lines(after)):
        click.echo(line, color=session.color)


def _lines(content: bytes) -> list[str]:
    """The lines of `content`; if the last one lacks its line break, that is part of it, in the words of diff."""
    *lines, last = content.decode("utf-8", errors="replace").split("\n")
    return [*lines, f"{last}\n\\ No newline at end of file"] if last else lines


def _diff(name: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    from difflib import unified_diff

    from setwright.views.escape import terminal
    from setwright.views.style import Role, paint

    looks: dict[str, Role] = {"+": "added", "-": "removed", "@": "faint"}
    for number, entry in enumerate(unified_diff(before, after, f"a/{name}", f"b/{name}", lineterm="")):
        role: Role | None = "strong" if number < 2 else looks.get(entry[0])
        for line in entry.split("\n"):
            shown = terminal(line)
            yield shown if role is None else paint(shown, role, color=True)
