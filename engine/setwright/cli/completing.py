"""What the shell completes beside commands and files: names that the project file gives, and exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import click
    from click.shell_completion import CompletionItem


def folder_of(ctx: click.Context) -> Path:
    """The folder that the command line being completed works in: what -C says, which nobody has followed yet."""
    from pathlib import Path

    return Path(ctx.find_root().params.get("folder") or ".").absolute()


def environments(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The project's environments."""
    return _items(_keys(folder_of(ctx), "environments"), incomplete)


def variables(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The project's variables, ready for a value."""
    return _items([f"{name}=" for name in _keys(folder_of(ctx), "variables")], incomplete)


def collections(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The collections of the lake that is meant."""
    return _items(_vocabulary(ctx, "collections"), incomplete)


def operations(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The annotation projects and model runs of the lake that is meant."""
    return _items(_vocabulary(ctx, "operations"), incomplete)


def labels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The labels of the lake that is meant."""
    return _items(_vocabulary(ctx, "labels"), incomplete)


def exports(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The short names of exports, which need no quotes; the full ones once somebody types one."""
    from click.shell_completion import CompletionItem

    from setwright.spec.exports import KNOWN_EXPORTS

    made = [each for each in KNOWN_EXPORTS if each.lake]
    short = [CompletionItem(each.short, help=each.name) for each in made if each.short.startswith(incomplete)]
    return short or _items([each.name for each in made], incomplete)


def _items(names: Iterable[str], incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


def _vocabulary(ctx: click.Context, field: str) -> tuple[str, ...]:
    """Names of the lake that the options before lead to; none where there is no lake, for a shell asks in silence."""
    from setwright.cli.lake_location import folder_for
    from setwright.lake.lake import Lake
    from setwright.model.errors import SetwrightError

    try:
        folder = folder_for(folder_of(ctx), ctx.params.get("given"), ctx.params.get("environment"))
        with Lake.open(folder, patience=1) as lake:
            return getattr(lake.vocabulary(), field) or ()
    except (SetwrightError, OSError):
        return ()


def _keys(folder: Path, field: str) -> list[str]:
    """The keys below `field` of the project file; none where there is none or it cannot be read."""
    from setwright.cli.workspace import PROJECT_FILE, find_root
    from setwright.spec.source_text import MAX_BYTES, decode_text
    from setwright.spec.yaml_nodes import Mapping, parse_documents

    root = find_root(folder)
    if root is None:
        return []
    try:
        with (root / PROJECT_FILE).open("rb") as file:
            content = file.read(MAX_BYTES)
    except OSError:
        return []
    source, _ = decode_text(PROJECT_FILE, content)
    document = next(iter(parse_documents(source)[0]), None) if source is not None else None
    if not isinstance(document, Mapping) or field not in document.entries:
        return []
    below = document.entries[field][1]
    return list(below.entries) if isinstance(below, Mapping) else []
