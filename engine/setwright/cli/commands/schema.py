"""`setwright schema`: print the JSON Schema of a kind of file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


class _Kind(click.ParamType[str]):
    name = "kind"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from setwright.cli.schemas import schemas

        return [CompletionItem(kind) for kind in schemas() if kind.startswith(incomplete)]


@click.command()
@click.argument("kind", type=_Kind())
def command(kind: str) -> None:
    """Print the JSON Schema of a KIND of file: dataset, project, findings, …

    An editor that knows it completes and explains the fields of a spec while one types. For yaml-language-server,
    save it and let the spec begin with

    \b
        # yaml-language-server: $schema=dataset.schema.json
    """
    from setwright.cli.schemas import schemas
    from setwright.model.errors import UsageError
    from setwright.model.suggestions import did_you_mean

    known = schemas()
    if kind not in known:
        raise UsageError(
            f'There is no schema of "{kind}"', f"There are {', '.join(known)}.", did_you_mean(kind, known)
        )
    click.echo(known[kind].read_text(encoding="utf-8"), nl=False)
