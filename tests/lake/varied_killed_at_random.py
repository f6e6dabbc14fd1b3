"""Kill a child that publishes a version with varied copies, at random moments. Run as a program.

    python varied_killed_at_random.py FOLDER [KILLS]

Prints as JSON how many children were killed before their end, and every complaint.
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from setwright.lake import varied
from setwright.lake.lake import Lake
from setwright.pixels import making
from tests.lake.killed_at_random import Work, killed
from tests.lake.lakes import stored_files
from tests.lake.test_varied import fill, publication

FRAMES = 16


def main(folder: Path, kills: int) -> None:
    # Small, so that there is much to be killed between.
    making._SHARD = 4
    varied._RECORDED = 8
    with Lake.create(folder / "filled") as lake:
        fill(lake, folder / "in", FRAMES)

    def publish(path: Path) -> None:
        with Lake.open(path) as lake:
            lake.publish(publication(lake))

    def prepare(path: Path) -> None:
        shutil.copytree(folder / "filled", path)

    prepare(folder / "undisturbed")
    publish(folder / "undisturbed")
    with Lake.open(folder / "undisturbed") as lake:
        (version,) = lake.versions("Cells")
        digest, pictures, files = version.manifest_digest, told(lake), stored_files(lake)

    def judge(path: Path) -> Iterator[str]:
        with Lake.open(path) as lake:
            versions = lake.versions("Cells")
            if [version.manifest_digest for version in versions] != [digest]:
                yield f"it has {len(versions)} versions, or one of another content"
            elif told(lake) != pictures:
                yield "it shows other pictures than an undisturbed lake"
            if stored_files(lake) != files:
                yield f"it holds other files: {sorted(stored_files(lake) ^ files)}"

    json.dump(killed(folder, Work(prepare, publish, judge), kills), sys.stdout)


def told(lake: Lake) -> list[tuple[str, bytes]]:
    """The names and pictures of all frames of the version, copies included."""
    (version,) = lake.versions("Cells")
    frames = lake.expanded(version.id).frames
    return list(zip(frames.name.tolist(), frames.digest.tolist(), strict=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 12)
