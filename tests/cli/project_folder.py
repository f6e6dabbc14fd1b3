"""Projects on disk, for tests of commands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

BALLOONS = "dataset: balloons\nsource: {collection: party}\nlabels: [Balloon]\n"


def project_at(
    folder: Path, files: Mapping[str, str] | None = None, project: str = "project: party\n"
) -> Path:
    """A project in `folder`, with spec `files` by name; by default one spec of one dataset."""
    contents = {"setwright.yaml": project, **({"specs/balloons.yaml": BALLOONS} if files is None else files)}
    for name, text in contents.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder
