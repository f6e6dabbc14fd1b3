"""What one run of `setwright` was told before its command's name, handed to every command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from setwright.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(slots=True)
class Session:
    """The options of the root command, and the last word if the run is cut short.

    Not frozen, because it is made before the options are read: an error in reading them must already be shown
    the way they ask.

    `color` is what was decided: yes, no, or (None) whatever suits the stream that is written to.
    `on_interrupt` is a sentence on how to go on, left by a command once stopping it has consequences. It is
    printed after "Interrupted.".
    """

    color: bool | None = None
    debug: bool = False
    on_interrupt: str | None = None

    @property
    def cwd(self) -> Path:
        """The folder to work in: where `setwright` was started, or what -C says."""
        from pathlib import Path  # here, because `--help` has no use for it

        return Path.cwd()


pass_session = click.make_pass_decorator(Session)


def decide_color(choice: str, environ: Mapping[str, str]) -> bool | None:
    """Whether to colour: the option decides, else NO_COLOR, else FORCE_COLOR, else TERM=dumb, else (None) the stream.

    The first two variables count only when they are not empty (https://no-color.org, https://force-color.org).
    """
    if choice != "auto":
        return choice == "always"
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    if environ.get("TERM") == "dumb":
        return False  # a terminal that shows escapes as letters, as in an editor
    return None
