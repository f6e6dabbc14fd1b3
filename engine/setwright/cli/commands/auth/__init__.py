"""`setwright auth`: the credentials for a remote, where they come from and whether they are taken."""

from __future__ import annotations

import click

from setwright.cli.lazy import LazyGroup, Sections

COMMANDS: Sections = {
    "Commands": {
        "status": ("setwright.cli.commands.auth.status:command", "Tell where the credentials come from"),
        "check": ("setwright.cli.commands.auth.check:command", "Ask the remote whether it takes them"),
    },
}


@click.group(cls=LazyGroup, sections=COMMANDS)
def command() -> None:
    """Look after the credentials for a remote. None of these commands shows a secret.

    A key and a secret come from SETWRIGHT_LAYERNEXT_KEY and SETWRIGHT_LAYERNEXT_SECRET, or for a lake's server from
    SETWRIGHT_LAKE_KEY and SETWRIGHT_LAKE_SECRET; else from a file of your own (credentials.yaml in setwright's folder
    of settings, or what SETWRIGHT_CREDENTIALS_FILE names), else from the keyring. Never from a project's files, which
    others may change. The first variable may hold both, with a colon between.
    """
