"""What is said of a wrong command line beside what click says of it."""

from __future__ import annotations

import click

_CONSENTS = frozenset({"--force", "--prune", "--take-over", "--yes"})
"""Options that let something be lost, or done unasked."""


def without_consents(error: click.ClickException) -> None:
    """Keep options that consent to something from being suggested, but for a slip of the keys.

    To click --dry-run is much like --prune, which deletes.
    """
    from difflib import get_close_matches

    if isinstance(error, click.NoSuchOption) and error.possibilities:
        meant = get_close_matches(error.option_name, _CONSENTS, cutoff=0.8)
        found = [each for each in error.possibilities if each not in _CONSENTS or each in meant]
        error.possibilities[:] = found


def advice(error: click.ClickException) -> str | None:
    """How the line should have been, where that can be told."""
    if not isinstance(error, click.UsageError) or error.ctx is None:
        return None
    here, root = error.ctx, error.ctx.find_root()
    match error:
        case click.NoSuchOption(option_name=option) if here is not root and option in _options(root):
            return f"it stands before the command: `{root.info_name} {option} …`"
        case click.NoSuchOption(option_name="--dry-run" | "--check") if here.info_name == "apply":
            return "`setwright plan` shows what `setwright apply` would do"
        # Click has no class of its own for it.
        case _ if error.message.startswith("Got unexpected extra argument") and "--select" in _options(here):
            return "`--select ADDRESS` plans and applies some of the datasets"
    return None


def _options(context: click.Context) -> set[str]:
    return {name for parameter in context.command.params for name in parameter.opts}
