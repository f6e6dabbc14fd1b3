"""What earlier runs read of specs, kept signed in the user's cache folder."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from setwright.cli.kept import kept_file, makers
from setwright.model.values import dataclass
from setwright.spec.recollection import Recollection, UnreadableError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from setwright.cli.kept import KeptFile
    from setwright.spec.recollection import Document
    from setwright.spec.variables import GivenValue

_FORM = "specs-2"

# What the meaning of specs is made by. Another state of any of it, a release or an edit, has files of its own.
_PARTS = ("augment", "model", "query", "spec", "split")
_LIBRARIES = ("lark", "pydantic", "pydantic_core", "yaml")


@dataclass(frozen=True, slots=True)
class SpecCache:
    """What is kept of one project, as one command line reads it. Making this touches nothing."""

    kept: KeptFile
    project_file: tuple[str, bytes]

    def load(self) -> Recollection | None:
        """What is kept; None where that is nothing to rely on."""
        content = self.kept.load()
        try:
            return None if content is None else Recollection(json.loads(content), self.project_file)
        except (ValueError, RecursionError, UnreadableError):
            return None

    def store(self, document: Document) -> None:
        """Keep `document` for the next run, if that can be."""
        self.kept.store(json.dumps(document, separators=(",", ":")).encode())


def spec_cache(
    root: Path,
    project_file: tuple[str, bytes],
    environment: str | None,
    given: Sequence[GivenValue],
    environ: Mapping[str, str],
) -> SpecCache | None:
    """The cache for the project in the folder `root`; None where it is switched off, or there is no place for it.

    There is one file for each project, environment and choice of variables.

    Raises:
        UsageError: the switch is neither on nor off.
    """
    name, content = project_file

    def asked() -> list[Any]:
        return [
            _FORM,
            list(makers(_PARTS, _LIBRARIES)),
            os.fspath(root.resolve()),
            name,
            hashlib.sha256(content).hexdigest(),
            environment,
            [(each.name, each.value, each.origin, str(each.where), each.text) for each in given],
        ]

    kept = kept_file("specs", asked, environ)
    return None if kept is None else SpecCache(kept, project_file)
