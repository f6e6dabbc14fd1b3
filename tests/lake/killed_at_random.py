"""Kill a child that writes to a lake, at random moments, and look at the lake after each. Run as a program.

    python killed_at_random.py ingest|publish|together FOLDER [KILLS] [CATALOG]

Prints as JSON how many children were killed before their end, and every complaint. `together` kills none: four
children ingest into FOLDER/lake at the same time. CATALOG is the URL of a PostgreSQL database for the catalogues.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import create_engine, text

from setwright.lake.lake import Lake
from tests.lake.cells import fill, publication
from tests.lake.lakes import content, ingest, stored_files, write

FRAMES = 12


def main(what: str, where: str, kills: str = "50", catalog: str | None = None) -> None:
    folder = Path(where)
    match what:
        case "together":
            answer: dict[str, object] = {"failed": together(folder)}
        case "ingest":
            answer = killed(folder, what_ingest(folder, catalog), int(kills))
        case _:
            answer = killed(folder, what_publish(folder, catalog), int(kills))
    json.dump(answer, sys.stdout)


def together(folder: Path) -> int:
    """How many of four that ingest at the same time failed."""
    inputs = [
        write(folder / f"in{number}", {f"{number}-{each}.png": ["RBC"] for each in range(10)})
        for number in range(4)
    ]
    children = [fork(partial(ingest_alone, folder / "lake", path)) for path in inputs]
    return sum(os.waitpid(child, 0)[1] != 0 for child in children)


def ingest_alone(lake: Path, source: Path) -> None:
    with Lake.open(lake) as opened:
        ingest(opened, source)


class Work:
    """What is done in a folder: prepared in a fresh one, done by a child, done again, and judged."""

    def __init__(
        self,
        prepare: Callable[[Path], None],
        do: Callable[[Path], None],
        judge: Callable[[Path], Iterator[str]],
    ) -> None:
        self.prepare, self.do, self.judge = prepare, do, judge


def what_ingest(folder: Path, catalog: str | None) -> Work:
    """A lake is made, and pictures are ingested, some of them twice, by two operations, and some left in place."""
    first = write(folder / "first", {f"{number}.png": ["RBC"] for number in range(FRAMES)})
    second = write(folder / "second", {f"{number}.png": ["WBC"] for number in range(FRAMES // 2, 2 * FRAMES)})

    third = write(folder / "third", {f"in-place-{number}.png": ["RBC"] for number in range(FRAMES)})

    def do(lake: Path) -> None:
        with open_or_create(lake, catalog) as opened:
            ingest(opened, first)
            ingest(opened, second, operation="second")
            ingest(opened, third, in_place=True)

    do(folder / "undisturbed")
    with Lake.open(folder / "undisturbed") as lake:
        expected, blobs = content(lake), stored_files(lake)

    def judge(path: Path) -> Iterator[str]:
        with Lake.open(path) as lake:
            if content(lake) != expected:
                yield "it holds other frames or annotations than an undisturbed lake"
            if stored_files(lake) != blobs:
                yield f"it holds other files: {sorted(stored_files(lake) ^ blobs)}"
            if sorted(path.name for path in (path / "reports").iterdir()) != ["1.json", "2.json", "3.json"]:
                yield "a revision has no report"
        if catalog is not None:
            yield from held_in(catalog)

    return Work(lambda lake: None, do, judge)


def what_publish(folder: Path, catalog: str | None) -> Work:
    """A version is published in a lake with a few frames."""

    def prepare(path: Path) -> None:
        with Lake.create(path, catalog) as lake:
            fill(lake, folder / "first", FRAMES)

    def do(path: Path) -> None:
        with Lake.open(path) as lake:
            lake.publish(publication(lake))

    def judge(path: Path) -> Iterator[str]:
        with Lake.open(path) as lake:
            versions = lake.versions("Cells")
            if len(versions) != 1 or lake.revision() != 2:
                yield f"it has {len(versions)} versions and {lake.revision()} revisions"
            elif len(lake.manifest(versions[0].id).frames) != FRAMES:
                yield "the version is not whole"
        if catalog is not None:
            yield from held_in(catalog)

    return Work(prepare, do, judge)


def held_in(catalog: str) -> Iterator[str]:
    """What a child that was killed still holds in the database, where nobody else is connected."""
    engine = create_engine(catalog)
    with engine.connect() as connection:
        for what, table, others in (
            ("connections", "pg_stat_activity", "application_name = 'setwright'"),
            ("locks of writers", "pg_locks", "locktype = 'advisory'"),
        ):
            asked = text(f"SELECT count(*) FROM {table} WHERE {others}")
            if count := connection.execute(asked).scalar_one():
                yield f"the database still has {count} {what}"
    engine.dispose()


def killed(folder: Path, work: Work, kills: int = 50) -> dict[str, object]:
    # A fixed seed makes the delays the same; what they hit differs with every run.
    chance = random.Random(7)
    lake = folder / "killed"
    # The shortest of three, for a child that comes to its end before it is killed was forked in vain.
    longest = min(duration(lake, work) for _ in range(3))
    complaints: list[str] = []
    count = attempts = 0
    while count < kills and attempts < 20 * kills:
        attempts += 1
        shutil.rmtree(lake, ignore_errors=True)
        work.prepare(lake)
        delay = chance.uniform(0, longest)
        child = fork(lambda: work.do(lake))
        time.sleep(delay)
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            if status:
                complaints.append("a child failed by itself")
            continue
        count += 1
        told = [*damages(lake), *again(work, lake), *damages(lake), *work.judge(lake)]
        complaints += [f"killed after {delay:.4f} s: {each}" for each in told]
    return {"killed": count, "attempts": attempts, "complaints": complaints}


def duration(lake: Path, work: Work) -> float:
    shutil.rmtree(lake, ignore_errors=True)
    work.prepare(lake)
    started = time.monotonic()
    _, status = os.waitpid(fork(lambda: work.do(lake)), 0)
    assert status == 0
    return time.monotonic() - started


def again(work: Work, lake: Path) -> Iterator[str]:
    """Do it again, twice, which must make no more of it than once."""
    for _ in range(2):
        try:
            work.do(lake)
        except Exception as error:
            yield f"doing it again fails: {error!r}"


def damages(path: Path) -> Iterator[str]:
    if (path / "lake.json").exists():
        with Lake.open(path) as lake:
            yield from (damage.what for damage in lake.verify().damages)


def open_or_create(folder: Path, catalog: str | None) -> Lake:
    return Lake.open(folder) if (folder / "lake.json").exists() else Lake.create(folder, catalog)


def fork(do: Callable[[], None]) -> int:
    child = os.fork()
    if child:
        return child
    try:
        do()
        os._exit(0)
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
