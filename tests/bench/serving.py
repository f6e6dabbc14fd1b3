"""Time a pull from our server beside the official SDK's download of the same version, and beside plain files.

The server is a process of its own on this machine, and so is a plain static file server over the same pictures. Each
way starts from an empty folder; the ways take turns, and the median of several rounds counts. Seconds are what a user
waits, with the seconds of the processor that client and server took together in brackets: on a machine with other work,
only these can be compared.
"""

from __future__ import annotations

import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
import requests
from PIL import Image

from setwright.apply.pull import pull
from setwright.lake.lake import Lake
from setwright.model.dataset import CollectionSource, DatasetConfig, LabelClass, Selection
from setwright.model.versions import FIRST_VERSION, ChangeSeverity, Publication, Version
from setwright.plan.content import desired_content
from setwright.remotes.lake import LakeRemote
from setwright.server.keys import Keyring, Role
from tests.bench.sdk_download import PYTHON, SCRIPT
from tests.server.serving import connected

ROUNDS = 3
THREADS = 8
CONFIG = DatasetConfig(
    name="Noise",
    source=CollectionSource(name="noise"),
    labels=(LabelClass(name="none", sources=("none",)),),
    exports=("RAW",),
)


def main(files: int) -> None:
    place = Path(tempfile.mkdtemp(prefix="setwright-bench-serving-"))
    try:
        version, pair = prepare(place, files)
        with (
            served(
                [sys.executable, "-m", "setwright", "serve", "--lake", str(place / "lake"), "--port", "0"]
            ) as ours,
            served(static(place / "lake" / "blobs")) as plain,
        ):
            compare(place, version, pair, ours, plain, files)
            requests_a_second(ours, pair)
    finally:
        shutil.rmtree(place)


def prepare(place: Path, files: int) -> tuple[Version, tuple[str, str]]:
    """A lake with a version of `files` pictures of 100 KB, and a key that may read."""
    (place / "noise").mkdir()
    chance = np.random.default_rng(0)
    for number in range(files):
        pixels = chance.integers(0, 256, (180, 185, 3), np.uint8)
        Image.fromarray(pixels).save(place / "noise" / f"{number:05}.png", compress_level=0)
    now = datetime.now(UTC)
    with Lake.create(place / "lake") as lake:
        lake.ingest(place / "noise", collection="noise", author="bench", at=now)
        remote = LakeRemote(lake, "lake")
        revision = remote.revision()
        version = remote.publish(
            Publication(
                key="bench",
                config=CONFIG,
                parent=None,
                number=FIRST_VERSION,
                severity=ChangeSeverity.ADDITIVE,
                manifest=desired_content(CONFIG, remote.membership(Selection.of(CONFIG), revision), None),
                revision=revision,
                author="bench",
                at=now,
            )
        )
        key, secret = Keyring(lake.folder).create(Role.READ, "bench", now)
    shutil.rmtree(place / "noise")
    return version, (key.name, secret)


class Process:
    """A server that runs, and how many seconds of the processor it has taken."""

    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.url = url
        self._stat = Path(f"/proc/{process.pid}/stat")

    def seconds(self) -> float:
        fields = self._stat.read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def static(folder: Path) -> list[str]:
    """A plain static file server, with as little of its own as the standard library has."""
    return [
        sys.executable,
        "-u",
        "-m",
        "http.server",
        "0",
        "--bind",
        "127.0.0.1",
        "-d",
        str(folder),
        "-p",
        "HTTP/1.1",
    ]


@contextmanager
def served(command: list[str]) -> Iterator[Process]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout is not None
        url = None
        for line in process.stdout:
            if (found := re.search(r"http://127\.0\.0\.1:\d+", line)) is not None:
                url = found[0]
                break
        assert url is not None, "the server did not start"
        # What it says of each request is read, or it would wait for room.
        drain = threading.Thread(target=lambda: [None for _ in process.stdout or ()], daemon=True)
        drain.start()
        try:
            yield Process(process, url)
        finally:
            process.terminate()


def compare(
    place: Path, version: Version, pair: tuple[str, str], ours: Process, plain: Process, files: int
) -> None:
    with connected(ours.url, pair) as remote:
        digests = [digest.decode() for digest in remote.manifest(version.id).frames.digest.tolist()]

        def setwright(to: Path) -> None:
            pull(remote, version, "RAW", to)

        def sdk(to: Path) -> None:
            to.mkdir()
            subprocess.run(
                [PYTHON, SCRIPT, ours.url, *pair, version.id, str(to)], check=True, capture_output=True
            )

        ways: dict[str, tuple[Callable[[Path], None], Process]] = {
            "setwright pull": (setwright, ours),
            "plain files, requests": (lambda to: fetch(plain.url, digests, to), plain),
        }
        if PYTHON.exists():
            ways["the official SDK"] = (sdk, ours)
        rounds: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
        for turn in range(ROUNDS):
            for name, (way, server) in ways.items():
                to = place / f"to-{turn}"
                rounds[name].append(timed(lambda way=way, to=to: way(to), server))  # type: ignore[misc]
                count = sum(
                    path.suffix in (".png", "") and path.stat().st_size > 50_000 for path in to.rglob("*")
                )
                assert count in (files, files + 1), (name, count)  # SDK and pull write a document beside
                shutil.rmtree(to)
    print(f"{files:,} files of 100 KB from a server on this machine:")
    best = median(cpu for _, cpu in rounds["setwright pull"])
    for name, taken in rounds.items():
        waited, cpu = median(each[0] for each in taken), median(each[1] for each in taken)
        print(
            f"  {name:24} {waited:7.2f} s ({cpu:6.2f} s)  {files / waited:8,.0f} files/s  {cpu / best:6.2f}",
            flush=True,
        )


def fetch(url: str, digests: list[str], to: Path) -> None:
    """Each file by a request of its own, from several threads, each with its session."""
    to.mkdir()
    mine = threading.local()

    def one(digest: str) -> None:
        session = getattr(mine, "session", None) or requests.Session()
        mine.session = session
        answer = session.get(f"{url}/{digest[:2]}/{digest[2:]}", timeout=60)
        answer.raise_for_status()
        (to / digest).write_bytes(answer.content)

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(one, digests))


def timed(way: Callable[[], None], server: Process) -> tuple[float, float]:
    """Seconds waited, and seconds of the processor of this process, of those that it ran, and of the server."""
    before, started = own() + server.seconds(), time.perf_counter()
    way()
    return time.perf_counter() - started, own() + server.seconds() - before


def own() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


def requests_a_second(ours: Process, pair: tuple[str, str], count: int = 200) -> None:
    """Small calls of LayerNext's wire, one after the other on one connection."""
    body = {"contentType": 2, "pageIndex": 0, "pageSize": 50, "query": "", "filterData": {}}
    with requests.Session() as session:
        session.auth = pair
        for name, path in (("list, 50 a page", "list"), ("count", "count")):

            def ask(path: str = path) -> None:
                for _ in range(count):
                    url = f"{ours.url}/datalake/api/client/explorer/objects/{path}"
                    session.post(url, json=body, timeout=60).raise_for_status()

            waited, cpu = timed(ask, ours)
            print(
                f"  {name:24} {count / waited:8,.0f} requests/s ({cpu / count * 1000:.1f} ms each)",
                flush=True,
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
