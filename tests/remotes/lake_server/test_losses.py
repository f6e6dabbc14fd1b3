"""Whichever answer of a lake's server is lost, everything is made once, and the next run finishes what is left.

`SETWRIGHT_LAWS=10` tries each fault at each request; by default each call that writes has one.
"""

from __future__ import annotations

import itertools
import re
import shutil
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from setwright.apply.steps import steps
from setwright.lake.lake import Lake
from setwright.model.errors import UnansweredError
from setwright.model.versions import Deletion
from setwright.remotes.http.connection import Connection, Limits
from setwright.remotes.http.credentials import Credentials, Secret
from setwright.remotes.lake_server.remote import ServedLakeRemote
from setwright.server.keys import Role
from tests.apply.projects import CELLS, NOON, carry_out, planned, project, recovered
from tests.lake.lakes import ingest, write
from tests.laws import examples
from tests.remotes.lake_server.losing import Fault, losing
from tests.server.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


FAULTS: tuple[Fault, ...] = ("lost", "cut", "bad gateway", "never sent", "too many")
ALL = examples(1) > 1


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with a few cells."""
    place = tmp_path_factory.mktemp("cells")
    with Lake.create(place / "lake") as made:
        ingest(made, write(place / "cells", {f"{n}.png": ["WBC", "RBC"][: n % 3] for n in range(6)}), "cells")
    return place / "lake"


@contextmanager
def remote_at(url: str, pair: tuple[str, str], *, tries: int = 4) -> Iterator[ServedLakeRemote]:
    """The lake's server at `url`, waited for without any pause."""
    credentials = Credentials(key=Secret(pair[0]), secret=Secret(pair[1]), source="the test")
    limits = Limits(connect=5, read=20, tries=tries)
    connection = Connection(
        url, credentials, service="The lake's server", limits=limits, sleep=lambda _: None
    )
    with closing(connection):
        yield ServedLakeRemote(connection, sleep=lambda _: None)


def work(remote: ServedLakeRemote, folder: Path, case: str) -> None:
    """Everything that changes something: two datasets made, one followed, amended and renamed, one deleted.

    What another case made is not touched.
    """
    cells, name = f"cells-{case}", f"Cells {case}"
    both = {cells: replace(CELLS, name=name), f"others-{case}": replace(CELLS, name=f"Others {case}")}
    carry_out(remote, planned(remote, project(both)), folder, name="apply-1")
    changed = replace(
        CELLS, name=f"Blood {case}", exports=("RAW", "YOLO Darknet"), query="annotation.label=WBC"
    )
    carry_out(remote, planned(remote, project({cells: changed})), folder, name="apply-2")
    described = replace(changed, description="Cells")
    outcome = carry_out(remote, planned(remote, project({cells: described})), folder, name="apply-3")
    assert not outcome.failed, outcome.failed
    last = remote.observe([f"Others {case}"])[f"Others {case}"].version
    remote.delete(
        Deletion(key=f"delete-{case}", name=f"Others {case}", version=last.id, author="ada", at=NOON)
    )


def made(lake: Lake, case: str) -> list[tuple[str, list[str]]]:
    """What that case has made in the end: of each dataset its versions' numbers."""
    names = lake.vocabulary().datasets or ()
    return [
        (name.removesuffix(f" {case}"), [str(each.number) for each in lake.versions(name)])
        for name in names
        if name.endswith(f" {case}")
    ]


def test_whichever_answer_is_lost_everything_is_made_once(lake: Path, tmp_path: Path) -> None:
    shutil.copytree(lake, tmp_path / "lake")
    numbers = itertools.count(100)
    with serving(tmp_path / "lake") as running:

        def after(fault: Fault, *, at: int = -1, on: str = "") -> list[str]:
            """Which requests there were, when one of them had that fault and all was made all the same."""
            case = str(next(numbers))
            with losing(running.url) as proxy:
                proxy.at, proxy.on, proxy.fault = at, on, fault
                with remote_at(proxy.url, running.keys[Role.ADMIN]) as remote:
                    work(remote, tmp_path / f"journals-{case}", case)
            told = fault, at, on
            assert made(running.service.lake, case) == [("Blood", ["1.1.0", "1.0.0"])], told
            assert proxy.on == "", told
            return proxy.seen

        requests = after("lost")
        if ALL:
            for at, fault in itertools.product(range(len(requests)), FAULTS):
                after(fault, at=at)
        else:
            for on, fault in _one_of_each(requests):
                after(fault, on=on)


def _one_of_each(requests: list[str]) -> Iterator[tuple[str, Fault]]:
    """Each call that writes once, without the digest of what it sends, each with another fault."""
    reads = ("GET", "POST /datasets/observe", "POST /versions/manifests")
    writes = {re.sub("[0-9a-f]{64}", "", each) for each in requests if not each.startswith(reads)}
    for place, call in enumerate(sorted(writes)):
        yield call, FAULTS[place % len(FAULTS)]
    # The one write that is not sent again without a look.
    yield "PUT /state", "too many"


@pytest.mark.parametrize("call", ["POST /publications", "POST /amendments", "PUT /state"])
def test_who_gets_no_answer_looks_or_leaves_an_intent_by_which_the_next_run_finds_what_was_made(
    lake: Path, tmp_path: Path, call: str
) -> None:
    copy = tmp_path / "lake"
    shutil.copytree(lake, copy)
    wanted = project({"cells": CELLS})
    journals = tmp_path / "journals"
    with (
        serving(copy) as running,
        losing(running.url) as proxy,
        remote_at(running.url, running.keys[Role.ADMIN]) as sound,
        remote_at(proxy.url, running.keys[Role.ADMIN], tries=1) as unlucky,
    ):
        if call == "POST /amendments":
            carry_out(sound, planned(sound, wanted), journals, name="apply-0")
            wanted = project({"cells": replace(CELLS, description="Cells")})
        plan = planned(unlucky, wanted)
        proxy.on = call
        outcome = carry_out(unlucky, plan, journals, name="apply-1")
        assert call in proxy.seen
        if call != "POST /amendments":
            assert not outcome.failed  # it looked whether it was made, or recorded, and it was
        else:  # one of which no one asks how far it is
            assert [type(failed.error) for failed in outcome.failed] == [UnansweredError]
            assert [each.version is not None for each in recovered(sound, journals)] == [True]
        assert list(steps(planned(sound, wanted).plan)) == []
        assert [str(each.number) for each in sound.versions("Cells")] == ["1.0.0"]
