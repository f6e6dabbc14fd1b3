"""Kill a child that applies to our server over LayerNext's wire, at random moments. Run as a program.

    python apply_killed_at_random.py FOLDER KILLS

Prints as JSON how many children were killed before their end, and every complaint. The server is a process of its own,
and goes on with what it was asked when who asked is dead.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass
from tests.apply.projects import carry_out, planned, project, recovered
from tests.lake.killed_at_random import fork
from tests.lake.lakes import ingest, write

CELLS = DatasetConfig(
    name="",
    source=CollectionSource(name="cells"),
    labels=(LabelClass(name="WBC", sources=("WBC",)), LabelClass(name="RBC", sources=("RBC",))),
    exports=("RAW",),
)


def first(prefix: str) -> dict[str, DatasetConfig]:
    return {
        "cells": replace(CELLS, name=f"{prefix} Cells"),
        "white": replace(CELLS, name=f"{prefix} White", query="annotation.label=WBC"),
    }


def second(prefix: str) -> dict[str, DatasetConfig]:
    """One dataset gets a new version, one changes in place, one is new."""
    return {
        "cells": replace(CELLS, name=f"{prefix} Cells", query="annotation.label=RBC"),
        "white": replace(first(prefix)["white"], exports=("RAW", "YOLO Darknet")),
        "third": replace(CELLS, name=f"{prefix} Third"),
    }


def main(folder: Path, kills: int) -> None:
    frames = {f"{number:02}.png": ["WBC"] if number % 2 else ["RBC"] for number in range(12)}
    with Lake.create(folder / "lake") as lake:
        ingest(lake, write(folder / "pictures", frames))
    served = subprocess.Popen(
        [sys.executable, __file__, "serve", folder / "lake"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert served.stdout is not None
    os.environ.update(json.loads(served.stdout.readline()))
    try:
        json.dump(killed(folder, kills), sys.stdout)
    finally:
        served.communicate()


def killed(folder: Path, kills: int) -> dict[str, object]:
    chance = random.Random(7)
    complaints: list[str] = []
    count = attempts = 0
    longest = 0.0
    while count < kills and attempts < 10 * kills:
        attempts += 1
        prefix = f"{attempts:03}"
        place = folder / prefix
        apply(place, first(prefix))
        delay = chance.uniform(0, longest) if longest else 60.0
        began = time.monotonic()
        child = fork(lambda place=place, prefix=prefix: apply(place, second(prefix)))  # type: ignore[misc]
        status = ended_within(child, delay)
        if status is None:
            os.kill(child, signal.SIGKILL)
            status = os.waitpid(child, 0)[1]
        if not os.WIFSIGNALED(status):
            longest = longest or time.monotonic() - began
            if status:
                complaints.append("a child failed by itself")
            continue
        count += 1
        told = list(again(place, prefix)) + list(judge(place, prefix))
        complaints += [f"killed after {delay:.3f} s: {each}" for each in told]
    return {"killed": count, "attempts": attempts, "complaints": complaints}


def ended_within(child: int, seconds: float) -> int | None:
    """The status of a child that ends in so many seconds, None for one that does not."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status
        time.sleep(0.002)
    return None


def again(place: Path, prefix: str) -> Iterator[str]:
    """Apply again, twice; the first may still find the server at work on what the dead one asked for."""
    for _ in range(2):
        try:
            apply(place, second(prefix))
        except Exception as error:
            yield f"applying again fails: {error!r} {getattr(error, 'detail', '')}"


def apply(place: Path, configs: dict[str, DatasetConfig]) -> None:
    """What `setwright apply` does: finish what was cut off, plan, carry out."""
    from tests.remotes.layernext.served import connected_to

    with connected_to(os.environ["URL"], (os.environ["KEY"], os.environ["SECRET"]), place) as remote:
        recovered(remote, place / "journal")
        made = planned(remote, project(configs))
        outcome = carry_out(remote, made, place / "journal", name=f"apply-{secrets.token_hex(4)}")
        for failed in outcome.failed:
            raise failed.error


def judge(place: Path, prefix: str) -> Iterator[str]:
    from tests.remotes.layernext.served import connected_to

    with connected_to(os.environ["URL"], (os.environ["KEY"], os.environ["SECRET"]), place) as remote:
        if not planned(remote, project(second(prefix))).plan.empty:
            yield "there is still something to do"
        wanted = {"Cells": ["2.0.0", "1.0.0"], "White": ["1.0.1"], "Third": ["1.0.0"]}
        for name, numbers in wanted.items():
            made = [str(version.number) for version in remote.versions(f"{prefix} {name}")]
            if made != numbers:
                yield f"{name} has the versions {made}"
        state = remote.state("blood")
        known = {} if state is None else {key: each.config for key, each in state.datasets.items()}
        if known != second(prefix):
            yield f"the state knows {known}"
    if any((place / "journal").iterdir()):
        yield "a journal is left"


def serve(lake: Path) -> None:
    from setwright.server.keys import Role
    from tests.server.serving import serving

    with serving(lake) as running:
        key, secret = running.keys[Role.ADMIN]
        print(json.dumps({"URL": running.url, "KEY": key, "SECRET": secret}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]), int(sys.argv[2]))
