"""What is said of a wrong command line beside what click says of it."""

from __future__ import annotations

import click


def advice(error: click.ClickException) -> str | None:
    """How the line should have been, where that can be told."""
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return None
    here, root = error.ctx, error.ctx.find_root()
    match error:
        case click.NoSuchOption(option_name=option) if here is not root and option in _options(root):
            return f"it stands before the command: `{root.info_name} {option} …`"
        # Click has no class of its own for it.
        case _ if error.message.startswith("Got unexpected extra argument") and "--select" in _options(here):
            return "`--select ADDRESS` plans and applies some of the datasets"
    return None


def _options(context: click.Context) -> set[str]:
    return {name for parameter in context.command.params for name in parameter.opts}
