"""Run `setwright` as its users do, in a process of its own, with a few commands that misbehave on request.

`python -m tests.house.program fail …` is `setwright fail …`.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import click

from setwright.cli.context import Session, pass_session
from setwright.cli.main import main, root
from setwright.model.errors import LockHeldError

ROOT = Path(__file__).parents[2]
PROGRAM = [sys.executable, "-m", "tests.house.program"]

FAILURES = {
    "as-foreseen": LockHeldError(
        "The dataset is locked", "ada@build-7 applies to it since 09:14.", hint="wait, or ask ada"
    ),
    "unforeseen": KeyError("balloons"),
    "truncated-file": EOFError("Compressed file ended before the end-of-stream marker was reached"),
    "full-disk": OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "state/00000042.json"),
}


def setwright(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one command line from the top of the repository."""
    return subprocess.run(
        [*PROGRAM, *args], cwd=ROOT, env=os.environ | environ, capture_output=True, text=True, check=False
    )


@click.command()
@click.argument("how", type=click.Choice(list(FAILURES)))
def fail(how: str) -> None:
    """Fail in one of the ways that a command can."""
    raise FAILURES[how]


@click.command()
@pass_session
def wait(session: Session) -> None:
    """Say "ready", then wait to be interrupted."""
    session.on_interrupt = "Run `setwright apply` again to go on."
    click.echo("ready")
    time.sleep(60)


@click.command()
def tidy() -> None:
    """Say "ready", wait to be interrupted, and take a while to tidy up."""
    try:
        click.echo("ready")
        time.sleep(60)
    finally:
        time.sleep(0.5)
        click.echo("tidied")


@click.command()
def swallow() -> None:
    """Say "ready", then wait inside a library that makes an error of its own of an interruption."""
    click.echo("ready")
    try:
        time.sleep(60)
    except KeyboardInterrupt:
        raise ValueError("cannot build the validator") from None


@click.command()
def pending() -> int:
    """Finish as `plan --detailed-exitcode` does when changes are pending."""
    return 2


@click.command()
def flood() -> None:
    """Write without end, and past click, as a JSON encoder would."""
    while True:
        sys.stdout.write("a line that fills the pipe\n")


@click.command()
def mutter() -> None:
    """Write a little, and leave it in the buffer."""
    sys.stdout.write("one line")


@click.command()
@click.argument("file")
def beside(file: str) -> None:
    """Look whether somebody is there to answer, open a file, and let another program speak meanwhile."""
    sys.stdin.isatty()
    with Path(file).open("w", encoding="utf-8"):
        said = "import os; os.write(1, b'this'); os.write(2, b'that')"
        subprocess.run([sys.executable, "-c", said], check=True)


@click.command()
@pass_session
def where(session: Session) -> None:
    """Print the working folder."""
    click.echo(session.cwd)


if __name__ == "__main__":
    for name in ("fail", "wait", "tidy", "swallow", "pending", "flood", "mutter", "beside", "where"):
        root.table[name] = (f"tests.house.program:{name}", "")
    main()
