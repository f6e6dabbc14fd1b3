"""Kill a child that plans and applies two datasets on a lake, at random moments. Run as a program.

    python apply_killed_at_random.py FOLDER

Prints as JSON how many children were killed before their end, and every complaint.
"""

from __future__ import annotations

import json
import secrets
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from setwright.lake.lake import Lake
from setwright.model.dataset import DatasetConfig
from setwright.remotes.lake import LakeRemote
from tests.apply.projects import CELLS, carry_out, planned, project, recovered
from tests.lake.killed_at_random import Work, killed
from tests.lake.lakes import ingest, write

FIRST: dict[str, DatasetConfig] = {
    "cells": replace(CELLS, name="Cells"),
    "white": replace(CELLS, name="White", query="annotation.label=WBC"),
}
# One dataset gets a new version, one changes in place, one is new.
SECOND = {
    "cells": replace(CELLS, name="Cells", query="annotation.label=RBC"),
    "white": replace(FIRST["white"], exports=("RAW", "YOLO Darknet")),
    "third": replace(CELLS, name="Third"),
}


def main(folder: Path) -> None:
    pictures = {f"{number:02}.png": ["WBC"] if number % 2 else ["RBC"] for number in range(24)}
    with Lake.create(folder / "filled") as lake:
        ingest(lake, write(folder / "pictures", pictures))
    apply(folder / "filled", FIRST)

    def prepare(path: Path) -> None:
        shutil.copytree(folder / "filled", path)

    work = Work(prepare, lambda path: apply(path, SECOND), judge)
    json.dump(killed(folder, work), sys.stdout)


def apply(path: Path, configs: dict[str, DatasetConfig]) -> None:
    """What `setwright apply` does: finish what was cut off, plan, carry out."""
    with Lake.open(path) as lake:
        remote = LakeRemote(lake, "lake")
        recovered(remote, path / "journal")
        made = planned(remote, project(configs))
        outcome = carry_out(remote, made, path / "journal", name=f"apply-{secrets.token_hex(4)}")
        for failed in outcome.failed:
            raise failed.error


def judge(path: Path) -> Iterator[str]:
    with Lake.open(path) as lake:
        remote = LakeRemote(lake, "lake")
        if not planned(remote, project(SECOND)).plan.empty:
            yield "there is still something to do"
        for name, numbers in {"Cells": ["2.0.0", "1.0.0"], "White": ["1.0.1"], "Third": ["1.0.0"]}.items():
            made = [str(version.number) for version in remote.versions(name)]
            if made != numbers:
                yield f"{name} has the versions {made}"
        state = remote.state("blood")
        known = {} if state is None else {key: each.config for key, each in state.datasets.items()}
        if known != SECOND:
            yield f"the state knows {known}"
    if any((path / "journal").iterdir()):
        yield "a journal is left"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
