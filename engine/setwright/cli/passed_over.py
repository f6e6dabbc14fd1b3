"""Specs in folders below those that a project's patterns look into: read by nobody, and easily thought to be read."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MOST = 1000
"""So many names are looked at: beside specs there may be other things, pictures even."""

_NAMED = 3


def told_of_passed_over(root: Path, patterns: Sequence[str]) -> str | None:
    """What to say of such specs, in one line; None where there are none."""
    from setwright.model.counting import counted

    names = passed_over(root, patterns)
    if not names:
        return None
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    are = "is not read: it lies" if len(names) == 1 else "are not read: they lie"
    return (
        f"{counted(len(names), 'spec')} {are} in folders that no pattern under `specs:` in setwright.yaml looks into "
        f"(as specs/**/*.yaml does): {', '.join(names[:_NAMED])}{more}"
    )


def passed_over(root: Path, patterns: Sequence[str]) -> tuple[str, ...]:
    """The names of such files within `root`, sorted, as far as few names have to be looked at."""
    from setwright.cli.spec_files import find_files, is_spec

    near = sorted({name for pattern in patterns for name in _below(root, _folder(pattern))})
    if not near:
        return ()
    read = find_files(root, [(pattern, None) for pattern in patterns], lambda _: None)
    return tuple(name for name in near if name not in read and is_spec(root, name))


def _folder(pattern: str) -> str:
    """The folder that `pattern` looks into, and not below; empty where there is none that is only for specs."""
    folder, _, name = pattern.rpartition("/")
    return (
        "" if "*" not in name or any(sign in folder for sign in "*?[") or folder.startswith(".") else folder
    )


def _below(root: Path, folder: str) -> Iterator[str]:
    """The names of YAML files in folders below `folder`, but for hidden ones."""
    if not folder:
        return
    looked_at, waiting = 0, [folder]
    while waiting:
        here = waiting.pop()
        try:
            with os.scandir(root / here) as entries:
                for entry in entries:
                    # The folder itself holds specs, however many.
                    looked_at += here != folder
                    if looked_at > _MOST:
                        return
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(f"{here}/{entry.name}")
                    elif here != folder and entry.name.endswith((".yaml", ".yml")):
                        yield f"{here}/{entry.name}"
        except OSError:
            continue
