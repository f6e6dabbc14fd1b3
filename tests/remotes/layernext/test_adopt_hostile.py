"""What `setwright adopt` asks against a server that means harm: it is taken or refused with words, and nothing else.

With `SETWRIGHT_MANY` every call meets every answer, else a few, each call others.
"""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest

from setwright.apply.adopting import bind
from setwright.cli.commands.adopt import _write
from setwright.cli.workspace import open_workspace, require_project
from setwright.model.dataset import DatasetConfig
from setwright.model.errors import SetwrightError
from setwright.remotes.layernext.adopting import labels_in
from tests.apply.projects import NOON
from tests.remotes.layernext.fake import KEY, SECRET, Fake, beside
from tests.remotes.layernext.recording import Reply, Seen
from tests.remotes.layernext.test_hostile import ATTACKS
from tests.remotes.layernext.test_remote import ANSWERS, HOSTILE_NAMES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


MANY = "SETWRIGHT_MANY" in os.environ

CALLS: dict[str, Callable[[Seen], bool]] = {
    "datasets": lambda seen: (seen.body or {}).get("contentType") == 3,
    "collections": lambda seen: (seen.body or {}).get("contentType") == 5,
    "frames of the dataset": lambda seen: "lake of" in seen.path,
    "frames of the collection": lambda seen: "/c1/" in seen.path,
    "how many": lambda seen: seen.path.endswith("/count"),
    "labels": lambda seen: seen.path.endswith("/labels/list"),
    "versions": lambda seen: seen.path.endswith("/datasets/list"),
    "files": lambda seen: "getVersionData" in seen.path,
    "an id by a name": lambda seen: "getCollectionIdByName" in seen.path,
}
"""The calls that adopt makes, by what they ask for."""

REPLIES = [*ATTACKS.values(), *(Reply(raw=json.dumps(answer).encode()) for answer in ANSWERS)]
WORDS = [
    *HOSTILE_NAMES,
    "a: b # c",
    "!!python/object:os.system",
    "{{ x }}",
    "${SECRET}",
    '"\n---\n',
    "\u2028",
    "",
]


def fake_of(frames: dict[str, str], **others: Any) -> Fake:
    return Fake(frames=frames, versions={"v1": ("Balloons", list(frames), ["RAW"])}, **others)


def adopted(fake: Fake, folder: Path) -> DatasetConfig | SetwrightError:
    """What adopt makes of a dataset; the spec that it writes is read again, and is what was found."""
    (folder / "specs").mkdir(parents=True)
    (folder / "setwright.yaml").write_text("project: ours\n")
    file = folder / "specs" / "balloons.yaml"
    try:
        with beside(fake, folder) as (remote, _):
            read = remote.read("Balloons", "v1", ())
            observed = remote.adopt("v1", read.config, author="ada", at=NOON)
            bind(remote, "ours", "balloons", observed, read.config, lineage="l", at=NOON)
            _write(file, "balloons", read.config, read.notes)
    except SetwrightError as error:
        words = f"{error.summary}{error.detail}{error.hint}"
        assert SECRET not in words and KEY not in words
        assert len(words) < 20_000
        assert not file.exists(), "a spec is written of what could be read"
        return error
    text = file.read_text()
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]", text)
    (spec,) = require_project(open_workspace(folder, environ={})).specs
    assert spec.config == read.config
    return read.config


@pytest.mark.parametrize("call", CALLS)
def test_whatever_is_answered_to_a_call_of_adopt_it_is_taken_or_refused(tmp_path: Path, call: str) -> None:
    place = list(CALLS).index(call)
    for number, reply in enumerate(REPLIES if MANY else REPLIES[place % 6 :: 6]):
        fake = fake_of({"party_1.png": "f1"}, lists=call == "versions")
        struck: list[str] = []

        def strike(seen: Seen, reply: Reply = reply, struck: list[str] = struck) -> Reply | None:
            if not CALLS[call](seen):
                return None
            struck.append(seen.path)
            return reply

        fake.otherwise = strike
        made = adopted(fake, tmp_path / str(number))
        assert struck, "adopt makes the call"
        fake.otherwise = lambda _: None
        with beside(fake, tmp_path / str(number)) as (remote, _):
            list(remote._maker._records.all())  # what was written down can be read
            if isinstance(made, DatasetConfig):
                remote.observe(["Balloons"])
    assert {path.name for path in tmp_path.iterdir()} == {str(each) for each in range(number + 1)}


@pytest.mark.parametrize("name", WORDS)
def test_a_name_is_written_into_the_spec_as_it_is_or_refused(tmp_path: Path, name: str) -> None:
    tamed = re.sub(r"[^0-9A-Za-z_ -]", "_", name)
    for part in ("a collection", "a label"):
        collection, label = (name, "Balloon") if part == "a collection" else ("party", name)
        fake = fake_of({f"{tamed if part == 'a collection' else 'party'}_1.png": "f1"})

        def answer(seen: Seen, collection: str = collection, label: str = label) -> Reply | None:
            if CALLS["collections"](seen):
                return Reply(json=[{"id": "c1", "name": collection}])
            if CALLS["labels"](seen):
                return Reply(json=[{"labelText": label, "label": "k"}])
            return None

        fake.otherwise = answer
        adopted(fake, tmp_path / part)
    assert {path.name for path in tmp_path.iterdir()} == {"a collection", "a label"}
    assert {path.name for path in (tmp_path / "a label").iterdir()} <= {
        "specs",
        "setwright.yaml",
        "state",
        "records",
    }


@pytest.mark.parametrize("attack", [*ATTACKS, "of wrong types"])
def test_labels_are_read_from_any_file_that_an_export_may_hold(tmp_path: Path, attack: str) -> None:
    raw = (
        ATTACKS[attack].body
        if attack in ATTACKS
        else b'{"images": [7, {"annotations": [{"label": ["x"]}, 1]}]}'
    )
    (tmp_path / "1.json").write_bytes(raw[: 2**20])
    (tmp_path / "2.json").write_text('{"images": [{"annotations": [{"label": "Balloon"}]}]}')
    assert "Balloon" in labels_in(tmp_path)
