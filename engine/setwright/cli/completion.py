"""`setwright completion`: the script by which a shell completes commands and options."""

from __future__ import annotations

import click

INSTALL = {
    "bash": "mkdir -p ~/.local/share/bash-completion/completions && "
    "setwright completion bash > ~/.local/share/bash-completion/completions/setwright",
    "zsh": 'setwright completion zsh > "${fpath[1]}/_setwright"',
    "fish": "mkdir -p ~/.config/fish/completions && "
    "setwright completion fish > ~/.config/fish/completions/setwright.fish",
}


@click.command()
@click.argument("shell", type=click.Choice(list(INSTALL)))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell. Its last line says how to install it.

    To try it in this shell alone: `source <(setwright completion bash)`; in fish, `setwright completion fish | source`.
    """
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None, f"click knows no completion for {shell}"
    source = script(context.find_root().command, {}, "setwright", "_SETWRIGHT_COMPLETE").source()
    # Click's script for fish would end what a command does at its first comma.
    click.echo(source.replace('string split ","', 'string split --max 1 ","'))
    # Last, because zsh looks for "#compdef" in the first line.
    click.echo(f"# To install it, run this once and start a new shell:\n#   {INSTALL[shell]}")
