"""What datumaro, which knows nothing of setwright, finds in a dataset that we wrote.

It needs older libraries than ours, so it lives in .venv-oracles and answers from a process of its own.
"""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = ROOT / ".venv-oracles" / "bin" / "python"
SCRIPT = Path(__file__).with_name("read_with_datumaro.py")


@dataclass(frozen=True, slots=True)
class SeenShape:
    """An annotation as datumaro sees it, in pixels from the top-left corner.

    `kind` is "bbox", "polygon" or "mask"; `box` left, top, right, bottom; `points` x, y, x, y… of a polygon, else
    empty; `area` square pixels of the shape itself. A mask's box ends at its last pixel, not after it.
    """

    kind: str
    label: str
    box: tuple[float, float, float, float]
    points: tuple[float, ...]
    area: float


@dataclass(frozen=True, slots=True)
class SeenFrame:
    """A frame as datumaro sees it: its name without an ending, the subset it is in, its size in pixels."""

    name: str
    subset: str
    width: int
    height: int
    shapes: tuple[SeenShape, ...]


@dataclass(frozen=True, slots=True)
class SeenDataset:
    """All of it: labels in the order of their class ids, frames sorted by subset and name."""

    labels: tuple[str, ...]
    frames: tuple[SeenFrame, ...]


def read_with_datumaro(folder: Path, format: str, **options: str) -> SeenDataset:
    """Read `folder` as datumaro's `format`, for example "yolo", or "voc" with coordinate_mode="voc-one-based".

    A test that calls this is marked `oracle`. Without .venv-oracles it is skipped, but not on a build server.
    """
    if not PYTHON.exists() and not os.environ.get("CI"):
        pytest.skip("`make setup` creates .venv-oracles, in which datumaro lives")
    # -P, or else `import datumaro` over there would find this very file, beside the script.
    arguments = [f"{name}={value}" for name, value in options.items()]
    answer = subprocess.run(
        [PYTHON, "-P", SCRIPT, folder, format, *arguments], capture_output=True, text=True, check=False
    )
    assert answer.returncode == 0, f"datumaro cannot read it:\n{answer.stderr}"
    found = json.loads(answer.stdout)
    frames = [
        SeenFrame(
            name=frame["name"],
            subset=frame["subset"],
            width=frame["width"],
            height=frame["height"],
            shapes=tuple(
                SeenShape(
                    kind=shape["kind"],
                    label=shape["label"],
                    box=tuple(shape["box"]),
                    points=tuple(shape["points"]),
                    area=shape["area"],
                )
                for shape in frame["shapes"]
            ),
        )
        for frame in found["frames"]
    ]
    frames.sort(key=lambda frame: (frame.subset, frame.name))
    return SeenDataset(tuple(found["labels"]), tuple(frames))
