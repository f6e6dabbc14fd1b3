"""The JSON Schemas that come with setwright: inside the installed package, or at the top of its repository."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SUFFIX = ".schema.json"


def schemas() -> dict[str, Traversable]:
    """The schemas' files by kind, as in `dataset`, sorted."""
    found = {
        file.name.removesuffix(SUFFIX): file for file in _folder().iterdir() if file.name.endswith(SUFFIX)
    }
    return dict(sorted(found.items()))


def _folder() -> Traversable:
    from importlib.resources import files
    from pathlib import Path

    import setwright

    installed = files("setwright") / "schemas"
    # In a clone the schemas stand at the top, beside the source root: they are no part of the code.
    return installed if installed.is_dir() else Path(setwright.__file__).parents[2] / "schemas"
