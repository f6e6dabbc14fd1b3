"""Time setwright beside what the machine allows, in the same run: `make bench`. Only the ratios can be compared.

Whole processes are timed; the median of several runs. Specs are timed in seconds of the processor, all else in seconds
that a user waits. A floor does the least that has to be
done, without any of what makes it useful.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from tests.bench import terraform

PYTHON = sys.executable
RUNS = 5
# As users have it, who get compiled modules with the installation.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
    "CI": "1"
}
KEPT = Path(tempfile.mkdtemp(prefix="setwright-bench-kept-"))
ENVIRONMENT |= {"XDG_CACHE_HOME": str(KEPT / "cache"), "XDG_STATE_HOME": str(KEPT / "state")}

SPEC = """\
# yaml-language-server: $schema=../schemas/dataset.schema.json
# Balloons of batch {number}, for the detector that is trained every night. Ask the owners below before you
# change the split: others compare their results with it.
dataset: balloons-{number}
name: Party Balloons {number}
description: Balloons in the sky, with their outlines, as batch {number} has them
owners: [ada@example.org, bob@example.org]
tags:
  - balloons
  - batch-{number}
  - nightly

source:
  collection: party

# Dusk is too hard for a first model.
query: annotation.label in (Balloon, Kite) and metadata.Tags!=dusk and frame.bytes>={number}
filter:
  annotation_types:
    - human
  from_date: 2024-01-01
  to_date: 2099-12-31
operations: all

labels:
  - Balloon
  - Kite
  - Bird

split:
  train: 70
  validation: 20
  test: 10
  seed: {number}

exports:
  - RAW
  - YOLO Darknet

versioning: auto
protect: false
"""

# What checking a spec cannot do without: its text, its values, and a model of them that says what is no spec.
READ_AND_CHECK = """
import sys, yaml
from datetime import date
from pathlib import Path
from typing import Literal
from pydantic import BaseModel, ConfigDict, Field
class Part(BaseModel):
    model_config = ConfigDict(extra="forbid")
class Source(Part):
    collection: str
class Filter(Part):
    annotation_types: list[Literal["raw", "human", "machine"]]
    from_date: date
    to_date: date
class Split(Part):
    train: int = Field(ge=0, le=100)
    validation: int = Field(ge=0, le=100)
    test: int = Field(ge=0, le=100)
    seed: int
class Dataset(Part):
    dataset: str = Field(pattern="^[a-z0-9-]+$")
    name: str
    description: str
    owners: list[str]
    tags: list[str]
    source: Source
    query: str
    filter: Filter
    operations: str | list[str]
    labels: list[str]
    split: Split
    exports: list[str]
    versioning: Literal["auto", "always", "in_place"]
    protect: bool
for file in sorted(Path(sys.argv[1]).glob("specs/*.yaml")):
    Dataset.model_validate(yaml.load(file.read_bytes(), yaml.CSafeLoader))
"""

COPY = """
import os, shutil, sys
from pathlib import Path
source, to = Path(sys.argv[1]), Path(sys.argv[2])
for file in sorted(source.rglob("*")):
    if file.is_file():
        target = to / file.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, target)
os.sync()
"""

READ_AND_DECODE = """
import hashlib, sys
from pathlib import Path
from PIL import Image
for file in sorted(Path(sys.argv[1]).glob("*.jpg")):
    hashlib.sha256(file.read_bytes())
    with Image.open(file) as image:
        image.load()
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="setwright-bench-") as scratch:
        folder = Path(scratch)
        print(f"{'':44}{'ours':>9}{'floor':>9}{'ratio':>7}")
        bench_start()
        bench_specs(folder)
        bench_pictures(folder)
    bench_exports()
    shutil.rmtree(KEPT)


def bench_start() -> None:
    line(
        "setwright --help : python -c pass",
        timed(["-m", "setwright", "--help"]),
        timed(["-c", "pass"]),
    )


def bench_specs(folder: Path) -> None:
    peer = terraform.python()
    for count in (10, 1000):
        project = folder / f"project-{count}"
        (project / "specs").mkdir(parents=True)
        setwright(project, "init")
        setwright(project, "demo", "party", "--frames", "20")
        setwright(project, "lake", "ingest", "party", "--collection", "party")
        for number in range(count):
            (project / "specs" / f"{number:04}.yaml").write_text(SPEC.format(number=number))
        floor = timed(["-c", READ_AND_CHECK, project], clock=processor)
        for how, own in cold_and_warm(project, "validate").items():
            line(f"validate {count:,} specs, {how} : read, check", own, floor)
        setwright(project, "apply", "--yes")
        plans = cold_and_warm(project, "plan")
        for how, own in plans.items():
            line(f"plan {count:,} unchanged, {how} : read, check", own, floor)
        if peer is not None:
            again = terraform.applied(peer, folder / f"terraform-{count}", count)
            theirs = timed(again[1:], folder / f"terraform-{count}", python=again[0], clock=processor)
            for how, own in plans.items():
                line(f"plan {count:,} unchanged, {how} : terraform plan", own, theirs)


def cold_and_warm(project: Path, command: str) -> dict[str, float]:
    """Without what earlier runs read, which is kept anew, and with it."""
    return {
        "cold": timed(ours(command), project, before=forget, clock=processor),
        "warm": timed(ours(command), project, clock=processor),
    }


def bench_pictures(folder: Path) -> None:
    project = folder / "pictures"
    project.mkdir()
    setwright(project, "init")
    setwright(project, "demo", "party", "--frames", "1000")
    (project / "specs" / "party.yaml").write_text(
        "dataset: party\nsource: {collection: party}\nlabels: [Balloon, Kite, Bird]\nexports: [RAW]\n"
    )
    lake = project / ".setwright" / "lake"

    def without_lake() -> None:
        shutil.rmtree(lake, ignore_errors=True)

    line(
        "ingest 1,000 pictures : hash and decode",
        timed(ours("lake", "ingest", "party", "--collection", "party"), project, before=without_lake),
        timed(["-c", READ_AND_DECODE, project / "party"]),
    )
    setwright(project, "apply", "--yes")
    out = project / "out"
    pull = timed(
        ours("pull", "party", "--export", "RAW", "--to", "out"),
        project,
        before=lambda: shutil.rmtree(out, ignore_errors=True),
    )
    copied = project / "copied"
    floor = timed(["-c", COPY, out, copied], before=lambda: shutil.rmtree(copied, ignore_errors=True))
    line("pull 1,000 pictures : copy the same files", pull, floor)
    line(
        "pull them again : copy the same files",
        timed(ours("pull", "party", "--export", "RAW", "--to", "out"), project),
        floor,
    )


def bench_exports() -> None:
    subprocess.run([PYTHON, Path(__file__).with_name("exports.py")], check=True)


def forget() -> None:
    shutil.rmtree(KEPT / "cache", ignore_errors=True)


def ours(*args: str) -> list[str]:
    return ["-m", "setwright", *args]


def setwright(folder: Path, *args: str) -> None:
    subprocess.run([PYTHON, *ours(*args)], cwd=folder, check=True, capture_output=True)


def timed(
    args: Sequence[str | Path],
    folder: Path | None = None,
    before: Callable[[], None] = lambda: None,
    python: str = PYTHON,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Seconds by the `clock` that the process takes, the median of several runs."""
    seconds = []
    for _ in range(RUNS):
        before()
        started = clock()
        subprocess.run([python, *args], cwd=folder, check=True, capture_output=True, env=ENVIRONMENT)
        seconds.append(clock() - started)
    return median(seconds)


def processor() -> float:
    """Seconds of the processor that all processes started here have used, and those started by them."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def line(what: str, own: float, floor: float) -> None:
    print(f"{what:44}{own:8.3f}s{floor:8.3f}s{own / floor:7.2f}", flush=True)


if __name__ == "__main__":
    main()
