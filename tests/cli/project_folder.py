"""Projects on disk, for tests of commands."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
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


def ingest(project: Path, *names: str) -> None:
    """Put a small picture into the collection `party` for each name."""
    from PIL import Image

    from setwright.lake.lake import Lake

    pictures = project.parent / "pictures"
    pictures.mkdir(exist_ok=True)
    for name in names:
        colour = (len(name), ord(name[0]), ord(name[-1]))
        Image.new("RGB", (8, 8), colour).save(pictures / f"{name}.png")
    with Lake.open(project / ".setwright" / "lake") as lake:
        lake.ingest(pictures, collection="party", author="ada", at=datetime(2026, 1, 1, tzinfo=UTC))
