"""Kill a pull at every single thing that it does to files, and see what the folder holds. Run as a program.

    python pull_killed_everywhere.py FOLDER [link]

A child process is killed (SIGKILL) at its Nth opening, renaming, removing, linking, making of a folder or reading from
a picture, for N = 1, 2, … until it comes to its end. Prints as JSON how often it was killed, and every complaint.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from setwright.apply.pull import pull
from tests.apply.exports import Content, Served, files_in, version_of

WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "tests.read"}
OLD: dict[str, Content] = {
    "packed.tar": (b"head", "same", b"tail"),
    "gone/a.jpg": "gone",
    "same.jpg": "same",
    "list.txt": b"old",
    "made.txt": b"made",
    "moved.jpg": "before",
}
NEW: dict[str, Content] = {
    "packed.tar": (b"head", "same", b"between", "brand new"),
    "packed-2.tar": (b"head", "after"),
    "new/b.jpg": "brand new",
    "same.jpg": "same",
    "list.txt": b"new",
    "made.txt": b"made",
    "moved.jpg": "after",
}
FOREIGN = {"mine/notes.txt": b"my own"}


def main(folder: Path, *, link: bool) -> None:
    remote = Served({"1.0.0": OLD, "2.0.0": NEW}, folder / "store")
    complaints: list[str] = []
    killed = 0
    while True:
        to = folder / "out"
        shutil.rmtree(to, ignore_errors=True)
        (to / "mine").mkdir(parents=True)
        (to / "mine" / "notes.txt").write_bytes(FOREIGN["mine/notes.txt"])
        pull(remote, version_of("1.0.0"), "RAW", to)
        if not _dies_at(killed + 1, remote, to, link=link):
            break
        killed += 1
        complaints += _complaints(killed, remote, files_in(to))
        back = shutil.copytree(to, folder / f"back-{killed}")
        # Whether one goes on or back, nothing is left of what the killed pull wrote.
        for number, place in (("2.0.0", to), ("1.0.0", back)):
            pull(remote, version_of(number), "RAW", place, link=link)
            after = files_in(place)
            if after != {**remote.folder(number), **FOREIGN}:
                complaints.append(f"after kill {killed} and a pull of {number} the folder holds {after}")
    json.dump({"killed": killed, "complaints": complaints}, sys.stdout)


def _dies_at(number: int, remote: Served, to: Path, *, link: bool) -> bool:
    """Whether a child that pulls the new version is killed at its `number`-th step; it is not if it has fewer."""
    child = os.fork()
    if child == 0:
        count = 0

        def watch(event: str, _arguments: tuple[object, ...]) -> None:
            nonlocal count
            if event in WATCHED:
                count += 1
                if count == number:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(watch)
        # One worker, so that the steps come in one order.
        pull(remote, version_of("2.0.0"), "RAW", to, link=link, workers=1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def _complaints(number: int, remote: Served, found: dict[str, bytes]) -> list[str]:
    """Each file is whole, old or new; the foreign one is as it was; a begun file bears its own ending."""
    allowed = {
        path: {version.get(path) for version in (remote.folder("1.0.0"), remote.folder("2.0.0"), FOREIGN)}
        for path in {*OLD, *NEW, *FOREIGN}
    }
    return [
        f"after kill {number} {path} holds {content!r}"
        for path, content in found.items()
        if not path.endswith(".setwright-part") and content not in allowed.get(path, set())
    ] + (
        [] if found.get("mine/notes.txt") == b"my own" else [f"after kill {number} the foreign file is gone"]
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), link="link" in sys.argv[2:])
