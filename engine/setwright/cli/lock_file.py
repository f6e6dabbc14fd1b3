"""The lock file of a project, on the disk: one for the project, and one for each of its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from setwright.spec.pin import Pin


def lock_name(environment: str | None) -> str:
    """The file's name. An environment has its own, for its remote may be another, with other revisions."""
    return "setwright.lock" if environment is None else f"setwright.{environment}.lock"


def read(root: Path, environment: str | None) -> dict[str, Pin] | None:
    """The pins of the project at `root`, None where there is no lock file.

    Raises:
        FormatError: the file is none.
    """
    name = lock_name(environment)
    try:
        content = (root / name).read_bytes()
    except FileNotFoundError:
        return None
    from setwright.spec.lock import read_lock

    return read_lock(content, name)


def write(root: Path, environment: str | None, pins: Mapping[str, Pin]) -> None:
    """Write the lock file, whole or not at all."""
    from setwright.edge.files import write_whole
    from setwright.spec.lock import lock_text

    write_whole(root / lock_name(environment), lock_text(pins).encode())
