"""The front door: the commands, the options before a command's name, and what becomes of an error."""

from __future__ import annotations

import contextlib
import gc
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, NoReturn

import click

from setwright import __version__
from setwright.cli.context import Session, decide_color
from setwright.cli.lazy import LazyGroup, Sections
from setwright.model.errors import FindingsError, SetwrightError, of_system

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import FrameType

INTERRUPTED = 130  # what a shell reports for a program that SIGINT ended: 128 + 2

COMMANDS: Sections = {
    "Start": {
        "init": ("setwright.cli.commands.init:command", "Start a project in this folder"),
        "demo": ("setwright.cli.commands.demo:command", "Draw pictures of balloons to try things on"),
    },
    "Main job": {
        "validate": ("setwright.cli.commands.validate:command", "Check the specs and list every mistake"),
        "plan": ("setwright.cli.commands.plan:command", "Show what would change, down to the frames"),
        "lock": ("setwright.cli.commands.lock:command", "Pin what the specs select"),
        "apply": ("setwright.cli.commands.apply:command", "Make what was planned"),
        "adopt": ("setwright.cli.commands.adopt:command", "Take a dataset that exists into the project"),
        "pull": ("setwright.cli.commands.pull:command", "Write a version's export to a folder"),
    },
    "Look": {
        "versions": ("setwright.cli.commands.versions:command", "List the versions of a dataset"),
        "preview": ("setwright.cli.commands.preview:command", "Draw frames beside their varied copies"),
        "drift": ("setwright.cli.commands.drift:command", "Show what others changed since the last apply"),
        "show": ("setwright.cli.commands.show:command", "Show one version: frames, labels, splits"),
        "diff": ("setwright.cli.commands.diff:command", "Show what differs between two versions"),
        "verify": ("setwright.cli.commands.verify:command", "Make a version again, and compare"),
    },
    "Spec": {
        "show-spec": ("setwright.cli.commands.show_spec:command", "Show a spec as it is understood"),
        "fmt": ("setwright.cli.commands.fmt:command", "Write specs in one layout, keeping comments"),
        "schema": ("setwright.cli.commands.schema:command", "Print the JSON Schema of a kind of file"),
        "explain": ("setwright.cli.commands.explain:command", "Explain a finding by its code, as in SW102"),
    },
    "Lake": {
        "lake": ("setwright.cli.commands.lake:command", "Fill the embedded lake and look into it"),
    },
    "Remote": {
        "serve": (
            "setwright.server.commands.serve:command",
            "Serve a lake to projects elsewhere, and to LayerNext's SDK",
        ),
        "download": ("setwright.cli.commands.download:command", "Download an export by a version's id"),
        "auth": ("setwright.cli.commands.auth:command", "Look after the credentials: `status`, `check`"),
    },
    "Shell": {
        "completion": ("setwright.cli.completion:command", "Print the completion script of a shell"),
    },
}


ENVIRONMENT = {
    "SETWRIGHT_ENV": "The environment to lay over the project, as --env",
    "SETWRIGHT_VAR_NAME": "The value of the variable `name`, as --var",
    "SETWRIGHT_LAKE_KEY": "A key to a lake's server, as `serve keys create` printed it",
    "SETWRIGHT_CACHE": "`off` reads all specs anew and keeps nothing of them",
    "NO_COLOR": "Anything: the output has no colours",
}
"""The variables that hold for more than one command, each with what it says."""


@click.group(
    cls=LazyGroup,
    sections=COMMANDS,
    environment=ENVIRONMENT,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="setwright %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
@click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="When to colour the output.",
)
@click.option(
    "-C",
    "--chdir",
    "folder",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Run as if started in DIR.",
)
@click.pass_context
def root(context: click.Context, debug: bool, color: str, folder: str | None) -> None:
    """Datasets as code for computer vision.

    Describe a dataset in a spec, see what would change with `plan`, and make exactly that with `apply`.
    """
    session = context.ensure_object(Session)
    session.debug = debug
    session.color = context.color = decide_color(color, os.environ)
    if folder is not None:
        context.with_resource(contextlib.chdir(folder))


def main() -> NoReturn:
    """Run `setwright` as a program."""
    # Plugins of pydantic would see every value that is checked, and looking for them reads what every installed package
    # says of itself.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    _open_streams()
    # `kill` and a build server's "cancel" deserve the same tidy end as Ctrl-C.
    signal.signal(signal.SIGTERM, _interrupt)
    if callable(signal.getsignal(signal.SIGINT)):  # else somebody had it ignored
        signal.signal(signal.SIGINT, _interrupt)
    code = run(sys.argv[1:])
    for sent in (signal.SIGINT, signal.SIGTERM):
        if callable(signal.getsignal(sent)):
            signal.signal(sent, _leave)
    # Python looks for circles once more on its way out. All memory goes back to the system then anyway.
    gc.freeze()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, `head` say, has seen enough. What is still buffered goes nowhere, for else Python
        # would flush it once more on its way out and complain.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 1
    sys.exit(code)


def _open_streams() -> None:
    """Let a stream that is closed, as by `>&-` or a service manager, lead to nowhere.

    Python has None in its place. And the next file that is opened, a saved plan say, would be number 1 or 2, to which
    `git` and C libraries write what they have to say.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            number = os.open(os.devnull, os.O_RDWR)  # the lowest that is free, so the stream's own
            os.set_inheritable(number, True)
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8"))


def run(args: Sequence[str]) -> int:
    """Run one command line and return its exit code. Whatever went wrong has been said on stderr.

    A command's exit code is what its function returns; None is 0.
    """
    session = Session()
    try:
        code = root.main(list(args), prog_name="setwright", obj=session, standalone_mode=False)
        return code if isinstance(code, int) else 0
    except click.ClickException as error:
        # Click would exit with 2, and a script must not take a typing mistake for "changes pending".
        from setwright.cli.advice import advice, without_consents

        without_consents(error)
        error.show()
        if hint := advice(error):
            click.echo(f"  hint: {_shown(hint)}", err=True)
        return 1
    except click.Abort as abort:
        # Click makes an Abort of every EOFError, also of one that comes from a truncated file, not a prompt.
        if isinstance(abort.__cause__, EOFError):
            return _report(abort.__cause__, session)
        return _interrupted(session)
    except Exception as error:
        # A library may have made an error of its own of the interruption.
        if _signals and not isinstance(error, SetwrightError):
            return _interrupted(session)
        return _report(error, session)


def _interrupted(session: Session) -> int:
    click.echo(f"Interrupted. {_shown(session.on_interrupt or '')}".rstrip(), err=True)
    return INTERRUPTED


def _report(error: Exception, session: Session) -> int:
    if session.debug:
        import traceback

        lines = "".join(traceback.format_exception(error)).splitlines()
        click.echo("\n".join(_shown(line) for line in lines), err=True)
    if isinstance(error, FindingsError):
        from setwright.cli.findings import show_findings

        show_findings(session, error.diagnostics, err=True)
        return error.exit_code
    told = _in_words(error)
    lines = [click.style("Error: ", fg="red", bold=True) + _shown(told.summary)]
    lines += [f"  {_shown(line)}" for line in told.detail.split("\n") if told.detail]
    lines += [f"  hint: {_shown(told.hint)}"] if told.hint else []
    click.echo("\n".join(lines), err=True, color=session.color)
    return told.exit_code


def _shown(text: str) -> str:
    """`text`, which may repeat what a server or a file says, without its power over the terminal."""
    from setwright.views.escape import terminal

    return terminal(text)


def _in_words(error: Exception) -> SetwrightError:
    if isinstance(error, SetwrightError):
        return error
    if isinstance(error, OSError) and error.strerror:
        return of_system(error)
    return SetwrightError(
        "This is a bug in setwright",
        f"{type(error).__name__}: {error}\nNothing that you wrote can be the reason. Please report it.",
        hint="`setwright --debug …` shows the traceback, which helps whoever mends it",
    )


_signals: list[float] = []
"""When signals asked this process to end, by the clock that `_interrupt` reads."""

_PATIENCE = 2.0
"""For so many seconds after the first signal, others are taken for the same one."""


def _interrupt(_sent: int, _frame: FrameType | None) -> None:
    """Interrupt whatever runs, and leave alone what then tidies up.

    People press Ctrl-C again before anything can have ended, and build servers send a second signal. Whoever still
    waits after that means it.
    """
    now = time.monotonic()
    again = bool(_signals) and now - _signals[0] < _PATIENCE
    _signals.append(now)
    if not again:
        raise KeyboardInterrupt


def _leave(_sent: int, _frame: FrameType | None) -> NoReturn:
    """End at once: all has been said, and only Python's own way out is left, where an exception is a traceback."""
    os._exit(INTERRUPTED)
