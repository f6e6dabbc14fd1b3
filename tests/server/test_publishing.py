"""What is sent to be published is made as it was planned, once, or refused: it is compared with all that it says."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import requests

from setwright.lake.lake import Lake
from setwright.model import manifest_file
from setwright.model.errors import RemoteError, SetwrightError, StalePlanError
from setwright.model.frames import texts
from setwright.model.versions import Publication, Version
from setwright.plan.content import desired_content
from setwright.remotes.lake_server.wire import PublicationWish
from setwright.server.keys import Role
from tests.conformance.remotes import CELLS, VARIED, RemoteConformance
from tests.conformance.test_lake import filling
from tests.server.serving import Serving, connected, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from setwright.model.manifest import Manifest
    from setwright.remotes.lake_server.remote import ServedLakeRemote

suite = RemoteConformance()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Serving]:
    Lake.create(tmp_path / "lake").close()
    with serving(tmp_path / "lake") as served:
        yield served


@pytest.fixture
def remote(running: Serving, tmp_path: Path) -> Iterator[ServedLakeRemote]:
    with connected(running.url, running.keys[Role.APPLY]) as served:
        filled = filling(running.service.lake, tmp_path, served)
        filled.put("cells", {"a.png": ["WBC", "RBC"], "b.png": ["RBC"], "c.png": []})
        yield served


def wanted(remote: ServedLakeRemote, key: str = "k1") -> Publication:
    return suite.publication(remote, key, None)


def varied(remote: ServedLakeRemote) -> Publication:
    content = desired_content(VARIED, suite.members(remote), None)
    return replace(wanted(remote), config=VARIED, manifest=content)


def at_once(publications: list[Publication], running: Serving) -> list[Version | SetwrightError]:
    """What becomes of each, where all are sent together."""

    def one(publication: Publication) -> Version | SetwrightError:
        with connected(running.url, running.keys[Role.APPLY]) as client:
            try:
                return client.publish(publication)
            except SetwrightError as error:
                return error

    with ThreadPoolExecutor(len(publications)) as pool:
        return list(pool.map(one, publications))


def test_one_key_that_many_send_at_once_makes_one_version(running: Serving, remote: ServedLakeRemote) -> None:
    outcomes = at_once([varied(remote)] * 6, running)
    assert {getattr(each, "id", each) for each in outcomes} == {remote.versions(VARIED.name)[0].id}
    assert len(remote.versions(VARIED.name)) == 1


def test_of_many_who_follow_the_same_version_one_is_first_and_the_others_hear_of_it(
    running: Serving, remote: ServedLakeRemote
) -> None:
    outcomes = at_once([wanted(remote, f"k{number}") for number in range(6)], running)
    assert sorted(type(each).__name__ for each in outcomes) == ["StalePlanError"] * 5 + ["Version"]
    assert len(remote.versions(CELLS.name)) == 1
    assert all(isinstance(each, Version | StalePlanError) for each in outcomes)


def other_picture(manifest: Manifest) -> Manifest:
    digest = manifest.frames.digest.copy()
    digest[0] = hashlib.sha256(b"of somebody else").hexdigest().encode()
    return replace(manifest, frames=replace(manifest.frames, digest=digest))


def other_number(manifest: Manifest) -> Manifest:
    return replace(manifest, frames=replace(manifest.frames, number=manifest.frames.number + 2**40))


def other_name(manifest: Manifest) -> Manifest:
    names = [f"{name}x" for name in manifest.frames.name.tolist()]
    return replace(manifest, frames=replace(manifest.frames, name=texts(names)))


def other_classes(manifest: Manifest) -> Manifest:
    return replace(manifest, annotations=replace(manifest.annotations, labels=("X", "Y")))


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (other_picture, "not this lake's"),
        (other_number, "not this lake's"),
        (other_name, "not this lake's"),
        (other_classes, "other classes"),
    ],
)
@pytest.mark.parametrize("patience", [20.0, 0.0], ids=["in the answer", "later"])
def test_a_manifest_of_something_else_is_refused(
    running: Serving,
    remote: ServedLakeRemote,
    change: Callable[[Manifest], Manifest],
    why: str,
    patience: float,
) -> None:
    object.__setattr__(running.service, "limits", replace(running.service.limits, publication=patience))
    publication = wanted(remote)
    with pytest.raises(RemoteError, match=why):
        remote.publish(replace(publication, manifest=change(publication.manifest)))
    assert remote.versions(CELLS.name) == () and remote.made_by(publication.key) is None
    assert remote.publish(publication).manifest_digest == publication.manifest.digest


@pytest.mark.parametrize(
    "change",
    [
        {"values": np.full((9, 3), 7.0)},
        {"number": np.full(9, 50, np.int32)},
        {"properties": ("HUE.HUE_DEGREES", "FLIP_IMAGE.FLIP_HORIZONTAL")},
        {"algorithm": "augment-0"},
        {"min_visibility": 0.9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_varied_copies_that_the_configuration_does_not_come_to_are_refused(
    remote: ServedLakeRemote, change: dict[str, Any]
) -> None:
    publication = varied(remote)
    copies = publication.manifest.copies
    assert len(copies) == 9
    changed = replace(publication.manifest, copies=replace(copies, **change))
    with pytest.raises(SetwrightError, match="varied copies"):
        remote.publish(replace(publication, manifest=changed))
    assert remote.versions(VARIED.name) == ()


def test_bytes_that_are_no_manifest_and_wishes_that_say_more_are_refused(
    running: Serving, remote: ServedLakeRemote
) -> None:
    publication = wanted(remote)
    content = manifest_file.encode(publication.manifest)

    def ask(method: str, path: str, **said: Any) -> requests.Response:
        url = f"{running.url}/lake/v1{path}"
        return requests.request(method, url, auth=running.keys[Role.APPLY], timeout=20, **said)

    def wish(sent: bytes) -> dict[str, Any]:
        digest = hashlib.sha256(sent).hexdigest()
        assert ask("PUT", f"/manifests/{digest}", data=sent).status_code == 204
        return PublicationWish.of(publication, digest).model_dump(mode="json")

    for sent in (b"", b"PK\x03\x04", content[:-50]):
        refused = ask("POST", "/publications", json=wish(sent))
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:setwright:format")
    good = wish(content)
    for more in ({**good, "force": True}, {**good, "config": {**good["config"], "shuffle": True}}):
        assert ask("POST", "/publications", json=more).status_code == 422
    absent = ask("POST", "/publications", json={**good, "key": "k2", "manifest": "0" * 64})
    assert absent.json()["type"] == "urn:setwright:manifest-missing"
    other = ask("POST", "/publications", json={**good, "manifest_digest": "manifest-1:0"})
    assert (other.status_code, "not the one that was planned" in other.json()["title"]) == (409, True)
    assert remote.versions(CELLS.name) == ()
    assert ask("POST", "/publications", json=good).json()["status"] == "done"


def test_a_key_that_made_another_content_makes_nothing_and_is_told(
    running: Serving, remote: ServedLakeRemote
) -> None:
    remote.publish(wanted(remote))
    with pytest.raises(RemoteError, match="made something else than was planned"):
        remote.publish(varied(remote))
    other = varied(remote)
    said = PublicationWish.of(other, "0" * 64).model_dump(mode="json")
    answer = requests.post(
        f"{running.url}/lake/v1/publications", json=said, auth=running.keys[Role.APPLY], timeout=20
    )
    assert (answer.status_code, "had that key" in answer.text) == (409, True)


@pytest.mark.parametrize("name", ["Cells\nv1", "Cells\x1b[31m", " Cells"])
def test_a_dataset_is_called_what_a_spec_could_call_it(remote: ServedLakeRemote, name: str) -> None:
    """A line break in a name says that the dataset was deleted, and would hide it from everybody."""
    asked = wanted(remote)
    with pytest.raises(SetwrightError, match="Not the name of a dataset"):
        remote.publish(replace(asked, config=replace(asked.config, name=name)))
