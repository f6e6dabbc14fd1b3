"""`--select` and `--exclude`: on the command line, completed by the shell, and what git says has changed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from setwright.spec.project import Spec

F = TypeVar("F", bound="Callable[..., Any]")

_NAMES = ("--name-only", "--relative", "--no-renames", "--no-ext-diff", "-z")


def choice_options(command: F) -> F:
    """Give a command `--select` and `--exclude`, both of them in one argument `choice`, a `Choice`."""

    @click.option(
        "--select",
        "select",
        metavar="TERM",
        multiple=True,
        shell_complete=_complete,
        help="Only these datasets: an address, a pattern, tag:TAG or changed:REVISION; `+` before a term adds "
        "what it is made of, `+` behind it what is made of it.",
    )
    @click.option(
        "--exclude",
        "exclude",
        metavar="TERM",
        multiple=True,
        shell_complete=_complete,
        help="Not these datasets, in the same words.",
    )
    @functools.wraps(command)
    def with_choice(*args: Any, select: tuple[str, ...], exclude: tuple[str, ...], **kwargs: Any) -> Any:
        from setwright.spec.choice import Choice

        return command(*args, choice=Choice(select=select, exclude=exclude), **kwargs)

    return with_choice  # type: ignore[return-value]


def changed_since(root: Path, specs: Iterable[Spec], gone: Iterable[str], revision: str) -> set[str]:
    """The addresses whose specs lie in files of the project at `root` that differ from a git revision.

    Where the project file differs they all do, for it holds their defaults; where a file is gone, those that are
    `gone` from the specs do.

    Raises:
        UsageError: git does not know the revision, or there is no repository.
    """
    from setwright.cli.workspace import PROJECT_FILE
    from setwright.model.errors import UsageError

    if revision.startswith("-"):
        raise UsageError("Not a revision of git", f"{revision!r} begins like an option.")
    # Paths count from the project's folder, as those of the specs do.
    touched = set(_git(root, "diff", *_NAMES, revision, "--"))
    touched.update(_git(root, "ls-files", "--others", "--exclude-standard", "-z"))
    found = {spec.address for spec in specs if spec.where.file in touched or PROJECT_FILE in touched}
    if PROJECT_FILE in touched or any(not (root / file).exists() for file in touched):
        found.update(gone)
    return found


def _git(root: Path, *arguments: str) -> list[str]:
    """The names that git lists."""
    import subprocess

    from setwright.model.errors import UsageError

    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, check=False, encoding="utf-8"
        )
    except FileNotFoundError as error:
        raise UsageError("There is no git here", "`changed:` asks it which files differ.") from error
    if done.returncode:
        told = done.stderr.strip().splitlines()
        raise UsageError(
            "git cannot tell what has changed",
            told[0] if told else f"It ended with {done.returncode}.",
            "`changed:` takes what `git diff` takes, for example changed:main",
        )
    return [name for name in done.stdout.split("\0") if name]


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Addresses and tags of the project's specs, with the `+` that was typed; none where it cannot be read."""
    from click.shell_completion import CompletionItem

    from setwright.cli.completing import folder_of
    from setwright.cli.workspace import open_workspace

    project = open_workspace(folder_of(ctx)).project
    if project is None:
        return []
    plus = "+" if incomplete.startswith("+") else ""
    names = [spec.address for spec in project.specs]
    tags = sorted({f"tag:{tag}" for spec in project.specs for tag in spec.config.tags})
    return [CompletionItem(plus + name) for name in [*names, *tags] if (plus + name).startswith(incomplete)]
