"""Each call of plan, apply and delete against a server that means harm: an end with words, within bounds, nothing lost.

With `SETWRIGHT_MANY` every call meets every attack, else a few, each call others.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from setwright.model.dataset import Filter
from setwright.model.errors import RemoteError, SetwrightError
from setwright.remotes.layernext import client as client_module
from setwright.remotes.layernext.client import Client
from tests.remotes.layernext.fake import KEY, SECRET, Fake, beside
from tests.remotes.layernext.recording import Reply, Seen, Server, serving
from tests.remotes.layernext.test_connection import connected
from tests.remotes.layernext.test_remote import CALLS, CONFIG, apply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MANY = "SETWRIGHT_MANY" in os.environ
GIANT = "9" * 400

JSON = json.dumps([{"id": "f1", "name": "1.png", "uniqueName": "party_1.png"}]).encode()
BOMB = gzip.compress(b"[" + b" " * 2**27)


def length(text: str) -> Reply:
    return Reply(raw=JSON, headers=(("Content-Length", text),), cut=len(JSON))


def all_fields(value: str) -> bytes:
    """JSON in which everything that any answer has is `value`, once by itself and once in lists."""
    names = (
        "id name uniqueName count totalCount progress selectionTag collectionId objectType jobId versionNo "
        "datasetVersionId labelText fileName fileDownloadFolderLocation groupUniqueName format identifier message"
    ).split()
    fields = '"status": 2, ' + ", ".join(f'"{name}": {value}' for name in names)
    one = f'{fields}, "versionList": [{{"versionId": {value}, "versionNo": {value}}}]'
    return f'{{{one}, "data": {{{one}, "resourceArray": [{{{fields}}}], "nextPage": true}}}}'.encode()


ATTACKS: dict[str, Reply] = {
    "a bomb": Reply(raw=BOMB, headers=(("Content-Encoding", "gzip"),)),
    "a bomb in a bomb": Reply(raw=gzip.compress(BOMB), headers=(("Content-Encoding", "gzip, gzip"),)),
    "no gzip": Reply(raw=JSON, headers=(("Content-Encoding", "gzip"),)),
    "cut gzip": Reply(raw=gzip.compress(JSON)[:-9], headers=(("Content-Encoding", "gzip"),)),
    "more than comes": length("10000000000"),
    "less than comes": length("3"),
    "less than nothing": length("-1"),
    "a length of words": length("many"),
    "html": Reply(raw=b"<!doctype html><title>Sign in</title>", headers=(("Content-Type", "text/html"),)),
    "deep": Reply(raw=b"[" * 10**6),
    "giant": Reply(raw=all_fields(GIANT)),
    "giant, below zero": Reply(raw=all_fields(f"-{GIANT}")),
    "beyond what floats hold": Reply(raw=all_fields("1e999")),
    "no number": Reply(raw=all_fields("NaN")),
    "of too many digits": Reply(raw=all_fields("9" * 5000)),
    "control characters": Reply(raw=all_fields('"\\u001b[2J\\u0000\\u0007\\r\\n"')),
    "half a character": Reply(raw=all_fields('"\\ud800"')),
    "half a character in a list": Reply(raw=b'[{"id": "\\udfff", "name": "n", "uniqueName": "\\udfff"}]'),
    "a very long word": Reply(raw=all_fields('"' + "w" * 10_000 + '"')),
    "a refusal that is a book": Reply(
        400, raw=json.dumps({"error": {"message": "\x1b[2J" + "no " * 10**5}}).encode()
    ),
}


@contextmanager
def elsewhere() -> Iterator[Server]:
    """A server that nobody should come to."""
    with serving(lambda _: Reply(json=[])) as other:
        yield other
        assert not other.seen


@pytest.fixture(scope="module")
def there(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Fake]:
    """What is kept of a dataset that was made, and the LayerNext that has it. Neither is to be changed."""
    folder, fake = tmp_path_factory.mktemp("there") / "made", Fake(selected=["party_1.png"])
    with beside(fake, folder) as (remote, _):
        assert not apply(remote, CONFIG, folder).failed
    return folder, fake


def survive(there: tuple[Path, Fake], folder: Path, call: str, reply: Reply) -> None:
    """Make a dataset, or change or delete the one that is there, where `call` is answered with `reply`."""
    fake = replace(there[1], lists=call == "/datasets/list", versions={})
    if call != "/create":
        shutil.copytree(there[0], folder)
        fake.versions.update(there[1].versions)
    wanted = replace(
        CONFIG,
        query="annotation.label=Kite",
        operations=("project",),
        exports=("RAW", "YOLO Darknet"),
        versioning="in_place" if call == "updateExistingVersion" else "auto",
    )
    met: list[str] = []

    def attack(request: Seen) -> Reply | None:
        if call not in request.path:
            return None
        met.append(request.path)
        return reply

    fake.otherwise = attack
    errors: list[SetwrightError] = []
    try:
        with beside(fake, folder) as (remote, _):
            outcome = apply(remote, None if call == "deleteVersion" else wanted, folder)
            errors += [failed.error for failed in outcome.failed]
    except SetwrightError as error:
        errors.append(error)
    assert met, f"{call} was never asked for"
    for each in errors:
        words = f"{each.summary}{each.detail}{each.hint}"
        assert SECRET not in words and KEY not in words
        assert len(words) < 20_000
    fake.otherwise = lambda _: None
    with beside(fake, folder) as (remote, _):
        remote.observe([CONFIG.name])  # what was written down can be read


@pytest.mark.parametrize("call", CALLS)
def test_no_call_is_harmed_by_its_answer(there: tuple[Path, Fake], tmp_path: Path, call: str) -> None:
    chosen = list(ATTACKS) if MANY else list(ATTACKS)[CALLS.index(call) % 7 :: 7]
    for number, attack in enumerate(chosen):
        survive(there, tmp_path / str(number), call, ATTACKS[attack])
    assert {path.name for path in tmp_path.iterdir()} == {str(number) for number in range(len(chosen))}


@pytest.mark.parametrize("call", CALLS)
def test_no_call_follows_to_another_place(there: tuple[Path, Fake], tmp_path: Path, call: str) -> None:
    with elsewhere() as other:
        places = (other.url, other.url.replace("127.0.0.1", "localhost"), "file:///etc/passwd")
        ways = list(zip((301, 307, 303), places, strict=True))
        for number, (status, place) in enumerate(ways if MANY else ways[CALLS.index(call) % 3 :][:1]):
            headers = (("Location", f"{place}/x"), ("Refresh", f"0; url={place}"))
            survive(there, tmp_path / str(number), call, Reply(status, raw=b"{}", headers=headers))


@pytest.mark.parametrize("call", CALLS)
def test_no_call_takes_part_of_an_answer_for_the_whole(
    there: tuple[Path, Fake], tmp_path: Path, call: str
) -> None:
    whole = Reply(
        json=[{"id": f"f{n}", "name": f"{n}.png", "uniqueName": f"party_{n}.png"} for n in range(9)]
    )
    offsets = range(0, len(whole.body), max(1, len(whole.body) // 50))[:50]
    for offset in offsets if MANY else list(offsets)[CALLS.index(call) :: 2 * len(CALLS)]:
        survive(there, tmp_path / str(offset), call, Reply(raw=whole.body, cut=offset))


def test_a_bomb_takes_no_memory() -> None:
    with connected(lambda _: ATTACKS["a bomb in a bomb"]) as (_, connection, _):
        tracemalloc.start()
        try:
            with pytest.raises(RemoteError):
                Client(connection).labels()
            assert tracemalloc.get_traced_memory()[1] < 2**24
        finally:
            tracemalloc.stop()


def test_a_listing_that_makes_up_new_objects_for_ever_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MOST", 5_000)

    def answer(request: Seen) -> Reply:
        page = request.body["pageIndex"]
        return Reply(json=[{"id": f"{page}-{n}", "name": "n"} for n in range(1000)])

    with (
        connected(answer) as (server, connection, _),
        pytest.raises(RemoteError, match="does not end"),
    ):
        list(Client(connection).objects(collection=None, items="image", query="", filter=Filter()))
    assert len(server.seen) == 6


@pytest.mark.parametrize("fresh", [False, True])
def test_pages_of_files_that_never_end_are_left(monkeypatch: pytest.MonkeyPatch, fresh: bool) -> None:
    monkeypatch.setattr(client_module, "MOST", 20)

    def answer(request: Seen) -> Reply:
        name = dict(request.query)["pageNo"] if fresh else "a.png"
        resource = {"fileName": name, "fileDownloadFolderLocation": "./data"}
        data = {"identifier": "x", "groupUniqueName": "g", "format": "RAW", "nextPage": True}
        return Reply(json={"data": {**data, "resourceArray": [resource]}})

    with (
        connected(answer) as (server, connection, _),
        pytest.raises(RemoteError, match="does not end"),
    ):
        list(Client(connection).version_pages("v1", "RAW", session="1.5"))
    assert len(server.seen) == (21 if fresh else 11)
