"""Time a big catalogue on both databases: `make bench` takes a small one, with `FRAMES=1000000` what we promise for.

The lake is generated: frames of three years in ten revisions, five annotations and two tags each, labels and tags from
common to rare, straight into the tables. Beside ours stand the figures of FiftyOne on MongoDB that were once measured
with as many frames on a machine of this kind; they are constants, and say nothing about smaller lakes. After the number
of frames stands which database is meant, `sqlite` or `postgresql`, where not both are.

Memory is that of a process which only opens the lake, asks and ingests, beside a tenth of the frames and beside all.
The plans are for people to read; `tests/lake/test_plans.py` holds them to indexes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from sqlalchemy import Connection

from setwright.formats.reading.fit import FittedAnnotation
from setwright.lake.answers import Answers
from setwright.lake.catalogue import Catalogue, new_revision
from setwright.lake.index.cache import IndexCache
from setwright.lake.index.rebuild import index_damages, rebuild_index
from setwright.lake.lake import Lake
from setwright.lake.record import NewFrame, Recorder
from setwright.lake.schema import FOREVER
from setwright.lake.stored import StoredPicture
from setwright.model.dataset import Filter, LakeSource, Selection
from setwright.query.parse import parse
from tests.lake.plans import plans
from tests.postgresql import running, why_not

PROMISED = 1_000_000
FIFTYONE = {
    "narrow ids": 0.566,
    "broad ids": 1.555,
    "broad labels": 1.900,
    "annotations recorded a second": 440 * 5,
}
"""Seconds, and annotations a second, with 1,000,000 frames and 5,000,000 annotations; its fastest way of ids took
0.166 and 1.247."""

LABELS, TAGS, OPERATIONS, REVISIONS, DAYS = 50, 20, 3, 10, 1096
FIRST = datetime(2022, 1, 1, 9, tzinfo=UTC)
QUERIES = {
    "narrow": "annotation.label=label30 and metadata.Tags=tag5"
    " and frame.date>=2022-07-01 and frame.date<=2023-12-31",
    "broad": "annotation.label=label0 and metadata.Tags=tag0 and frame.date>=2023-01-01 and frame.date<=2023-06-30",
}


def main() -> None:
    if sys.argv[1:2] == ["--beside"]:
        beside(Path(sys.argv[2]))
        return
    frames = int(sys.argv[1]) if len(sys.argv) > 1 else PROMISED // 100
    databases = sys.argv[2:] or ["sqlite", "postgresql"]
    print(f"\nA catalogue of {frames:,} frames and {5 * frames:,} annotations")
    with tempfile.TemporaryDirectory(prefix="setwright-bench-") as scratch:
        if "sqlite" in databases:
            measure("SQLite", Path(scratch) / "sqlite", None, frames)
        if "postgresql" not in databases:
            return
        if (reason := why_not()) is not None:
            print(f"PostgreSQL is not measured: {reason}")
            return
        with running() as url:
            measure("PostgreSQL", Path(scratch) / "postgresql", url, frames)


def measure(name: str, folder: Path, catalog: str | None, frames: int) -> None:
    print(f"\n{name:44}{'ours':>12}{'FiftyOne 1M':>12}{'ratio':>7}")
    with Lake.create(folder, catalog) as lake:
        catalogue = lake._catalogue
        by_clock, by_processor = record_rate(catalogue)
        line("annotations recorded a second", by_clock, "", higher=True)
        line("annotations recorded a second of processor", by_processor, "", higher=True)
        took = timed(lambda: generate(catalogue, frames), 1)
        print(f"{'generated straight into the tables':44}{took:11.3f}s")
        with catalogue.writing() as connection:
            took = timed(lambda: rebuild_index(connection), 1)
        print(f"{'index made of all revisions':44}{took:11.3f}s")
        with catalogue.reading() as connection:
            assert index_damages(connection) == ()
        for which, query in QUERIES.items():
            for kind, ask in ASKED.items():
                print_answer(lake, f"{which} {kind}", query, ask)
        print_difference(lake)
        print_plans(lake)
        whole(lake)
    print(f"{'memory so far, memberships included':44}{peak():10,.0f} MB")
    for part, place in ((frames // 10, folder.with_name(f"{folder.name}-tenth")), (frames, folder)):
        if place is not folder:
            with Lake.create(place, catalog) as lake:
                generate(lake._catalogue, part)
                with lake._catalogue.writing() as connection:
                    rebuild_index(connection)
        told = subprocess.run(
            [sys.executable, __file__, "--beside", place], check=True, capture_output=True, text=True
        )
        print(f"beside {part:,} frames: {told.stdout.strip()}", flush=True)


def peak() -> float:
    """Megabytes that this process used at its most, and none of what the one that started it used."""
    told = Path("/proc/self/status").read_text()
    return int(told.partition("VmHWM:")[2].split()[0]) / 1024


def beside(folder: Path) -> None:
    """Ask a lake that is there, and ingest a thousand frames with five annotations each; what memory that took."""
    with Lake.open(folder) as lake:
        opened = peak()
        with stopwatch() as first, lake.answers(QUERIES["narrow"]) as answers:
            ASKED["ids"](answers)
        for query in QUERIES.values():
            with lake.answers(query) as answers:
                for ask in ASKED.values():
                    ask(answers)
        asked = peak()
        with stopwatch() as took, lake._catalogue.writing() as connection:
            revision = new_revision(
                connection, at=FIRST, author="bench", message="", touches_frames=True, rows={}
            )
            new = [_new(-number) for number in range(1000)]
            Recorder(connection, revision, FIRST, "lake").record("c1", "operation1", "human", new)
            connection.rollback()
        print(
            f"narrow ids in {first[0] * 1000:.0f} ms as the first question; {opened:.0f} MB opened,"
            f" {asked:.0f} MB asked, {peak():.0f} MB after an ingest of 1,000 frames"
            f" in {took[0]:.2f} s"
        )


def print_difference(lake: Lake) -> None:
    """What the lake takes to compare revisions, and the sets of frames that a query gives at either."""
    took = timed(lambda: lake.diff(REVISIONS - 1, REVISIONS), 1)
    print(f"{'lake diff of the last revision, a tenth of all':44}{took:11.3f}s", flush=True)
    with lake._catalogue.reading() as connection:
        before, after = (
            Answers(connection, parse(""), revision, lake._blobs).numbers()
            for revision in (REVISIONS - 1, REVISIONS)
        )
        took = timed(lambda: (len(before - after), len(after - before)), 5)
    print(f"{'difference of two sets of frames':44}{took * 1000:9.2f} ms  (aim: 20 ms)", flush=True)


def print_plans(lake: Lake) -> None:
    """How the database finds what the narrow query and the comparison of two revisions ask of it."""
    with plans(lake) as found:
        with lake.answers(QUERIES["narrow"]) as answers:
            for ask in ASKED.values():
                ask(answers)
        lake.diff(REVISIONS - 1, REVISIONS)
    for line in dict.fromkeys(line.strip() for _, lines in found for line in lines if told_of(line)):
        print(f"  plan: {line[:110]}")


def told_of(line: str) -> bool:
    """Whether a line of a plan says how rows of a table are found."""
    return any(word in line for word in ("SCAN", "SEARCH", "Scan", "Index Cond"))


ASKED: dict[str, Callable[[Answers], int]] = {
    "count": lambda answers: answers.count(),
    "ids": lambda answers: len(answers.numbers().to_array()),
    "labels": lambda answers: len(answers.labels()),
    "names": lambda answers: sum(1 for _ in answers.names()),
}


def print_answer(lake: Lake, what: str, query: str, ask: Callable[[Answers], int]) -> None:
    """Asked while no bitmap is in memory, and by one that was asked before."""
    tree, cache = parse(query), IndexCache()

    def cold() -> None:
        with lake._catalogue.reading() as connection:
            ask(Answers(connection, tree, REVISIONS, lake._blobs, IndexCache()))

    def warm() -> None:
        with lake._catalogue.reading() as connection:
            ask(Answers(connection, tree, REVISIONS, lake._blobs, cache))

    warm()
    line(f"{what}, first time", timed(cold, 5), what)
    line(f"{what}, again", timed(warm, 5), what)


def whole(lake: Lake) -> None:
    """Read memberships: of a part of the lake, and of all of it."""
    labels = tuple(f"label{number}" for number in range(LABELS))
    for what, query in (("a common tag and label", QUERIES["broad"]), ("everything", "")):
        selection = Selection(
            source=LakeSource(), query=query, filter=Filter(), operations=None, labels=labels
        )
        with stopwatch() as seconds:
            found = lake.membership(selection, REVISIONS)
        (took,) = seconds
        size = f"{len(found.frames):,} frames"
        print(f"{f'membership of {what}, {size}':44}{took:11.3f}s")


def record_rate(catalogue: Catalogue, frames: int = 20_000) -> tuple[float, float]:
    """Annotations a second, as an ingest records them, with frames and index; nothing of it is kept.

    By the clock, and by the time of processors, ours and the database's, whatever else the machine does.
    """
    with catalogue.writing() as connection:
        new = [_new(number) for number in range(frames)]
        started, used = time.perf_counter(), processor(connection)
        revision = new_revision(
            connection, at=FIRST, author="bench", message="", touches_frames=True, rows={}
        )
        Recorder(connection, revision, FIRST, "lake").record("c", "o", "human", new)
        took, used = time.perf_counter() - started, processor(connection) - used
        connection.rollback()
    return frames * 5 / took, frames * 5 / used


def processor(connection: Connection) -> float:
    """Seconds of processor that we and the process of the database that serves us have used."""
    own = time.process_time()
    if connection.dialect.name == "sqlite":
        return own
    pid = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return own + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _new(number: int) -> NewFrame:
    digest = f"{number:064x}"
    picture = StoredPicture(
        digest=digest,
        source_digest=digest,
        width=640,
        height=480,
        size=80_000,
        media_type="image/jpeg",
        pixels="RGB",
        orientation=1,
        phash=number,
    )
    boxes = tuple(
        FittedAnnotation(
            label=f"label{(number + each) % 9}",
            shape=0,
            box=(each, each, each + 10, each + 10),
            outline="",
            confidence=0.5,
            extra="",
        )
        for each in range(5)
    )
    return NewFrame(name=f"{number}.jpg", picture=picture, annotations=boxes, metadata={}, tags=("tag",))


def generate(catalogue: Catalogue, frames: int) -> None:
    """Fill the tables, as `REVISIONS` ingests would."""
    chance = np.random.default_rng(7)
    number = np.arange(1, frames + 1)
    revision = (number - 1) * REVISIONS // frames + 1
    day = chance.integers(0, DAYS, frames)
    annotated = np.repeat(number, 5)
    label = _some(chance, LABELS, len(annotated))
    operation = chance.integers(1, OPERATIONS + 1, len(annotated))
    tags = np.stack([_some(chance, TAGS, frames), _some(chance, TAGS, frames)], axis=1)
    with catalogue.writing() as connection:
        for _ in range(REVISIONS):
            new_revision(connection, at=FIRST, author="bench", message="", touches_frames=True, rows={})
        fill(
            connection,
            "collections",
            ("id", "uid", "name", "folded", "storage_path", "object_type", "added"),
            [(each, f"{each:024x}", f"c{each}", f"c{each}", f"c{each}", 5, 1) for each in (1, 2)],
        )
        for table, count in (("labels", LABELS), ("operations", OPERATIONS)):
            shown = table[:-1]
            names = [f"{shown}{each}" for each in range(count)]
            if table == "labels":
                fill(
                    connection,
                    table,
                    ("id", "uid", "name", "folded", "added"),
                    [(key, f"{key:024x}", name, name, 1) for key, name in enumerate(names, start=1)],
                )
            else:
                fill(
                    connection,
                    table,
                    ("id", "name", "folded", "mode", "added"),
                    [(key, name, name, 1 + key % 2, 1) for key, name in enumerate(names, start=1)],
                )
        days = [(FIRST + timedelta(days=each)).replace(tzinfo=None) for each in range(DAYS)]
        if connection.dialect.name == "sqlite":
            days = [each.strftime("%Y-%m-%d %H:%M:%S.%f") for each in days]  # type: ignore[misc]
        fill(
            connection,
            "frames",
            (
                *("id", "number", "collection", "name", "folded", "unique_name", "digest", "source_digest"),
                *("orientation", "width", "height", "size", "media_type", "pixels", "phash", "uploaded_at"),
                *("added", "removed"),
            ),
            (
                (
                    *(n, n, 1 + n % 2, f"{n}.jpg", f"{n}.jpg", f"c_{n}.jpg", f"{n:064x}", f"{n:064x}"),
                    *(1, 640, 480, 80_000, "image/jpeg", "RGB", n, days[d], r, FOREVER),
                )
                for n, d, r in zip(number.tolist(), day.tolist(), revision.tolist(), strict=True)
            ),
        )
        fill(
            connection,
            "tags",
            ("id", "frame", "tag", "folded", "added", "removed"),
            (
                (2 * n + place, n, f"tag{tag}", f"tag{tag}", r, FOREVER)
                for n, r, several in zip(number.tolist(), revision.tolist(), tags.tolist(), strict=True)
                for place, tag in enumerate(dict.fromkeys(several))
            ),
        )
        fill(
            connection,
            "annotations",
            (
                *("id", "frame", "operation", "ordinal", "label", "shape"),
                *('"left"', "top", '"right"', "bottom", "outline", "confidence", "extra", "added", "removed"),
            ),
            (
                (key, n, o, key, at + 1, 0, 1.0, 2.0, 30.0, 40.0, "", 0.5, "", r, FOREVER)
                for key, (n, o, at, r) in enumerate(
                    zip(
                        annotated.tolist(),
                        operation.tolist(),
                        label.tolist(),
                        np.repeat(revision, 5).tolist(),
                        strict=True,
                    ),
                    start=1,
                )
            ),
        )
    with catalogue.database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("ANALYZE")


def _some(chance: np.random.Generator, count: int, size: int) -> Any:
    """Numbers below `count`, the first the most common, as Zipf found words."""
    weights = 1 / np.arange(1, count + 1)
    return chance.choice(count, size, p=weights / weights.sum())


def fill(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterator[Any] | Sequence[Any] | Any
) -> None:
    driver: Any = connection.connection.driver_connection
    names = ", ".join(columns)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(columns))
        driver.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


@contextmanager
def stopwatch() -> Iterator[list[float]]:
    took: list[float] = []
    started = time.perf_counter()
    yield took
    took.append(time.perf_counter() - started)


def timed(work: Callable[[], object], runs: int) -> float:
    """Seconds that it takes, the median of several runs."""
    found = []
    for _ in range(runs):
        with stopwatch() as took:
            work()
        found += took
    return median(found)


def line(what: str, own: float, compared: str, *, higher: bool = False) -> None:
    peer = FIFTYONE.get(what if higher else compared)
    if higher:
        told = f"{own:12,.0f}" + ("" if peer is None else f"{peer:12,.0f}{own / peer:7.0f}")
    else:
        told = f"{own * 1000:9.2f} ms" + ("" if peer is None else f"{peer * 1000:9.0f} ms{peer / own:7.0f}")
    print(f"{what:44}{told}", flush=True)


if __name__ == "__main__":
    main()
